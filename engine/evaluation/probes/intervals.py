"""How sure a figure is: bootstrap over whole lists, as playlists of one list are alike."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.evaluation.probes.task import Words

LEVEL = 0.95

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with the interval that holds it at 95 % confidence."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Resampling:
    """How often each resample draws each list, `times` [n_draws, n_lists], and each example's list, `list_of` [n]."""

    list_of: npt.NDArray[np.int64]
    times: Numbers


def resample(groups: Words, n_draws: int, rng: np.random.Generator) -> Resampling:
    """Draw as many lists as there are, with replacement, again and again.

    Source: Efron and Tibshirani 1993, "An Introduction to the Bootstrap", chapter 8 (whole clusters resampled).
    """
    names, list_of = np.unique(groups, return_inverse=True)
    times = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=n_draws)
    return Resampling(list_of.astype(np.int64), times.astype(np.float64))


def mean_draws(values: Numbers, resampling: Resampling) -> Numbers:
    """The mean of per-example values in each resample, [n_draws]."""
    sums = np.bincount(resampling.list_of, weights=values)
    sizes = np.bincount(resampling.list_of).astype(np.float64)
    means: Numbers = (resampling.times @ sums) / (resampling.times @ sizes)
    return means


def macro_f1(truth: Words, predicted: Words) -> float:
    """The mean over the labels in the truth of each label's F1: 2 hits / (2 hits + false alarms + misses)."""
    return float(_f1_of(*_tallies(truth, predicted), np.ones((1, len(truth))))[0])


def macro_f1_draws(truth: Words, predicted: Words, resampling: Resampling) -> Numbers:
    """The macro-averaged F1 in each resample, [n_draws]; a label that a resample lacks does not count there."""
    tallies = [_per_list(tally, resampling.list_of) for tally in _tallies(truth, predicted)]
    return _f1_of(tallies[0], tallies[1], tallies[2], resampling.times)


def estimate(value: float, draws: Numbers) -> Estimate:
    """A figure with the percentile interval of its resamples."""
    low, high = np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(float(value), float(low), float(high))


def _tallies(truth: Words, predicted: Words) -> tuple[Numbers, Numbers, Numbers]:
    """Truth, prediction and hit per example and label, each [n, n_labels]."""
    labels = np.unique(truth)
    true, said = truth[:, None] == labels, predicted[:, None] == labels
    return true.astype(np.float64), said.astype(np.float64), (true & said).astype(np.float64)


def _per_list(tally: Numbers, list_of: npt.NDArray[np.int64]) -> Numbers:
    return np.stack([np.bincount(list_of, weights=column) for column in tally.T], axis=1)


def _f1_of(true: Numbers, said: Numbers, hits: Numbers, times: Numbers) -> Numbers:
    held, named, met = times @ true, times @ said, times @ hits
    counts = held > 0
    scores = np.where(counts, 2 * met / np.maximum(held + named, 1), 0.0)
    means: Numbers = scores.sum(axis=1) / counts.sum(axis=1)
    return means
