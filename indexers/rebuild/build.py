"""From cached embeddings to a generation in the staging folder, checked, its manifest written last."""

import platform
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from indexers.encoders.music import music_outputs
from indexers.encoders.taggram import Taggram, class_names, class_texts, tagging
from indexers.files import disk_errors
from indexers.generation import FORMAT, Calibration
from indexers.rebuild.embeddings.cache import EncoderCache
from indexers.rebuild.embeddings.gather import Gathered, gather
from indexers.rebuild.inputs import Inputs
from indexers.rebuild.parts.calibrate import calibrate_sound, calibrate_text, sample
from indexers.rebuild.parts.check import Check, check_counts, check_finite, check_recall, refuse_failed
from indexers.rebuild.parts.duplicates import find_duplicates
from indexers.rebuild.parts.landscape import place
from indexers.rebuild.parts.spaces import Space, build_music, build_taggram, top_tags
from indexers.rebuild.publish import VOLATILE, hashes
from indexers.schema import Vectors
from indexers.vectors.exact import one_thread
from indexers.vectors.storage import write_array, write_json
from indexers.words import WordIndex, track_texts

if TYPE_CHECKING:
    import polars as pl

    from indexers.base import TextEncoder

STAGES = ("gather", "taggram", "music", "describe", "words", "calibrate", "check")

Tell = Callable[[str, int, int], None]
"""Told the stage that begins, its number from 0, and how many there are."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where and from what a generation is built."""

    folder: Path  # staging: emptied first
    inputs: Inputs
    caches: Mapping[str, EncoderCache]
    text: "TextEncoder"
    tell: Tell


@dataclass(frozen=True, slots=True)
class Built:
    """The parts that later parts need."""

    taggram: Space
    music: Space
    tracks: "pl.DataFrame"
    words: WordIndex
    class_vectors: Vectors


def build(site: Site, number: int) -> dict[str, Any]:
    """Build, check and describe generation `number` in the staging folder; everything but build.json is reproducible.

    Returns:
        The manifest.

    Raises:
        CheckError: it is not fit to be published.
        StorageError: the disk refused.
    """
    clock = _Clock(site.tell)
    with disk_errors(site.folder):
        shutil.rmtree(site.folder, ignore_errors=True)
        site.folder.mkdir(parents=True)
    with one_thread():  # sums come out the same whatever the machine is busy with
        n_clips, built = _build_parts(site, clock)
        clock.begin("calibrate")
        _calibrate(site, built)
        clock.begin("check")
        checks = _check(site, built)
    manifest = _manifest(site, number, built, checks, n_clips)
    write_json(site.folder / VOLATILE, clock.as_json())
    write_json(site.folder / "manifest.json", manifest)
    return manifest


def _build_parts(site: Site, clock: "_Clock") -> tuple[int, Built]:
    analysis, index = site.inputs.settings.analysis, site.inputs.settings.index
    clock.begin("gather")
    gathered = _gather(site)
    clock.begin("taggram")
    taggram, norm = build_taggram(gathered, analysis.encoders, site.folder / "taggram")
    class_vectors = _write_classes(site)
    clock.begin("music")
    music = build_music(gathered, index.kind, site.folder / "music")
    shutil.rmtree(site.folder / "raw")
    clock.begin("describe")
    tracks = _describe(site, music, top_tags(class_names(analysis.encoders), taggram.vectors, norm))
    clock.begin("words")
    words = WordIndex.build(track_texts(tracks))
    words.save(site.folder / "words")
    return len(gathered.times_s), Built(taggram, music, tracks, words, class_vectors)


def _gather(site: Site) -> Gathered:
    """Lay out what tracks of the catalogue every cache holds."""
    encoders = site.inputs.settings.analysis.encoders
    wanted = {name: set(outputs) for name, outputs in music_outputs(encoders).items()}
    for name in tagging(encoders):
        wanted.setdefault(name, set()).add("tags")
    known = [site.caches[name].clips() for name in encoders]
    clips = {track_id: known[0][track_id] for track_id in site.inputs.tracks["track_id"] if track_id in known[0]}
    outputs = {name: sorted(wanted[name]) for name in encoders if name in wanted}
    gathered = gather(site.caches, outputs, clips, site.folder / "raw")
    write_array(site.folder / "clips" / "offsets.npy", gathered.offsets)
    write_array(site.folder / "clips" / "times_s.npy", gathered.times_s)
    return gathered


def _write_classes(site: Site) -> Vectors:
    encoders = site.inputs.settings.analysis.encoders
    names, texts = class_names(encoders), class_texts(encoders)
    vectors = site.text.encode(texts)
    write_json(site.folder / "taggram" / "classes.json", {"names": names, "texts": texts})
    write_array(site.folder / "taggram" / "class_vectors.npy", vectors)
    return vectors


def _describe(site: Site, music: Space, tags: list[list[str]]) -> "pl.DataFrame":
    """The catalogue's rows with group, place and tags; written as tracks.parquet."""
    import polars as pl

    from indexers.catalog.storage import write_table

    catalogue = site.inputs.tracks
    groups = find_duplicates(music.index, music.vectors, catalogue["duration_s"].fill_null(0.0).to_numpy())
    points = place(music.vectors)
    tracks = catalogue.with_columns(
        pl.Series("group", groups),
        pl.Series("x", points[:, 0]),
        pl.Series("y", points[:, 1]),
        pl.Series("top_tags", tags, dtype=pl.List(pl.String)),
    )
    write_table(site.folder / "tracks.parquet", tracks)
    return tracks


def _calibrate(site: Site, built: Built) -> None:
    encoders = site.inputs.settings.analysis.encoders
    taggram = Taggram(site.text, class_names(encoders), vectors=built.class_vectors)
    texts = dict(zip(class_names(encoders), class_texts(encoders), strict=True))
    told = sorted({tags[0] for tags in built.tracks["top_tags"].to_list() if tags})

    def best_by_tags(queries: list[str]) -> list[float]:
        _, scores = built.taggram.index.search(taggram.weights(queries), 1)
        return [float(score) for score in scores[:, 0]]

    def best_by_words(queries: list[str]) -> list[float]:
        return [float(scores[0]) if len(scores) else 0.0 for _, scores in (built.words.search(q, 1) for q in queries)]

    arms: list[Calibration] = [
        calibrate_text("taggram", best_by_tags, [texts[name] for name in sample(told)]),
        calibrate_text("words", best_by_words, sample(built.tracks["title"].drop_nulls().to_list())),
        calibrate_sound(built.music.index, built.music.vectors),
    ]
    write_json(site.folder / "calibration.json", {arm.arm: asdict(arm) for arm in arms})


def _check(site: Site, built: Built) -> list[Check]:
    min_recall = site.inputs.settings.index.min_recall
    checks = [check_counts(site.inputs.tracks.height, len(built.music.vectors), 0)]
    for space in (built.taggram, built.music):
        checks.append(check_finite(space.name, space.vectors))
        checks.append(check_recall(space.name, space.index, space.vectors, min_recall))
    refuse_failed(checks)
    return checks


def _manifest(site: Site, number: int, built: Built, checks: list[Check], n_clips: int) -> dict[str, Any]:
    inputs = site.inputs
    analysis = inputs.settings.analysis
    groups = len(np.unique(built.tracks["group"].to_numpy()))
    return {
        "format": FORMAT,
        "number": number,
        "inputs": inputs.digest,
        "settings": inputs.settings.as_json(),
        "encoders": {name: inputs.fingerprints[name] for name in analysis.encoders},
        "text": {"name": analysis.text, "fingerprint": inputs.fingerprints[analysis.text]},
        "counts": {"tracks": built.tracks.height, "clips": n_clips, "recordings": groups},
        "spaces": {space.name: space.as_json() for space in (built.taggram, built.music)},
        "checks": [check.as_json() for check in checks],
        "files": hashes(site.folder),
    }


class _Clock:
    """Tells of stages as they begin, and keeps how long each took."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._began: list[tuple[str, float]] = []

    def begin(self, stage: str) -> None:
        self._began.append((stage, time.monotonic()))
        self._tell(stage, STAGES.index(stage), len(STAGES))

    def as_json(self) -> dict[str, Any]:
        ends = [*(at for _, at in self._began[1:]), time.monotonic()]
        seconds = {stage: round(end - at, 3) for (stage, at), end in zip(self._began, ends, strict=True)}
        return {"created": time.strftime("%FT%TZ", time.gmtime()), "seconds": seconds, "host": platform.node()}
