"""From chosen candidates to results that say why they are there."""

from collections.abc import Mapping
from typing import Any

from engine.arms import Question
from engine.query import Result, Span
from engine.retrieval import Ranking
from indexers.generation import Generation
from rankers.fusion import Pool
from rankers.groups import Groups

SHOWN = ("track_id", "path", "copies", "title", "artist", "album", "genre", "year", "duration_s")


class Explainer:
    """Describes the tracks of one generation."""

    def __init__(self, generation: Generation, groups: Groups) -> None:
        self._generation = generation
        self._groups = groups

    def results(
        self, chosen: Pool, asked: Mapping[str, Question], rankings: Mapping[str, Ranking]
    ) -> tuple[Result, ...]:
        """Describe the chosen candidates, ranked in their order."""
        tracks = self._generation.tracks.select(SHOWN)[chosen.rows].to_dicts()
        results = []
        for position, track in enumerate(tracks):
            row, shares = int(chosen.rows[position]), chosen.share_of(position)
            leading = sorted(asked, key=lambda arm: -shares.get(arm, 0.0))  # stable: first arm first
            results.append(
                Result(
                    rank=position + 1,
                    score=float(chosen.scores[position]),
                    arms=shares,
                    evidence={arm: rankings[arm].evidence(row) for arm in shares},
                    why=tuple(reason for arm in leading for reason in asked[arm].why(row)),
                    match=_first_span(row, [asked[arm] for arm in leading]),
                    duplicates=self._duplicates(row, track),
                    **_described(track),
                )
            )
        return tuple(results)

    def _duplicates(self, row: int, track: Mapping[str, Any]) -> tuple[str, ...]:
        others = self._groups.others(row)
        files = [path for copies in self._generation.tracks["copies"].gather(others).to_list() for path in copies]
        return tuple(path for path in [*track["copies"], *files] if path != track["path"])


def _first_span(row: int, questions: list[Question]) -> Span | None:
    spans = (question.match(row) for question in questions)
    return next((span for span in spans if span is not None), None)


def _described(track: Mapping[str, Any]) -> dict[str, Any]:
    return {name: track[name] for name in SHOWN if name != "copies"}
