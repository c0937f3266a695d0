"""How well playlists are continued: every arm, the blend and the second stage asked about held-out playlists."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from engine.continuation.fit import FitSettings, Fitted, Tools, fit_suite
from engine.continuation.held_out import SCENARIOS, HeldOut, Scenario, hold_out
from engine.evaluation.cold import ColdPlan, evaluate_cold
from engine.evaluation.report import Plan, Report, ScenarioResult, build_report
from indexers.catalog.corpus import Vocabulary
from indexers.catalog.playlists.entry import Playlist
from indexers.errors import InputError
from indexers.schema import Rows
from rankers.blend import standardised
from rankers.metrics import Truth
from rankers.suite import Scored, Suite, best_rows, weight_table

DEPTH = 500  # recommendations asked of every arm
PLAIN = ("item_knn_cosine", "als")  # whose plain standardised sum is reported beside the fitted blend
BLEND, RERANKED, PLAIN_SUM = "blend", "reranked", "plain_sum"


@dataclass(frozen=True, slots=True)
class PlaylistsPlan:
    """What is asked: the number of seeds of the main scenario, and whether tracks are made cold too."""

    n_seeds: int = 5
    cold: bool = True
    seed: int = 0
    settings: FitSettings = field(default_factory=FitSettings)

    @property
    def main(self) -> Scenario:
        """The scenario that heads the report."""
        usual = (one for one in SCENARIOS if one.n_seeds == self.n_seeds and not one.at_random)
        return next(usual, Scenario(f"first {self.n_seeds}", self.n_seeds))

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        """All scenarios, the main one among them."""
        return SCENARIOS if self.main in SCENARIOS else (self.main, *SCENARIOS)


def evaluate_playlists(
    train: Sequence[Playlist], test: Sequence[Playlist], plan: PlaylistsPlan, tools: Tools
) -> Report:
    """Learn from some playlists, ask about others, and measure.

    Nothing of `test` is learnt from: weights and second stage are fitted to the newest fifth of `train`.

    Raises:
        InputError: too few playlists to learn from, or none of the test playlists can be asked about.
    """
    fitted = fit_suite(train, plan.settings, tools)
    row_of = fitted.vocabulary.row_of()
    results = []
    for scenario in plan.scenarios:
        questions = hold_out(test, row_of, scenario, plan.seed)
        if questions:
            tools.told(f"asking: {scenario.name}, {len(questions):,} playlists")
            results.append(_ask(fitted, scenario, questions, len(test)))
    if plan.main.name not in {result.name for result in results}:
        raise InputError(
            f"none of {len(test)} test playlists has a known track among its first {plan.n_seeds} and 5 known ones "
            "after them: give longer test playlists, or training playlists that share tracks with them"
        )
    tools.told("figures and intervals")
    cold = _cold(train, test, plan, tools) if plan.cold else None
    return build_report(results, fitted.corpus, _plan(fitted, plan, len(train), len(test)), cold=cold)


def _ask(fitted: Fitted, scenario: Scenario, questions: Sequence[HeldOut], n_test: int) -> ScenarioResult:
    runs: dict[str, list[Rows]] = {}
    for question in questions:
        for arm, ranking in _answers(fitted.suite, question).items():
            runs.setdefault(arm, []).append(ranking)
    artists = _artist_numbers(fitted.vocabulary)
    counts = {
        "test_playlists": n_test,
        "not_asked": n_test - len(questions),
        "unknown_seeds": sum(question.n_unknown_seeds for question in questions),
        "unknown_held_out": sum(question.n_held_out - len(question.relevant) for question in questions),
    }
    known = [_truth(question, artists, len(question.relevant)) for question in questions]
    every = [_truth(question, artists, question.n_held_out) for question in questions]
    return ScenarioResult(scenario.name, runs, known, every, counts)


def _answers(suite: Suite, question: HeldOut) -> dict[str, Rows]:
    """One ranking per arm, of the plain sum, the blend and the second stage."""
    seeds = question.seeds
    scored = suite.score(seeds)
    answers = {name: best_rows(scored.raw[row], DEPTH, seeds.rows) for row, name in enumerate(suite.names)}
    answers[PLAIN_SUM] = best_rows(_plain_sum(suite, scored), DEPTH, seeds.rows)
    answers[BLEND] = best_rows(suite.weigh(scored, seeds), DEPTH, seeds.rows)
    answers[RERANKED] = suite.order(seeds, scored, DEPTH).rows
    return answers


def _plain_sum(suite: Suite, scored: Scored) -> "np.typing.NDArray[np.float32]":
    rows = [suite.names.index(name) for name in PLAIN]
    return np.asarray(sum(standardised(scored.raw[row]) for row in rows), dtype=np.float32)


def _artist_numbers(vocabulary: Vocabulary) -> dict[str, int]:
    return {artist: int(number) for (artist, _), number in zip(vocabulary.keys, vocabulary.artist_of(), strict=True)}


def _truth(question: HeldOut, artists: Mapping[str, int], n_relevant: int) -> Truth:
    known = frozenset(artists[artist] for artist in question.held_out_artists if artist in artists)
    return Truth(question.relevant, n_relevant, known, question.group)


def _cold(train: Sequence[Playlist], test: Sequence[Playlist], plan: PlaylistsPlan, tools: Tools) -> Mapping[str, Any]:
    tools.told("tracks that no playlist holds")
    return evaluate_cold(train, test, tools.text, ColdPlan(seed=plan.seed))


def _plan(fitted: Fitted, plan: PlaylistsPlan, n_train: int, n_test: int) -> Plan:
    suite = fitted.suite
    settings = {
        "training_playlists": n_train,
        "test_playlists": n_test,
        "known_tracks": len(fitted.vocabulary),
        "arms": asdict(plan.settings) | {"item2vec": plan.settings.item2vec.model_dump()},
        "weights": {str(n_seeds): weights for n_seeds, weights in weight_table(suite).items()},
        "second_stage_gains": suite.ranker.gains() if suite.ranker else {},
    }
    return Plan(plan.main.name, (PLAIN_SUM, BLEND, RERANKED), settings, seed=plan.seed)
