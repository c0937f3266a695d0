"""Below which best score an arm should rather say nothing, measured on the library itself."""

from collections.abc import Callable, Sequence
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from indexers.base import Index
from indexers.generation import Calibration, Probe
from indexers.schema import Rows, Vectors

FALSE_ANSWERS = 0.05  # of unrelated queries that may still be answered
MISSES = 0.05  # of answerable queries that may not be
WAY_UP = 0.25  # towards what answerable queries score: they are plainer than what people ask
NEIGHBOURS = 16  # looked at to find one that is no duplicate
PROBES = 200  # at most, made from the library's own tracks
SEED = 13

Floats = npt.NDArray[np.float64]
BestScores = Callable[[list[str]], list[float]]


def unrelated_queries() -> tuple[str, ...]:
    """A hundred written questions that have nothing to do with sound."""
    listed = (files(__package__) / "unrelated.txt").read_text(encoding="utf-8")
    return tuple(line for line in listed.splitlines() if line)


def sample(texts: Sequence[str]) -> list[str]:
    """Choose at most `PROBES` of some texts, the same ones always, in their order."""
    rows = np.random.default_rng(SEED).permutation(len(texts))[:PROBES]
    return [texts[row] for row in np.sort(rows).tolist()]


def calibrate_text(arm: str, best_scores: BestScores, answerable: Sequence[str]) -> Calibration:
    """Find the threshold of an arm that answers text.

    Args:
        arm: Its name.
        best_scores: Texts to the best score the library gives each; 0 where nothing was found.
        answerable: Texts that the library can answer, made from its own tracks.

    Returns:
        A threshold a quarter of the way from the score that 5 % of the unrelated queries exceed up to the one that 5 %
        of the answerable ones miss, and just above the former where there is no such way. Every other query of both
        kinds chooses it; the rest tell the rates of false answers and of misses.
    """
    unrelated = unrelated_queries()
    texts = [*unrelated, *answerable]
    uses = [*_alternate(len(unrelated), "report"), *_alternate(len(answerable), "positive")]
    scores = np.array(best_scores(texts), dtype=np.float64)
    chosen = np.array([use == "choose" for use in uses])
    first_own = len(unrelated)
    foreign, own = scores[:first_own][chosen[:first_own]], scores[first_own:][chosen[first_own:]]
    low = float(np.quantile(foreign, 1 - FALSE_ANSWERS))
    high = float(np.quantile(own, MISSES)) if len(own) else low
    threshold = _above(low + WAY_UP * max(0.0, high - low))
    rule = (
        f"{WAY_UP:.0%} of the way from {low:.4g}, which {FALSE_ANSWERS:.0%} of {len(foreign)} unrelated queries "
        f"exceed, up to {high:.4g}, which {MISSES:.0%} of {len(own)} answerable ones miss"
    )
    return _calibration(arm, threshold, rule, _probes(texts, uses, scores))


def _alternate(count: int, other: str) -> list[str]:
    return ["choose" if number % 2 == 0 else other for number in range(count)]


def calibrate_sound(index: Index, vectors: Vectors, groups: Rows) -> Calibration:
    """Find the threshold of the arm that compares sounds.

    Half of the sampled tracks choose it: their nearest other recording must be above it for 95 % of them, so a sound
    farther from everything than nearly all tracks are from their neighbours finds nothing. The other half are the
    "positive" probes. "report" probes are vectors whose every number comes from another track.

    Args:
        index: Over `vectors`.
        vectors: [n_tracks, dim], unit rows.
        groups: [n_tracks], equal for tracks that are the same recording.
    """
    rng = np.random.default_rng(SEED)
    rows = np.sort(rng.choice(len(vectors), min(2 * PROBES, len(vectors)), replace=False))
    own = np.asarray(vectors[rows], dtype=np.float32)
    scores = _nearest_other(index, own, rows, groups)
    mixed = np.stack([rng.permutation(column) for column in own.T], axis=1)
    mixed /= np.maximum(np.linalg.norm(mixed, axis=1, keepdims=True), 1e-12)
    nulls = index.search(mixed[:PROBES], 1)[1][:, 0]
    texts = [f"track {row}" for row in rows] + [f"mixture {number}" for number in range(len(nulls))]
    uses = [*_alternate(len(rows), "positive"), *["report"] * len(nulls)]
    probes = _probes(texts, uses, np.concatenate([scores, nulls]))
    chosen = [probe.score for probe in probes if probe.use == "choose"]
    rule = f"the {MISSES:.0%} quantile of the cosine to the nearest other recording, of {len(chosen)} tracks"
    return _calibration("music", float(np.quantile(chosen, MISSES)) if len(rows) > 1 else 0.0, rule, probes)


def _nearest_other(index: Index, own: Vectors, rows: Rows, groups: Rows) -> Floats:
    """The cosine of each track to the nearest of another group; the least seen where all seen are of its own."""
    found, scores = index.search(own, NEIGHBOURS)
    others = np.where(groups[found] == groups[rows][:, None], -np.inf, scores).max(axis=1)
    least = scores[:, -1] if found.shape[1] == NEIGHBOURS else np.zeros(len(rows))
    return np.where(np.isfinite(others), others, least).astype(np.float64)


def _above(value: float) -> float:
    return float(np.nextafter(np.float32(value), np.float32(np.inf)))


def _probes(texts: Sequence[str], uses: Sequence[str], scores: Floats) -> tuple[Probe, ...]:
    rows = zip(texts, uses, scores.tolist(), strict=True)
    return tuple(Probe(text, use, round(score, 6)) for text, use, score in rows)


def _calibration(arm: str, threshold: float, rule: str, probes: tuple[Probe, ...]) -> Calibration:
    def share(use: str, *, above: bool) -> float:
        scores = [probe.score for probe in probes if probe.use == use]
        return sum((score >= threshold) is above for score in scores) / max(1, len(scores))

    false_answers, misses = share("report", above=True), share("positive", above=False)
    return Calibration(arm, threshold, rule, round(false_answers, 4), round(misses, 4), probes)
