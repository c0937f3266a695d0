"""The main path of a query over one generation: retrieve, fuse, group, attend, vary, explain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from engine.arms import Arm, AttendingQuestion, Question, Request
from engine.arrange import AHEAD, Wanted, arrange
from engine.config import SearchSettings
from engine.explain import Explainer
from engine.query import Confidence, Result
from engine.retrieval import Ranking, Scope, confidence_in, reranked, retrieve, weigh
from indexers.generation import Generation
from indexers.schema import Rows
from rankers.fusion import Pool, best_possible, fuse
from rankers.groups import Groups, best_of_each


@dataclass(frozen=True, slots=True)
class Found:
    """The results of one search, how sure each arm was and what each weighed."""

    results: tuple[Result, ...]
    confidence: Mapping[str, Confidence]
    weights: Mapping[str, float]

    @property
    def abstained(self) -> bool:
        """Whether no arm was sure of anything."""
        return not any(confidence.sure for confidence in self.confidence.values())


class Searcher:
    """Answers requests from one generation. Keeps nothing of a query, so threads may share it."""

    def __init__(self, generation: Generation, arms: Sequence[Arm], settings: SearchSettings) -> None:
        self.generation = generation
        self._arms = tuple(arms)
        self._settings = settings

    @cached_property
    def groups(self) -> Groups:
        """The duplicate groups of the generation."""
        return Groups(self.generation.tracks["group"].to_numpy().astype(np.int64))

    def search(self, request: Request, k: int) -> Found:
        """Answer one request with k tracks, or with all that are allowed where those are fewer.

        Liked and unliked tracks and their duplicates are never results; of every other recording the best file is.
        Where a filter was given, or no arm is sure, tracks that no arm found fill the list up, with a score of 0.
        """
        asked = self._ask(request)
        rankings = retrieve(asked, self._scope(request), self.groups, k * self._settings.overfetch, k)
        confidence = self._confidence(rankings)
        weights = weigh(confidence, self._settings)
        pool = self._fuse(rankings, weights)
        if attending := self._attending(asked):
            first = pool.rows[: max(self._settings.attention_depth, AHEAD * k)]
            rankings = {**rankings, **reranked(attending, rankings, first)}
            pool = self._fuse(rankings, weights)
        if request.allowed is not None or not any(arm.sure for arm in confidence.values()):
            pool = self._filled_up(pool, request, k)
        chosen = pool.take(self._arrange(pool, request, weights, k))
        results = Explainer(self.generation, self.groups).results(chosen, asked, rankings)
        return Found(results, confidence, weights)

    def _ask(self, request: Request) -> dict[str, Question]:
        questions = ((arm.name, arm.ask(request)) for arm in self._arms)
        return {name: question for name, question in questions if question is not None}

    def _attending(self, asked: Mapping[str, Question]) -> dict[str, AttendingQuestion]:
        """The questions that can look closer, where the settings want them to."""
        if not self._settings.attention:
            return {}
        return {name: question for name, question in asked.items() if isinstance(question, AttendingQuestion)}

    def _scope(self, request: Request) -> Scope:
        seeds = self.groups.members(np.concatenate([request.liked, request.unliked, request.own]))
        seeds = np.union1d(seeds, self.generation.gone)
        n_tracks = self.generation.n_tracks if request.allowed is None else len(request.allowed)
        return Scope(request.allowed, seeds, n_tracks)

    def _confidence(self, rankings: Mapping[str, Ranking]) -> dict[str, Confidence]:
        thresholds = self.generation.calibration
        keys = {arm.name: arm.calibrated_as for arm in self._arms}
        return {name: confidence_in(ranking, thresholds.get(keys[name])) for name, ranking in rankings.items()}

    def _fuse(self, rankings: Mapping[str, Ranking], weights: Mapping[str, float]) -> Pool:
        rows = {name: ranking.rows for name, ranking in rankings.items()}
        votes = {arm.name: arm.votes for arm in self._arms}
        weighed = {
            name: weights[name] * votes[name](ranking.scores).astype(np.float64) for name, ranking in rankings.items()
        }
        pool = fuse(rows, weighed, rrf_k=self._settings.rrf_k)
        return pool.take(best_of_each(self.groups.of(pool.rows)))

    def _filled_up(self, pool: Pool, request: Request, k: int) -> Pool:
        """The pool and, where it is shorter than k, other allowed tracks in row order."""
        if len(pool.rows) >= k:
            return pool
        scope = self._scope(request)
        allowed = np.arange(self.generation.n_tracks) if scope.allowed is None else scope.allowed
        others = np.setdiff1d(allowed, np.concatenate([scope.seeds, self.groups.members(pool.rows)]))
        others = others[best_of_each(self.groups.of(others))][: k - len(pool.rows)]
        return pool.extended(others.astype(np.int64))

    def _arrange(self, pool: Pool, request: Request, weights: Mapping[str, float], k: int) -> Rows:
        artists = self.generation.tracks["artist"].gather(pool.rows).to_list()
        vectors = self.generation.track_vectors("music")
        avoid = np.asarray(vectors[request.unliked], dtype=np.float32)
        wanted = Wanted(k, request.text, best_possible(weights, rrf_k=self._settings.rrf_k) or 1.0)
        return arrange(pool, artists, vectors, avoid, wanted, self._settings)
