"""The evaluation of cold tracks as a whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.evaluation.cold.ask import ColdPlan, Question, draw_cold, questions, truth_of, truths, without
from engine.evaluation.cold.space import Progress, Space, draw_taught, features_of
from engine.evaluation.cold.ways import DEPTH, PREDICTED, best, cold_scores, warm_rankings
from engine.evaluation.report.compare import Measured, compare, measure_arms
from engine.evaluation.report.values import Plan
from indexers.base import TextEncoder
from indexers.catalog.corpus import build_corpus, build_vocabulary
from indexers.catalog.playlists.entry import Playlist
from indexers.encoders.playlist.item2vec import learn_track_vectors
from indexers.schema import Rows, Vectors
from rankers.metrics import METRICS, Truth
from rankers.recommend.cold import ColdPredictor
from rankers.recommend.directions import centred


def evaluate_cold(
    train: Sequence[Playlist],
    test: Sequence[Playlist],
    text: TextEncoder | None,
    plan: ColdPlan | None = None,
    progress: Progress = lambda *_: None,
) -> dict[str, Any]:
    """Tell how well cold tracks are found among all cold tracks and, apart from them, warm ones among the warm.

    Args:
        train: The playlists to learn from, and that the cold tracks are taken out of.
        test: The playlists to continue.
        text: Encodes the names of tracks; None leaves the artists alone.
        plan: What is asked.
        progress: Told of every step.

    Returns:
        `arms`: for each way to rank cold tracks (see `cold_scores`) every metric of the evaluation, with intervals;
        `arms_new_artists`: the same among and of the cold tracks whose artist has no warm one; `warm`: the space itself
        on warm tracks; `comparisons` of the prediction with the other ways; `predictor`, `counts` and `settings`.

    Raises:
        InputError: the share is out of range, or no test playlist has both a warm seed and a cold track to be found.
    """
    wanted = plan or ColdPlan()
    corpus = build_corpus(train, build_vocabulary(train))
    cold = draw_cold(len(corpus.vocabulary), wanted)
    progress("learning without the cold tracks", 0, 1)
    vectors = centred(learn_track_vectors(without(corpus, cold), wanted.item2vec))
    asked = questions(build_corpus(test, corpus.vocabulary), vectors, cold, wanted.n_seeds)
    taught = draw_taught(vectors, wanted)
    features = features_of(corpus.vocabulary, [cold, taught, *(one.seeds for one in asked)], text, progress)
    space = Space(corpus.vocabulary, vectors, features, cold)
    predictor = space.fit(taught, np.random.default_rng(wanted.seed + 2))
    progress("measuring", 0, 1)
    return {
        **_Findings(space, asked, wanted).measured(predictor),
        "predictor": _described(predictor),
        "settings": {
            "share": wanted.share,
            "n_seeds": wanted.n_seeds,
            "n_taught": len(taught),
            "seed": wanted.seed,
            "text": "" if text is None else text.name,
            "item2vec": wanted.item2vec.model_dump(),
        },
    }


@dataclass(frozen=True, slots=True)
class _Findings:
    """What is asked of a space, and how it is measured."""

    space: Space
    asked: Sequence[Question]
    plan: ColdPlan

    def measured(self, predictor: ColdPredictor) -> dict[str, Any]:
        """All figures."""
        rng = np.random.default_rng(self.plan.seed + 3)
        scores = dict(cold_scores(self.space, self.asked, predictor, rng))
        runs = {name: [self.space.cold[best(row, DEPTH)] for row in own] for name, own in scores.items()}
        wanted = truths(self.asked, self.space.artist_of)
        measured = self._measure(runs, wanted)
        compared = compare("cold", measured, self._how(), silent=frozenset(), rng=rng)
        return {
            "arms": _figures(measured),
            "arms_new_artists": self._of_new_artists(scores),
            "warm": self._warm(),
            "comparisons": [one.as_json() for one in compared],
            "counts": self._counts(),
        }

    def _how(self) -> Plan:
        return Plan("cold", (PREDICTED,), n_resamples=self.plan.n_resamples, seed=self.plan.seed)

    def _measure(self, runs: Mapping[str, Sequence[Rows]], wanted: Sequence[Truth]) -> Measured:
        rng = np.random.default_rng(self.plan.seed)
        return measure_arms(runs, wanted, self.space.artist_of, self._how(), rng=rng)

    def _of_new_artists(self, scores: Mapping[str, Vectors]) -> dict[str, Any]:
        """Only tracks of new artists are ranked and to be found; questions without any are left out."""
        new = self.space.of_new_artists
        columns = np.searchsorted(self.space.cold, new)
        left = [one.cold[np.isin(one.cold, new)] for one in self.asked]
        kept = [number for number, rows in enumerate(left) if len(rows)]
        if not kept:
            return {}
        wanted = [truth_of(left[number], self.space.artist_of, self.asked[number].group) for number in kept]
        runs = {name: [new[best(row, DEPTH)] for row in own[kept][:, columns]] for name, own in scores.items()}
        return _figures(self._measure(runs, wanted))

    def _warm(self) -> dict[str, Any]:
        asked = [one for one in self.asked if len(one.warm)]
        if not asked:
            return {}
        wanted = [truth_of(one.warm, self.space.artist_of, one.group) for one in asked]
        return _figures(self._measure({"item2vec": warm_rankings(self.space, asked)}, wanted))

    def _counts(self) -> dict[str, int]:
        return {
            "queries": len(self.asked),
            "groups": len({one.group for one in self.asked}),
            "cold_tracks": len(self.space.cold),
            "cold_tracks_of_new_artists": len(self.space.of_new_artists),
            "warm_tracks": len(self.space.warm),
            "cold_to_find": sum(len(one.cold) for one in self.asked),
            "warm_to_find": sum(len(one.warm) for one in self.asked),
        }


def _figures(measured: Measured) -> dict[str, Any]:
    """Every arm's means and intervals by metric, and of how many queries."""
    intervals, means = measured.intervals(Plan("cold").level), measured.values.mean(axis=0)
    return {
        name: {
            **{metric: float(means[arm, at]) for at, metric in enumerate(METRICS)},
            "intervals": {metric: intervals[arm, at].tolist() for at, metric in enumerate(METRICS)},
            "n_queries": len(measured.values),
        }
        for arm, name in enumerate(measured.arms)
    }


def _described(predictor: ColdPredictor) -> dict[str, dict[str, float]]:
    maps = {"alone": predictor.alone, "beside": predictor.beside}
    return {name: {"alpha": ridge.alpha, "cosine": ridge.cosine} for name, ridge in maps.items()}
