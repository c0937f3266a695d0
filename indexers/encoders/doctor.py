"""Whether encoders and the vectors they gave are alive: finite, of the right dim, and not all alike."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from indexers.base import AudioEncoder, JointEncoder, TextEncoder
from indexers.encoders.clap import CLAP
from indexers.encoders.collap import COLLAP
from indexers.encoders.exam import N_SOUNDS, PARAPHRASES, SENTENCES, sounds
from indexers.encoders.hub import is_hub
from indexers.encoders.placing import alone, in_tracks
from indexers.encoders.shipped import SHIPPED
from indexers.schema import Rows, Vectors

SEED = 7
BLOCK_ROWS = 4096


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was measured: `ok` says whether `value` keeps `limit`, `remedy` what to do where it does not."""

    check: str
    subject: str
    value: float
    limit: float
    ok: bool
    remedy: str

    def as_json(self) -> dict[str, Any]:
        """The finding as JSON types."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Limits:
    """What healthy vectors keep to, each apart from what the encoders of this project gave on real sound.

    Highest measured there (tests/benchmarks/quality.md has the table): a mean cosine of 0.71 between the music vectors
    of 41 orchestral pieces and 0.89 between ten songs of one band, 0.18 between sentences, 0.40 between synthetic
    sounds; a skew of 1.6 of how often a row is among the ten nearest of others. A collapsed tower has a mean cosine of
    0.999. The limit for tracks leaves room for a library of one band alone.
    """

    track_cosine: float = 0.98
    text_cosine: float = 0.6
    sound_cosine: float = 0.9  # the mean between five synthetic sounds
    paraphrase_margin: float = 0.1  # by which sentences that say the same must be nearer than others
    hub_skew: float = 6.0
    neighbours: int = 10
    sample: int = 2000  # rows looked at; all of them are searched for values that are not finite
    fewest: int = 20  # rows below which nothing can be said about their spread


LIMITS = Limits()

# Towers of a joint space keep to a narrow cone (V. W. Liang et al., "Mind the gap", NeurIPS 2022: mean cosines of about
# one half where nothing is wrong), and of sentences that are not about sound they need know nothing. These limits stand
# between that and the 0.999 of laion/larger_clap_music; no public checkpoint was measured here.
JOINT_LIMITS = replace(LIMITS, text_cosine=0.9, paraphrase_margin=0.02, sound_cosine=0.95)


def examine_vectors(
    name: str, vectors: Vectors, *, dim: int | None = None, limits: Limits = LIMITS, seed: int = SEED
) -> list[Finding]:
    """Examine the vectors of a library.

    Args:
        name: What to call them.
        vectors: [n_rows, dim]; may be memory-mapped.
        dim: What their dim must be, where that is known.
        limits: What is still healthy.
        seed: Of the sample of rows that is compared.

    Returns:
        A finding per check: non-finite rows, dim, zero rows, mean cosine, skew of k-occurrence. Of fewer rows than
        `limits.fewest` the last two are findings that say so.
    """
    rebuild = f"run `segue models pull` and `segue rebuild`: {name} holds nothing that can be searched"
    broken = sum(int((~np.isfinite(block).all(axis=1)).sum()) for block in _blocks(vectors))
    found = [Finding("rows that are not finite", name, broken, 0, broken == 0, rebuild)]
    if dim is not None:
        found.append(Finding("dim", name, vectors.shape[1], dim, vectors.shape[1] == dim, rebuild))
    sample = _sample(vectors, limits.sample, seed)
    sample = sample[np.isfinite(sample).all(axis=1)]
    lengths = np.linalg.norm(sample, axis=1)
    dead = int((lengths == 0).sum())
    found.append(Finding("rows of zeros", name, dead, 0, dead == 0, rebuild))
    return [*found, *_spread(name, sample[lengths > 0] / lengths[lengths > 0, None], limits)]


def _spread(name: str, rows: Vectors, limits: Limits) -> Iterator[Finding]:
    collapse, hubness = "mean cosine between rows", f"skew of {limits.neighbours}-occurrence"
    if len(rows) < limits.fewest:
        reason = f"not measured: {len(rows)} rows, at least {limits.fewest} are needed"
        yield Finding(collapse, name, 0.0, limits.track_cosine, ok=True, remedy=reason)
        yield Finding(hubness, name, 0.0, limits.hub_skew, ok=True, remedy=reason)
        return
    cosine = mean_cosine(rows)
    remedy = f"the vectors of {name} are all alike: pull the models again, or remove the encoder from [analysis]"
    yield Finding(collapse, name, cosine, limits.track_cosine, cosine <= limits.track_cosine, remedy)
    skew = skewness(occurrences(rows, limits.neighbours))
    remedy = f"a few rows of {name} are near everything: look in the ledger for silent or broken files, then rebuild"
    yield Finding(hubness, name, skew, limits.hub_skew, skew <= limits.hub_skew, remedy)


def examine_text_encoder(encoder: TextEncoder, *, limits: Limits = LIMITS) -> list[Finding]:
    """Examine a text encoder on sentences that have nothing in common, and on pairs that say the same.

    Returns:
        Findings: non-finite rows, dim, mean cosine between unlike sentences, and by how much the mean cosine within
        pairs is above that across them.
    """
    name, remedy = f"encoder {encoder.name}", _pulled_again(encoder.name)
    rows = encoder.encode(SENTENCES)
    found = _shape(name, rows, encoder.dim, remedy)
    if not found[0].ok:
        return found
    cosine, margin = mean_cosine(rows), _margin(encoder)
    collapse, nearer = "mean cosine between sentences", "paraphrases nearer than others by"
    return [
        *found,
        Finding(collapse, name, cosine, limits.text_cosine, cosine <= limits.text_cosine, remedy),
        Finding(nearer, name, margin, limits.paraphrase_margin, margin >= limits.paraphrase_margin, remedy),
    ]


def _shape(name: str, rows: Vectors, dim: int, remedy: str) -> list[Finding]:
    """Whether all rows are finite, and whether they are of the promised dim."""
    broken = int((~np.isfinite(rows).all(axis=1)).sum())
    return [
        Finding("rows that are not finite", name, broken, 0, broken == 0, remedy),
        Finding("dim", name, rows.shape[1], dim, rows.shape[1] == dim, remedy),
    ]


def _pulled_again(name: str) -> str:
    if name in SHIPPED:
        return "install Segue again"
    if name.startswith(CLAP):
        return "train it again with `segue train clap --fresh`, on more pairs"
    if name.startswith(COLLAP):
        return "train it again with `segue train collap --fresh`, over towers that are sound"
    again = f"run `segue models pull {name}`"
    return f"{again}; if that does not help, choose another checkpoint" if is_hub(name) else again


def examine_joint_encoder(
    encoder: JointEncoder, listeners: Sequence[AudioEncoder], *, limits: Limits = JOINT_LIMITS
) -> list[Finding]:
    """Examine both sides of a joint space before anything is heard with it.

    Args:
        encoder: The joint encoder.
        listeners: The sound encoders in its `hears`.
        limits: What is still healthy.

    Returns:
        The findings of `examine_text_encoder`, then of the clip vectors of synthetic sounds: non-finite rows, dim, and
        the mean cosine between sounds, silence left out.
    """
    heard = {each.name: each.encode(sounds(each.sample_rate_hz, each.window_samples)) for each in listeners}
    rows, _ = in_tracks(encoder, heard, alone(N_SOUNDS, max((_window_s(each) for each in listeners), default=1.0)))
    name, remedy = f"encoder {encoder.name}, clips", _pulled_again(encoder.name)
    shape = _shape(name, rows, encoder.dim, remedy)
    found = [*examine_text_encoder(encoder, limits=limits), *shape]
    if not shape[0].ok:
        return found
    cosine, limit = _likeness(rows[1:]), limits.sound_cosine
    return [*found, Finding("mean cosine between sounds", name, cosine, limit, cosine <= limit, remedy)]


def _window_s(listener: AudioEncoder) -> float:
    return listener.window_samples / listener.sample_rate_hz


def _margin(encoder: TextEncoder) -> float:
    said, again = (encoder.encode([pair[side] for pair in PARAPHRASES]) for side in (0, 1))
    cosines = said @ again.T
    same = np.eye(len(cosines), dtype=bool)
    return float(cosines[same].mean() - cosines[~same].mean())


def examine_audio_encoder(encoder: AudioEncoder, *, limits: Limits = LIMITS) -> list[Finding]:
    """Examine a sound encoder on synthetic sounds: silence, tones, noise, clicks and a sweep.

    Returns:
        Findings for each output: non-finite rows, dim, and the mean cosine between sounds. Silence counts in the first
        two alone.
    """
    found: list[Finding] = []
    remedy = f"run `segue models pull {encoder.name}`, or remove it from [analysis] of segue.toml"
    for output, rows in encoder.encode(sounds(encoder.sample_rate_hz, encoder.window_samples)).items():
        name, dim = f"encoder {encoder.name}, {output}", encoder.outputs[output]
        broken = int((~np.isfinite(rows).all(axis=1)).sum())
        found.append(Finding("rows that are not finite", name, broken, 0, broken == 0, remedy))
        found.append(Finding("dim", name, rows.shape[1], dim, rows.shape[1] == dim, remedy))
        if not broken:
            cosine, limit = _likeness(rows[1:]), limits.sound_cosine
            found.append(Finding("mean cosine between sounds", name, cosine, limit, cosine <= limit, remedy))
    return found


def _likeness(rows: Vectors) -> float:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit = rows / np.maximum(lengths, 1e-12)
    cosines = np.where(lengths * lengths.T > 0, unit @ unit.T, 1.0)
    return float(cosines[~np.eye(len(rows), dtype=bool)].mean())  # a row of zeros is like every other


def mean_cosine(rows: Vectors) -> float:
    """The mean cosine between different rows of unit vectors [n_rows, dim], at least two rows."""
    wide = np.asarray(rows, dtype=np.float64)
    together = wide.sum(axis=0)
    n = len(wide)
    return float((together @ together - np.square(wide).sum()) / (n * (n - 1)))


def occurrences(rows: Vectors, k: int) -> Rows:
    """Count among the k nearest of how many others each unit row [n_rows, dim] is: [n_rows]."""
    k = min(k, len(rows) - 1)
    counts = np.zeros(len(rows), dtype=np.int64)
    for start in range(0, len(rows), BLOCK_ROWS):
        cosines = rows[start : start + BLOCK_ROWS] @ rows.T
        here = np.arange(len(cosines))
        cosines[here, start + here] = -np.inf
        counts += np.bincount(np.argpartition(-cosines, k - 1, axis=1)[:, :k].ravel(), minlength=len(rows))
    return counts


def skewness(counts: Rows) -> float:
    """The third standardised moment of k-occurrence; 0 where all are equal.

    Source: Radovanović, Nanopoulos and Ivanović, "Hubs in space" (JMLR 2010), equation 1.
    """
    apart = counts - counts.mean()
    variance = float(np.square(apart).mean())
    return float((apart**3).mean() / variance**1.5) if variance > 0 else 0.0


def _blocks(vectors: Vectors) -> Iterator[Vectors]:
    yield from (vectors[start : start + BLOCK_ROWS] for start in range(0, len(vectors), BLOCK_ROWS))


def _sample(vectors: Vectors, n_rows: int, seed: int) -> Vectors:
    if len(vectors) <= n_rows:
        return np.asarray(vectors, dtype=np.float32)
    rows = np.sort(np.random.default_rng(seed).choice(len(vectors), n_rows, replace=False))
    return np.asarray(vectors[rows], dtype=np.float32)
