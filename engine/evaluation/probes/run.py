"""All probes of all encoders, beside chance, with intervals and paired differences."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from engine.evaluation.probes.classifier import Answers, Encode, answer, join_answers, majority
from engine.evaluation.probes.intervals import (
    Estimate,
    Numbers,
    Resampling,
    estimate,
    macro_f1,
    macro_f1_draws,
    mean_draws,
    resample,
)
from engine.evaluation.probes.neighbours import chance_precision, draw_queries, neighbour_precision
from engine.evaluation.probes.task import Examples, ProbeSettings, Task, Words, source_of
from engine.evaluation.probes.tasks import Sides, build_tasks, genre_examples, length_examples
from indexers.base import PlaylistEncoder
from indexers.schema import Rows, Vectors

CHANCE = "chance"
EVEN = 1e-3  # of the spread of margins: two that are closer differ by rounding
DECIMALS = 5  # of a vector that count: sums in another order differ from the seventh on


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: a figure per encoder and for chance, and the paired differences between encoders.

    `differences` maps (one, other) to one's figure less the other's. `n_train` is 0 where nothing is learnt.
    """

    name: str
    title: str
    figures: Mapping[str, Estimate]
    differences: Mapping[tuple[str, str], Estimate]
    n_train: int
    n_test: int
    n_lists: int


@dataclass(frozen=True, slots=True)
class Scored:
    """One encoder's figure and what the figure is in each resample."""

    value: float
    draws: Numbers


class Remembering:
    """An encoder that encodes the same playlist once; vectors are rounded, so that equal ones are equal."""

    def __init__(self, encoder: PlaylistEncoder) -> None:
        self.name = encoder.name
        self.seconds = 0.0
        self._encoder = encoder
        self._known: dict[bytes, Vectors] = {}

    def encode(self, lists: Sequence[Rows]) -> Vectors:
        """Encode playlists into [n_playlists, dim]."""
        new = {rows.tobytes(): rows for rows in lists if rows.tobytes() not in self._known}
        if new:
            start = time.perf_counter()
            vectors = np.round(self._encoder.encode(list(new.values())), DECIMALS)
            self.seconds += time.perf_counter() - start
            self._known.update(zip(new, vectors, strict=True))
        return np.stack([self._known[rows.tobytes()] for rows in lists])


def run_probes(
    sides: Sides,
    encoders: Sequence[PlaylistEncoder],
    settings: ProbeSettings,
    said: Callable[[str], None] = lambda _: None,
) -> tuple[Row, ...]:
    """Ask everything of every encoder.

    Args:
        sides: The playlists.
        encoders: Over the vocabulary of the sides, with distinct names.
        settings: How much is asked.
        said: Told what was done, a line at a time.
    """
    remembering = [Remembering(encoder) for encoder in encoders]
    rows: list[Row] = []
    for task in build_tasks(sides, settings):
        rows += task_rows(task, {one.name: one.encode for one in remembering}, settings)
        said(f"{task.title}: done")
    asked = {"genre": genre_examples(sides, settings), "length": length_examples(sides, settings)}
    for name, examples in asked.items():
        rows.append(neighbour_row(name, examples, {one.name: one.encode for one in remembering}, settings))
    for one in remembering:
        said(f"{one.name}: encoded in {one.seconds:.1f} s")
    return tuple(rows)


def task_rows(task: Task, encodes: Mapping[str, Encode], settings: ProbeSettings) -> list[Row]:
    """The lines of one probe: accuracy; for pairs also how often the two were told apart; else macro-averaged F1."""
    answers = {
        name: join_answers([answer(part, encode, settings) for part in task.parts]) for name, encode in encodes.items()
    }
    answers[CHANCE] = join_answers([majority(part) for part in task.parts])
    groups = answers[CHANCE].groups
    drawn = resample(groups, settings.n_draws, _rng(settings))
    n_train = max(len(part.train) for part in task.parts)
    accuracy = {name: _mean(_right(said), drawn) for name, said in answers.items()}
    rows = [_row(task.name, f"{task.title}, accuracy", accuracy, n_train, groups)]
    if task.paired:
        rows += pair_rows(task, {name: told_apart(said) for name, said in answers.items()}, groups[::2], settings)
    elif len(np.unique(answers[CHANCE].truth)) > 2:
        f1 = {name: _f1(said, drawn) for name, said in answers.items()}
        rows.append(_row(f"{task.name}_f1", f"{task.title}, macro F1", f1, n_train, groups))
    return rows


def pair_rows(task: Task, apart: Mapping[str, Numbers], groups: Words, settings: ProbeSettings) -> list[Row]:
    """How often the two of a pair were told apart: of all pairs and, where the task asks for it, of each source's."""
    n_train = max(len(part.train) for part in task.parts)
    names = np.array([source_of(group) for group in groups.tolist()])
    parts = {"": np.ones(len(groups), dtype=np.bool_)}
    if task.by_source:
        parts |= {str(source): names == source for source in np.unique(names)}
    rows = []
    for source, chosen in parts.items():
        units = _units(groups[chosen])
        drawn = resample(units, settings.n_draws, _rng(settings))
        scored = {name: _mean(values[chosen], drawn) for name, values in apart.items()}
        ending = (f"_{source}", f", {source} alone") if source else ("", "")
        title = f"{task.title}, pairs told apart{ending[1]}"
        rows.append(_row(f"{task.name}_pairs{ending[0]}", title, scored, n_train, units))
    return rows


def _units(groups: Words) -> Words:
    """What is resampled: lists; of a single list its playlists."""
    return groups if len(np.unique(groups)) > 1 else np.arange(len(groups)).astype(np.str_)


def neighbour_row(name: str, examples: Examples, encodes: Mapping[str, Encode], settings: ProbeSettings) -> Row:
    """The line of the recommendation task by one kind of label."""
    queries = draw_queries(examples.groups, settings.n_queries, _rng(settings))
    groups = examples.groups[queries]
    drawn = resample(groups, settings.n_draws, _rng(settings))
    figures = {
        encoder: _mean(neighbour_precision(encode(examples.lists), examples, queries, settings.k), drawn)
        for encoder, encode in encodes.items()
    }
    figures[CHANCE] = _mean(chance_precision(examples, queries, settings.k), drawn)
    return _row(f"neighbours_{name}", f"neighbours of the same {name}, precision at {settings.k}", figures, 0, groups)


def told_apart(said: Answers) -> Numbers:
    """For each pair 1 where the first looked more like the first label than the second did, 0 where less, else a half.

    The labels of pairs are such that the first of a pair has the first in order: "as it was" before "changed".
    """
    gaps = said.margins[::2] - said.margins[1::2]
    even = np.abs(gaps) <= EVEN * np.std(said.margins)
    return np.where(even, 0.5, np.where(gaps > 0, 1.0, 0.0))


def _right(said: Answers) -> Numbers:
    return np.asarray(said.truth == said.predicted, dtype=np.float64)


def _mean(values: Numbers, drawn: Resampling) -> Scored:
    return Scored(float(values.mean()), mean_draws(values, drawn))


def _f1(said: Answers, drawn: Resampling) -> Scored:
    return Scored(macro_f1(said.truth, said.predicted), macro_f1_draws(said.truth, said.predicted, drawn))


def _row(name: str, title: str, scored: Mapping[str, Scored], n_train: int, groups: Words) -> Row:
    differences = {
        (one, other): estimate(scored[one].value - scored[other].value, scored[one].draws - scored[other].draws)
        for one, other in combinations(scored, 2)
    }
    figures = {encoder: estimate(one.value, one.draws) for encoder, one in scored.items()}
    return Row(name, title, figures, differences, n_train, len(groups), len(np.unique(groups)))


def _rng(settings: ProbeSettings) -> np.random.Generator:
    """The same resamples for every figure over the same lists."""
    return np.random.default_rng(settings.seed)
