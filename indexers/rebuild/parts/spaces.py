"""The two vector spaces of every generation: what tracks are tagged with, and how they sound."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from indexers.base import Index
from indexers.encoders.music import music_clips, music_track
from indexers.encoders.taggram import TagNorm, class_names, clip_evidence, fit_norm, standardise, track_evidence
from indexers.rebuild.embeddings.gather import DiskMatrix, Gathered
from indexers.rebuild.inputs import RebuildSettings
from indexers.rebuild.parts.shards import write_shards
from indexers.schema import Vectors
from indexers.vectors import keep_effort, load_index, stored_vectors
from indexers.vectors.columns import ColumnWriter
from indexers.vectors.exact import Stored
from indexers.vectors.matrix import VectorWriter
from indexers.vectors.plan import make_plan, this_machine
from indexers.vectors.storage import write_array
from indexers.vectors.tuning import tune

BLOCK_TRACKS = 4096
COLUMNS_REASON = "exact, stored by class: a query weighs few classes"
LIKELY = 0.05  # probability from which a tag may be told of a track

Hear = Callable[[Mapping[str, Mapping[str, Vectors]]], Vectors]
"""Turns what encoders heard, [n_clips, dim] per output, into the clip vectors of one space."""


@dataclass(frozen=True, slots=True)
class Space:
    """One vector space: its index over track vectors, [n_tracks, dim] as they are stored, and what is told of it.

    `told` has the index's kind, dim and storage, why it is of that kind, the recall expected and the one measured, over
    how many queries, and with which effort.
    """

    name: str
    index: Index
    vectors: Stored
    told: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """What the manifest says of it."""
        return dict(self.told)


def pool_tracks(gathered: Gathered, hear: Hear, pool: Callable[[Vectors], Vectors]) -> Iterator[Vectors]:
    """Pool the clips of each track into one vector.

    Args:
        gathered: What was heard.
        hear: Encoder to output to [n_clips, dim], in; clip vectors [n_clips, dim], out.
        pool: The clip vectors of one track, in; its vector [dim], out.

    Yields:
        The tracks' vectors in order, [n, dim], a few hundred at a time.
    """
    for tracks in gathered.blocks():
        block = gathered.read(tracks)
        clips = hear(block.outputs)
        spans = zip(block.starts[:-1].tolist(), block.starts[1:].tolist(), strict=True)
        yield np.asarray([pool(clips[start:stop]) for start, stop in spans], dtype=np.float32)


def write_clips(gathered: Gathered, hear: Hear, dim: int, path: Path) -> None:
    """Write every clip's vector, [n_clips, dim] in float16, a block at a time.

    Raises:
        StorageError: the disk refused.
    """
    written = DiskMatrix(path, (int(gathered.offsets[-1]), dim), np.float16)
    for tracks in gathered.blocks():
        block = gathered.read(tracks)
        written.put(block.clips.start, hear(block.outputs))


def build_music(gathered: Gathered, settings: RebuildSettings, folder: Path) -> Space:
    """Build the music space: unit vectors in which tracks that sound alike are near each other.

    Args:
        gathered: What was heard, the outputs of `music_outputs` among it.
        settings: Which kind of index, and which engine writes its shards.
        folder: Of the space.

    Raises:
        StorageError: the disk refused.
    """
    dim = music_clips(gathered.read(slice(0, 1)).outputs).shape[1]
    write_clips(gathered, music_clips, dim, folder / "clips.npy")
    vectors = pool_tracks(gathered, music_clips, music_track)
    return indexed("music", vectors, (gathered.n_tracks, dim), settings, folder)


def build_taggram(
    gathered: Gathered, encoders: Sequence[str], settings: RebuildSettings, folder: Path
) -> tuple[Space, TagNorm]:
    """Build the taggram space: for each class, how unusual its evidence in a track is in this library.

    Args:
        gathered: What was heard, the tags of every tagging encoder among it.
        encoders: All encoders of the rebuild.
        settings: How the index is checked; its kind is always the same.
        folder: Of the space.

    Raises:
        StorageError: the disk refused.
    """
    shape = (gathered.n_tracks, len(class_names(encoders)))
    evidence = DiskMatrix(folder / "evidence.npy", shape, np.float32)
    for tracks, block in zip(gathered.blocks(), pool_tracks(gathered, clip_evidence, track_evidence), strict=True):
        evidence.put(tracks.start, block)
    blocks = [(at, min(at + BLOCK_TRACKS, shape[0])) for at in range(0, shape[0], BLOCK_TRACKS)]
    norm = fit_norm((evidence.rows(*block) for block in blocks), encoders)
    write_array(folder / "centre.npy", norm.centre)
    write_array(folder / "scale.npy", norm.scale)
    write_clips(gathered, lambda heard: standardise(clip_evidence(heard), norm), shape[1], folder / "clips.npy")
    writer = ColumnWriter(folder / "index", shape)
    for start, stop in blocks:
        writer.put(start, standardise(evidence.rows(start, stop), norm))
    writer.finish()
    evidence.path.unlink()
    return _measured("taggram", folder, {"reason": COLUMNS_REASON}, settings), norm


def indexed(
    name: str, vectors: Iterable[Vectors], shape: tuple[int, int], settings: RebuildSettings, folder: Path
) -> Space:
    """Write vectors, build an index over them, open it as readers will, and tune it.

    Args:
        name: Of the space.
        vectors: In the order of the tracks, some at a time.
        shape: Of all of them, [n_tracks, dim].
        settings: Which kind of index, and which engine writes its shards.
        folder: Of the space.

    Raises:
        ConfigError: the kind or its device is not to be had here.
        StorageError: the disk refused.
    """
    plan = make_plan(settings.index, shape, this_machine(settings.index))
    with VectorWriter(folder / "index", shape, plan.storage) as writer:
        for block in vectors:
            writer.append(block)
        writer.finish()
    write_shards(folder / "index", plan, settings)
    return _measured(name, folder, plan.as_json(), settings)


def _measured(name: str, folder: Path, planned: Mapping[str, Any], settings: RebuildSettings) -> Space:
    """Open a space, raise its effort to the floor of recall, and keep what was found."""
    space = open_space(name, folder, planned)
    found = tune(space.index, space.vectors, settings.index.min_recall)
    keep_effort(folder / "index", space.index)
    told = {"kind": space.index.kind, "dim": space.index.dim, **planned, **found.as_json()}
    return replace(space, told=told)


def open_space(name: str, folder: Path, told: Mapping[str, Any]) -> Space:
    """Open the index and the vectors that a space's folder holds.

    Raises:
        StaleIndexError: they are missing, damaged or of another format.
    """
    return Space(name, load_index(folder / "index"), stored_vectors(folder / "index"), told)


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
