"""Every sound heard once, and scored by every encoder with labels put into words in every way."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np

from engine.evaluation.zeroshot.sources import Labelled
from engine.zeroshot.hearing import HeardFile, hear_file
from engine.zeroshot.labels import notes_on
from engine.zeroshot.scorers import Scorer
from indexers.base import AudioEncoder
from indexers.encoders.prompts import Table, Way, built_in, prompts_of
from indexers.errors import InputError, MediaError
from indexers.schema import Bools, Rows
from indexers.settings import AnalysisSettings

Progress: TypeAlias = Callable[[str, int, int], object]
"""Told what is being done, how much of it is done, and of how much."""

WAYS = tuple(Way)
BROKEN_SHARE = 0.5  # of the files that cannot be heard: with more, the figures would be those of another set


@dataclass(frozen=True, slots=True)
class Hearing:
    """Sounds that could be heard, what was heard, and why others could not."""

    items: tuple[Labelled, ...]
    heard: tuple[HeardFile, ...]
    refused: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answers:
    """What one encoder says with labels put into words in one way: `said` [n_items], rows of the labels."""

    encoder: str
    way: Way
    said: Rows


@dataclass(frozen=True, slots=True)
class ZeroShotResult:
    """All answers. `labels` in the order of their names; `truth` [n_items], rows of them; `notes` on the labels."""

    items: tuple[Labelled, ...]
    labels: tuple[str, ...]
    truth: Rows
    answers: tuple[Answers, ...]
    refused: Mapping[str, str]
    notes: tuple[str, ...]

    def right(self, answers: Answers) -> Bools:
        """Which items were answered right, [n_items]."""
        return np.asarray(answers.said == self.truth)

    @property
    def best(self) -> Answers:
        """The answers with the highest accuracy, the first of equals."""
        return max(self.answers, key=lambda one: float(self.right(one).mean()))

    def part(self, keep: Callable[[Path], bool]) -> "ZeroShotResult":
        """The same answers on some of the files, the labels unchanged."""
        rows = np.array([row for row, item in enumerate(self.items) if keep(item.path)], dtype=np.int64)
        answers = tuple(Answers(one.encoder, one.way, one.said[rows]) for one in self.answers)
        kept = tuple(self.items[row] for row in rows.tolist())
        return ZeroShotResult(kept, self.labels, self.truth[rows], answers, self.refused, self.notes)


def hear_all(items: Sequence[Labelled], encoders: Sequence[AudioEncoder], progress: Progress) -> Hearing:
    """Hear every file; one that cannot be heard is left out and named.

    Raises:
        InputError: more than half of them cannot be heard.
    """
    kept, heard, refused = [], [], dict[str, str]()
    for done, item in enumerate(items, start=1):
        try:
            heard.append(hear_file(item.path, encoders, AnalysisSettings().windows))
            kept.append(item)
        except MediaError as error:
            refused[str(item.path)] = str(error)
        progress("listening", done, len(items))
    n_broken = len(items) - len(kept)
    if n_broken > BROKEN_SHARE * len(items):
        raise InputError(
            f"{n_broken} of {len(items)} files cannot be heard (the first: {next(iter(refused.values()))}): "
            "mend them or leave them out"
        )
    return Hearing(tuple(kept), tuple(heard), refused)


def evaluate_zero_shot(
    hearing: Hearing,
    scorers: Sequence[Scorer],
    table: Table | None = None,
    ways: Sequence[Way] = WAYS,
    progress: Progress = lambda *_: None,
) -> ZeroShotResult:
    """Ask every scorer which label fits each sound, in every way of putting labels into words.

    Args:
        hearing: What was heard, by the encoders that every scorer needs.
        scorers: At least one.
        table: The descriptions; None is the built-in ones.
        ways: How labels are put into words.
        progress: Told of every scorer and way.
    """
    labels = tuple(sorted({item.label for item in hearing.items}))
    place = {label: row for row, label in enumerate(labels)}
    truth = np.array([place[item.label] for item in hearing.items], dtype=np.int64)
    described = table or built_in()
    asked = {way: tuple(prompts_of(label, way, described) for label in labels) for way in ways}
    answers: list[Answers] = []
    for scorer in scorers:
        for way, prompts in asked.items():
            progress(f"{scorer.name}, {way}", len(answers), len(scorers) * len(ways))
            scores = np.stack([scorer.file(prompts, heard.outputs) for heard in hearing.heard])
            answers.append(Answers(scorer.name, way, scores.argmax(axis=1).astype(np.int64)))
    notes = notes_on([one for prompts in asked.values() for one in prompts])
    return ZeroShotResult(hearing.items, labels, truth, tuple(answers), hearing.refused, notes)
