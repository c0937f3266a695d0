"""The two vector spaces of every generation: what tracks are tagged with, and how they sound."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from indexers.base import Index
from indexers.encoders.music import music_clips, music_track
from indexers.encoders.taggram import TagNorm, class_names, clip_evidence, fit_norm, standardise, track_evidence
from indexers.rebuild.embeddings.gather import DiskMatrix, Gathered
from indexers.schema import Vectors
from indexers.vectors import build_index, choose_kind, load_index, stored_vectors
from indexers.vectors.storage import write_array

BLOCK_TRACKS = 4096
LIKELY = 0.05  # probability from which a tag may be told of a track

Hear = Callable[[Mapping[str, Mapping[str, Vectors]]], Vectors]
"""Turns what encoders heard, [n_clips, dim] per output, into the clip vectors of one space."""


@dataclass(frozen=True, slots=True)
class Space:
    """One vector space: its index over track vectors [n_tracks, dim], and why the index is of its kind."""

    name: str
    index: Index
    vectors: Vectors
    reason: str

    def as_json(self) -> dict[str, Any]:
        """What the manifest says of it."""
        return {"kind": self.index.kind, "dim": self.index.dim, "reason": self.reason}


def pool_tracks(gathered: Gathered, hear: Hear, pool: Callable[[Vectors], Vectors], dim: int) -> Vectors:
    """Pool the clips of each track into one vector.

    Args:
        gathered: What was heard.
        hear: Encoder to output to [n_clips, dim], in; clip vectors [n_clips, dim], out.
        pool: The clip vectors of one track, in; its vector [dim], out.
        dim: Of the vectors.

    Returns:
        [n_tracks, dim].
    """
    vectors = np.zeros((gathered.n_tracks, dim), dtype=np.float32)
    for tracks in gathered.blocks():
        block = gathered.read(tracks)
        clips = hear(block.outputs)
        spans = zip(block.starts[:-1].tolist(), block.starts[1:].tolist(), strict=True)
        vectors[tracks] = [pool(clips[start:stop]) for start, stop in spans]
    return vectors


def write_clips(gathered: Gathered, hear: Hear, dim: int, path: Path) -> None:
    """Write every clip's vector, [n_clips, dim] in float16, a block at a time.

    Raises:
        StorageError: the disk refused.
    """
    written = DiskMatrix(path, (int(gathered.offsets[-1]), dim), np.float16)
    for tracks in gathered.blocks():
        block = gathered.read(tracks)
        written.put(block.clips.start, hear(block.outputs))


def build_music(gathered: Gathered, wanted: str, folder: Path) -> Space:
    """Build the music space: unit vectors in which tracks that sound alike are near each other.

    Args:
        gathered: What was heard, the outputs of `music_outputs` among it.
        wanted: The kind of index, or "auto".
        folder: Of the space.

    Raises:
        StorageError: the disk refused.
    """
    dim = music_clips(gathered.read(slice(0, 1)).outputs).shape[1]
    write_clips(gathered, music_clips, dim, folder / "clips.npy")
    vectors = pool_tracks(gathered, music_clips, music_track, dim)
    return indexed("music", choose_kind(wanted, len(vectors)), vectors, folder)


def build_taggram(gathered: Gathered, encoders: Sequence[str], folder: Path) -> tuple[Space, TagNorm]:
    """Build the taggram space: for each class, how unusual its evidence in a track is in this library.

    Args:
        gathered: What was heard, the tags of every tagging encoder among it.
        encoders: All encoders of the rebuild.
        folder: Of the space.

    Raises:
        StorageError: the disk refused.
    """
    dim = len(class_names(encoders))
    evidence = pool_tracks(gathered, clip_evidence, track_evidence, dim)
    blocks = [slice(at, at + BLOCK_TRACKS) for at in range(0, len(evidence), BLOCK_TRACKS)]
    norm = fit_norm((evidence[block] for block in blocks), encoders)
    write_array(folder / "centre.npy", norm.centre)
    write_array(folder / "scale.npy", norm.scale)
    write_clips(gathered, lambda heard: standardise(clip_evidence(heard), norm), dim, folder / "clips.npy")
    for block in blocks:  # in place: a large library has room for one such matrix, not for two
        evidence[block] = standardise(evidence[block], norm)
    reason = "exact, stored by class: a query weighs few classes"
    return indexed("taggram", ("columns", reason), evidence, folder), norm


def indexed(name: str, chosen: tuple[str, str], vectors: Vectors, folder: Path) -> Space:
    """Save an index and open it again, memory-mapped where it can be, so that what is checked is what is published.

    Args:
        name: Of the space.
        chosen: The kind of index, and why; see `choose_kind`.
        vectors: [n_tracks, dim].
        folder: Of the space.

    Raises:
        StorageError: the disk refused.
    """
    kind, reason = chosen
    build_index(kind, vectors).save(folder / "index")
    return open_space(name, folder, reason)


def open_space(name: str, folder: Path, reason: str) -> Space:
    """Open the index and the vectors that a space's folder holds.

    Raises:
        StaleIndexError: they are missing, damaged or of another format.
    """
    return Space(name, load_index(folder / "index"), stored_vectors(folder / "index"), reason)


def top_tags(names: Sequence[str], z_scores: Vectors, norm: TagNorm, n_tags: int = 5) -> list[list[str]]:
    """Choose the tags that tell each track from the others of its library, most unusual first.

    Args:
        names: Of the classes.
        z_scores: [n_tracks, n_classes], as `standardise` gives them.
        norm: That they were standardised by.
        n_tags: At most so many; names that differ by case alone are told once, and none is told that is less probable
            than `LIKELY` in the track, or no more so than usual.
    """
    told: list[list[str]] = []
    for at in range(0, len(z_scores), BLOCK_TRACKS):
        block = np.asarray(z_scores[at : at + BLOCK_TRACKS], dtype=np.float32)
        likely = block * norm.scale + norm.centre >= np.log(LIKELY / (1 - LIKELY))
        strength = np.where(likely & (block > 0), block, 0)
        order = np.argsort(-strength, axis=1, kind="stable")[:, : 3 * n_tags]
        told += [_distinct(names, row, of[row])[:n_tags] for row, of in zip(order, strength, strict=True)]
    return told


def _distinct(names: Sequence[str], row: npt.NDArray[np.int64], strength: Vectors) -> list[str]:
    told: dict[str, str] = {}
    for number in row[strength > 0].tolist():
        told.setdefault(names[number].casefold(), names[number])
    return list(told.values())
