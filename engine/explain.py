"""From chosen candidates to results that say why they are there."""

from collections.abc import Mapping
from itertools import islice

import numpy as np

from engine.arms import Question
from engine.query import Result, Span
from engine.retrieval import Ranking
from indexers.generation import Generation
from indexers.schema import Rows
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
        copies = self._other_files(chosen.rows)
        results = []
        for position, track in enumerate(tracks):
            row, shares = int(chosen.rows[position]), chosen.share_of(position)
            leading = sorted(asked, key=lambda arm: -shares.get(arm, 0.0))  # stable: first arm first
            own = [path for path in track.pop("copies") if path != track["path"]]
            results.append(
                Result(
                    rank=position + 1,
                    score=float(chosen.scores[position]),
                    arms=shares,
                    evidence={arm: rankings[arm].evidence(row) for arm in shares},
                    why=tuple(reason for arm in leading for reason in asked[arm].why(row)),
                    match=_first_span(row, [asked[arm] for arm in leading]),
                    duplicates=(*own, *copies.get(row, ())),
                    **track,
                )
            )
        return tuple(results)

    def _other_files(self, rows: Rows) -> dict[int, list[str]]:
        """Row to the files of the other tracks of its group; rows without any are left out."""
        others = {row: self._groups.others(row) for row in rows.tolist()}
        others = {row: rest for row, rest in others.items() if len(rest)}
        if not others:
            return {}
        files = self._generation.tracks["copies"].gather(np.concatenate(list(others.values()))).to_list()
        found = iter(files)
        return {row: [path for paths in islice(found, len(rest)) for path in paths] for row, rest in others.items()}


def _first_span(row: int, questions: list[Question]) -> Span | None:
    spans = (question.match(row) for question in questions)
    return next((span for span in spans if span is not None), None)
