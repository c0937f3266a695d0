"""Whether a difference between two runs is more than chance: bootstrap, randomisation, Holm, effect size.

Queries of one group, such as editions of one list, are resampled or swapped together, for they are not independent.
"""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np

from indexers.errors import InputError, ShapeError
from indexers.schema import Rows
from rankers.metrics.hits import Figures

RESAMPLES = 10_000
LEVEL = 0.95
BLOCK_CELLS = 2_000_000  # numbers drawn at a time: 16 MB
TIE = 1e-12  # relative: sums taken in another order differ by less

Interval: TypeAlias = tuple[float, float]


def bootstrap_means(values: Figures, groups: Sequence[str], *, rng: np.random.Generator, n: int = RESAMPLES) -> Figures:
    """The means of resampled queries: whole groups drawn with replacement, as many as there are.

    All columns share the draws, so that they can be compared resample by resample.

    Args:
        values: [n_queries, n_columns].
        groups: [n_queries], each query's group; a group each gives the plain bootstrap.
        rng: The source of chance.
        n: How many resamples, at least 1.

    Returns:
        [n, n_columns]; each is a sum over the drawn queries, divided by how many were drawn.

    Raises:
        ShapeError: the sizes do not fit, or there is no query.
        InputError: n is below 1.

    Source: Efron, "Bootstrap methods: another look at the jackknife", Annals of Statistics 7(1), 1979; whole clusters
    as in Field and Welsh, "Bootstrapping clustered data", JRSS B 69(3), 2007.
    """
    _check_resamples(n)
    sums, sizes = _group_sums(values, groups)
    totals = np.column_stack([sums, sizes])
    blocks = []
    for n_rows in _blocks(n, len(sizes)):
        drawn = _draws(rng, n_rows, len(sizes)) @ totals
        blocks.append(drawn[:, :-1] / drawn[:, -1:])
    return np.concatenate(blocks)


def percentile_intervals(means: Figures, *, level: float = LEVEL) -> Figures:
    """The percentile intervals of bootstrapped figures, [n_columns, 2], low then high.

    Args:
        means: [n, n_columns], as `bootstrap_means` gives them, or any function of them.
        level: The share of resamples within the interval, above 0 and below 1.

    Raises:
        InputError: the level is out of range.

    Source: Efron and Tibshirani, "An introduction to the bootstrap", 1993, section 13.3.
    """
    if not 0.0 < level < 1.0:
        raise InputError(f"level = {level} is out of range: give a share above 0 and below 1, such as 0.95")
    tail = (1 - level) / 2
    return np.quantile(means, [tail, 1 - tail], axis=0).T


def mean_interval(values: Figures, groups: Sequence[str], *, rng: np.random.Generator, n: int = RESAMPLES) -> Interval:
    """The 95 % percentile bootstrap interval of the mean of [n_queries] values.

    Args:
        values: [n_queries].
        groups: [n_queries], each query's group; a group each gives the plain bootstrap.
        rng: The source of chance.
        n: How many resamples, at least 1.

    Raises:
        ShapeError: the sizes do not fit, or there is no query.
        InputError: n is below 1.
    """
    low, high = percentile_intervals(bootstrap_means(values[:, None], groups, rng=rng, n=n))[0]
    return float(low), float(high)


def relative_means(ours: Figures, theirs: Figures) -> Figures:
    """By what share bootstrapped means exceed those of a baseline: ours / theirs - 1, [n] or [n, n_columns].

    Raises:
        InputError: a baseline's mean is 0 in some resample, so that the share is not defined.
    """
    if not theirs.all():
        raise InputError(
            "the baseline's mean is 0 in a resample, so no relative difference is defined; give the absolute one"
        )
    return ours / theirs - 1


def relative_interval(
    ours: Figures, theirs: Figures, groups: Sequence[str], *, rng: np.random.Generator, n: int = RESAMPLES
) -> Interval:
    """The 95 % percentile interval of mean(ours) / mean(theirs) - 1, as the ratio of means of the same resamples.

    Args:
        ours: [n_queries].
        theirs: [n_queries], in the same order.
        groups: [n_queries], each query's group.
        rng: The source of chance.
        n: How many resamples, at least 1.

    Raises:
        ShapeError: the sizes do not fit, or there is no query.
        InputError: n is below 1, or the baseline's mean is 0 in some resample.
    """
    _check_pairs(ours, theirs)
    means = bootstrap_means(np.column_stack([ours, theirs]), groups, rng=rng, n=n)
    low, high = percentile_intervals(relative_means(means[:, :1], means[:, 1:]))[0]
    return float(low), float(high)


def randomisation_p(
    differences: Figures, groups: Sequence[str], *, rng: np.random.Generator, n: int = RESAMPLES
) -> Figures:
    """How often chance alone gives differences at least as large: paired, two-sided, one sign a group.

    Where two runs are alike, each group's differences could as well have the other sign; p is (b + 1) / (n + 1), with b
    the sign patterns drawn whose sum is at least as far from 0 as the sum found.

    Args:
        differences: [n_queries, n_columns], ours minus theirs; all columns share the drawn signs.
        groups: [n_queries], each query's group.
        rng: The source of chance.
        n: How many sign patterns, at least 1.

    Returns:
        [n_columns], each from 1 / (n + 1) to 1; no difference anywhere has 1.

    Raises:
        ShapeError: the sizes do not fit, or there is no query.
        InputError: n is below 1.

    Source: Smucker, Allan and Carterette, "A comparison of statistical significance tests for information retrieval
    evaluation", CIKM 2007; (b + 1) / (n + 1) from Phipson and Smyth, SAGMB 9(1), 2010.
    """
    _check_resamples(n)
    sums, sizes = _group_sums(differences, groups)
    found = np.abs(sums.sum(axis=0)) * (1 - TIE)
    beyond = np.zeros(sums.shape[1], dtype=np.int64)
    for n_rows in _blocks(n, len(sizes)):
        signs = 1.0 - 2.0 * rng.integers(2, size=(n_rows, len(sizes)), dtype=np.int8)
        beyond += (np.abs(signs @ sums) >= found).sum(axis=0)
    return (beyond + 1) / (n + 1)


def holm(p: Figures) -> Figures:
    """Adjust the p values of one family of comparisons so that the chance of any false one stays below the level.

    Args:
        p: [n_comparisons], each 0 to 1; may be empty.

    Returns:
        [n_comparisons] in the order given: the i-th smallest times (n_comparisons - i + 1), never below a smaller one's
        and at most 1.

    Raises:
        InputError: a value is not between 0 and 1.

    Source: Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6(2),
    1979.
    """
    if not ((p >= 0) & (p <= 1)).all():
        raise InputError("a p value is not between 0 and 1; give those that a test found")
    order = np.argsort(p, kind="stable")
    adjusted = np.empty(len(p), dtype=np.float64)
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)), 1.0)
    return adjusted


def effect_size(differences: Figures) -> float:
    """Paired Cohen's d_z: the mean of the queries' differences over their standard deviation; 0 where none differs.

    Args:
        differences: [n_queries], ours minus theirs; the deviation divides by n_queries - 1.

    Raises:
        ShapeError: there are fewer than two queries.
        InputError: all queries differ by the same amount, so that the deviation is 0.

    Source: Cohen, "Statistical power analysis for the behavioral sciences", 1988, section 2.3.5; Lakens, Frontiers in
    Psychology 4, 2013, equation 6.
    """
    if len(differences) < 2:
        raise ShapeError(f"{len(differences)} queries have no spread; an effect size needs at least two")
    if not differences.any():
        return 0.0
    spread = float(differences.std(ddof=1))
    if spread <= TIE * float(np.abs(differences).max()):
        raise InputError(
            "all queries differ by the same amount, so the effect size is not defined; give the difference"
        )
    return float(differences.mean()) / spread


def _group_sums(values: Figures, groups: Sequence[str]) -> tuple[Figures, Rows]:
    """Each group's sums, [n_groups, n_columns], and how many queries it has."""
    if values.ndim != 2:
        raise ShapeError(f"values have {values.ndim} dimensions; give [n_queries, n_columns]")
    if not len(values):
        raise ShapeError("there is no query to resample; give at least one")
    if len(values) != len(groups):
        raise ShapeError(f"{len(groups)} groups do not fit {len(values)} queries; name one for each")
    _, members = np.unique(np.asarray(groups, dtype=np.str_), return_inverse=True)
    sizes = np.bincount(members).astype(np.int64)
    sums = np.zeros((len(sizes), values.shape[1]), dtype=np.float64)
    np.add.at(sums, members, values)
    return sums, sizes


def _draws(rng: np.random.Generator, n_rows: int, n_groups: int) -> Figures:
    """How often each resample draws each group, [n_rows, n_groups]."""
    drawn = rng.integers(n_groups, size=(n_rows, n_groups)) + n_groups * np.arange(n_rows)[:, None]
    return np.bincount(drawn.ravel(), minlength=n_rows * n_groups).reshape(n_rows, n_groups).astype(np.float64)


def _blocks(n: int, n_groups: int) -> Iterator[int]:
    """Sizes of the blocks in which n resamples fit into little memory."""
    step = max(1, BLOCK_CELLS // n_groups)
    for start in range(0, n, step):
        yield min(step, n - start)


def _check_resamples(n: int) -> None:
    if n < 1:
        raise InputError(f"n = {n} resamples say nothing: give at least 1, better {RESAMPLES:,}")


def _check_pairs(ours: Figures, theirs: Figures) -> None:
    if len(ours) != len(theirs):
        raise ShapeError(f"{len(ours)} and {len(theirs)} values are no pairs; measure both runs on the same queries")
