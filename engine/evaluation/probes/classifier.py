"""Logistic regression on frozen vectors."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from engine.evaluation.probes.folds import group_folds
from engine.evaluation.probes.task import Examples, Part, ProbeSettings, Words
from indexers.schema import Rows, Vectors

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

MAX_STEPS = 500
# of the mean loss's slope: two orders of one playlist differ little, so that at 1e-3 nothing would be learnt of them
TOLERANCES = {"newton-cholesky": 1e-6, "lbfgs": 1e-3}

Encode: TypeAlias = Callable[[Sequence[Rows]], Vectors]


@dataclass(frozen=True, slots=True)
class Answers:
    """What a probe said of each example it was asked about.

    `margins` [n] is how far it is on the side of the first label in order, for two labels; else empty.
    """

    truth: Words
    predicted: Words
    groups: Words
    margins: npt.NDArray[np.float64]


def answer(part: Part, encode: Encode, settings: ProbeSettings) -> Answers:
    """Learn from one side of a part and answer about the other."""
    probe = fit_probe(encode(part.train.lists), part.train, settings)
    vectors = encode(part.test.lists).astype(np.float64)
    binary = len(probe.classes_) == 2
    margins = -probe.decision_function(vectors) if binary else np.empty(0)
    return Answers(part.test.labels, probe.predict(vectors), part.test.groups, margins)


def majority(part: Part) -> Answers:
    """Say of every example what most of those learnt from are: what chance reaches; among equals the first in order."""
    names, counts = np.unique(part.train.labels, return_counts=True)
    predicted = np.repeat(names[np.argmax(counts)], len(part.test))
    return Answers(part.test.labels, predicted, part.test.groups, np.zeros(len(part.test)))


def join_answers(answers: Sequence[Answers]) -> Answers:
    """The answers of all parts of a task."""
    return Answers(
        np.concatenate([one.truth for one in answers]),
        np.concatenate([one.predicted for one in answers]),
        np.concatenate([one.groups for one in answers]),
        np.concatenate([one.margins for one in answers]),
    )


def fit_probe(vectors: Vectors, examples: Examples, settings: ProbeSettings) -> "Pipeline":
    """Fit a logistic regression on standardised vectors, its regularisation chosen by inner folds over lists.

    Args:
        vectors: [n_examples, dim].
        examples: Their labels, of two or more kinds, and lists.
        settings: The strengths to choose from; too few lists for the inner folds take the middle one.
    """
    wide = vectors.astype(np.float64)
    strength = _best_strength(wide, examples, settings)
    return _fit(wide, examples.labels, strength)


def _best_strength(vectors: npt.NDArray[np.float64], examples: Examples, settings: ProbeSettings) -> float:
    if len(np.unique(examples.groups)) < settings.inner_folds:
        return settings.strengths[len(settings.strengths) // 2]
    folds = [
        (train, test)
        for train, test in group_folds(examples, settings.inner_folds, settings.seed)
        if len(np.unique(examples.labels[train])) > 1
    ]
    right = [
        sum(_n_right(vectors, examples.labels, train, test, strength) for train, test in folds)
        for strength in settings.strengths
    ]
    return settings.strengths[int(np.argmax(right))]  # the strongest regularisation among equals


def _n_right(vectors: npt.NDArray[np.float64], labels: Words, train: Rows, test: Rows, strength: float) -> int:
    predicted = _fit(vectors[train], labels[train], strength).predict(vectors[test])
    return int(np.sum(predicted == labels[test]))


def _fit(vectors: npt.NDArray[np.float64], labels: Words, strength: float) -> "Pipeline":
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    solver = "newton-cholesky" if len(np.unique(labels)) == 2 else "lbfgs"  # the first is too slow for many labels
    regression = LogisticRegression(C=strength, solver=solver, max_iter=MAX_STEPS, tol=TOLERANCES[solver])
    probe = make_pipeline(StandardScaler(), regression)
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", ConvergenceWarning
        )  # a probe that stops early is a weaker probe, not a wrong one
        return probe.fit(vectors, labels)
