"""From cached embeddings to a generation in the staging folder, checked, its manifest written last."""

import json
import platform
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from indexers.catalog.storage import write_table
from indexers.encoders.doctor import Finding
from indexers.encoders.music import music_outputs
from indexers.encoders.taggram import Taggram, class_names, class_texts, tagging
from indexers.files import disk_errors
from indexers.generation import FORMAT, Calibration, ClipVectors, joint_space, read_manifest
from indexers.library import Library
from indexers.rebuild.embeddings.cache import EncoderCache
from indexers.rebuild.embeddings.gather import Gathered, gather
from indexers.rebuild.inputs import Inputs
from indexers.rebuild.parts.calibrate import calibrate_sound, calibrate_text, sample
from indexers.rebuild.parts.check import check_counts, check_recall, examine, refuse_failed
from indexers.rebuild.parts.duplicates import find_duplicates
from indexers.rebuild.parts.joints import Heard as HeardTracks
from indexers.rebuild.parts.joints import build_joint, calibrate_joint, described
from indexers.rebuild.parts.landscape import place
from indexers.rebuild.parts.spaces import Space, build_music, build_taggram, open_space, top_tags
from indexers.rebuild.publish import VOLATILE, hashes
from indexers.rebuild.reuse import link_heard
from indexers.schema import Vectors
from indexers.vectors.exact import one_thread
from indexers.vectors.qdrant.beside import lay_payload, lay_targets
from indexers.vectors.storage import mapped, write_array, write_json
from indexers.words import WordIndex, track_texts

if TYPE_CHECKING:
    from indexers.base import JointEncoder, TextEncoder

COLUMNS: dict[str, pl.DataType] = {
    "group": pl.Int64(),
    "x": pl.Float32(),
    "y": pl.Float32(),
    "top_tags": pl.List(pl.String()),
}
STAGES = ("gather", "taggram", "music", "describe", "words", "calibrate", "check")
STAGES_JOINT = ("gather", "taggram", "music", "joint", "describe", "words", "calibrate", "check")

Tell = Callable[[str, int, int], None]
"""Told the stage that begins, its number from 0, and how many there are."""


@dataclass(frozen=True, slots=True)
class Towers:
    """The encoders of text, and what the doctor found of the joint ones before they were listened with."""

    text: "TextEncoder"
    joint: Mapping[str, "JointEncoder"]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Site:
    """Where and from what a generation is heard."""

    library: Library
    inputs: Inputs
    caches: Mapping[str, EncoderCache]
    towers: "Towers"
    earlier: Path | None  # a generation in which the same was heard
    tell: Tell

    @property
    def folder(self) -> Path:
        """Where it is built: emptied first."""
        return self.library.staging

    @property
    def encoders(self) -> tuple[str, ...]:
        """The names of the encoders of sound."""
        return self.inputs.settings.analysis.encoders


@dataclass(frozen=True, slots=True)
class Heard:
    """The parts that depend on what was heard alone."""

    taggram: Space
    music: Space
    joint: Mapping[str, Space]  # by encoder
    class_vectors: Vectors
    columns: pl.DataFrame  # group, x, y, top_tags
    n_clips: int

    @property
    def spaces(self) -> tuple[Space, ...]:
        """All spaces, the joint ones last."""
        return (self.taggram, self.music, *self.joint.values())


def build(site: Site, number: int) -> dict[str, Any]:
    """Build, check and describe generation `number` in the staging folder; everything but build.json is reproducible.

    Returns:
        The manifest.

    Raises:
        CheckError: it is not fit to be published.
        StorageError: the disk refused.
    """
    clock = _Clock(site.tell, STAGES_JOINT if site.towers.joint else STAGES)
    with disk_errors(site.folder):
        shutil.rmtree(site.folder, ignore_errors=True)
        site.folder.mkdir(parents=True)
    if site.earlier is None:
        _lay_beside(site, number)
    with one_thread():  # sums come out the same whatever the machine is busy with
        heard = _hear(site, clock) if site.earlier is None else _take_over(site, site.earlier)
        clock.begin("words")
        tracks = site.inputs.tracks.hstack(heard.columns)
        write_table(site.folder / "tracks.parquet", tracks)
        words = WordIndex.build(track_texts(tracks))
        words.save(site.folder / "words")
        clock.begin("calibrate")
        _calibrate(site, heard, words)
        clock.begin("check")
        findings = _check(site, heard)
    manifest = _manifest(site, number, heard, findings)
    write_json(site.folder / VOLATILE, clock.as_json())
    write_json(site.folder / "manifest.json", manifest)
    return manifest


def _lay_beside(site: Site, number: int) -> None:
    """Lay what Qdrant's indexes are built with where their vectors will lie."""
    settings = site.inputs.settings
    if not settings.has_payload:
        return
    known = site.caches[site.encoders[0]].clips()
    tracks = site.inputs.tracks.filter(pl.col("track_id").is_in(list(known)))  # those that were heard
    spaces = ("music", *(joint_space(name) for name in site.towers.joint))
    lay_payload(site.folder, spaces, tracks)
    if settings.index.kind == "server":
        lay_targets(site.library, settings.qdrant, spaces, number)


def _hear(site: Site, clock: "_Clock") -> Heard:
    settings = site.inputs.settings
    clock.begin("gather")
    gathered = _gather(site)
    clock.begin("taggram")
    taggram, norm = build_taggram(gathered, site.encoders, settings, site.folder / "taggram")
    class_vectors = _write_classes(site)
    clock.begin("music")
    music = build_music(gathered, settings, site.folder / "music")
    shutil.rmtree(site.folder / "raw")
    joint = _build_joints(site, clock)
    clock.begin("describe")
    tags = top_tags(class_names(site.encoders), taggram.vectors, norm)
    clips = ClipVectors(mapped(site.folder / "music" / "clips.npy"), gathered.offsets, gathered.times_s)
    return Heard(taggram, music, joint, class_vectors, _describe(site, music, clips, tags), len(gathered.times_s))


def _build_joints(site: Site, clock: "_Clock") -> dict[str, Space]:
    if not site.towers.joint:
        return {}
    clock.begin("joint")
    settings, heard = site.inputs.settings, HeardTracks(site.caches, site.inputs.tracks)
    return {name: build_joint(heard, encoder, settings, site.folder) for name, encoder in site.towers.joint.items()}


def _take_over(site: Site, earlier: Path) -> Heard:
    link_heard(earlier, site.folder)
    manifest = read_manifest(earlier)

    def opened(name: str) -> Space:
        return open_space(name, site.folder / name, manifest["spaces"][name])

    joint = {name: opened(joint_space(name)) for name in site.towers.joint}
    columns = pl.read_parquet(earlier / "tracks.parquet", columns=list(COLUMNS), memory_map=False)
    class_vectors = mapped(site.folder / "taggram" / "class_vectors.npy")
    return Heard(opened("taggram"), opened("music"), joint, class_vectors, columns, manifest["counts"]["clips"])


def _gather(site: Site) -> Gathered:
    """Lay out what tracks of the catalogue every cache holds."""
    encoders = site.encoders
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
    encoders = site.encoders
    names, texts = class_names(encoders), class_texts(encoders)
    vectors = site.towers.text.encode(texts)
    write_json(site.folder / "taggram" / "classes.json", {"names": names, "texts": texts})
    write_array(site.folder / "taggram" / "class_vectors.npy", vectors)
    return vectors


def _describe(site: Site, music: Space, clips: ClipVectors, tags: list[list[str]]) -> pl.DataFrame:
    """What the generation adds to the catalogue's rows."""
    durations_s = site.inputs.tracks["duration_s"].fill_null(0.0).to_numpy()
    groups = find_duplicates(music.index, music.vectors, clips, durations_s)
    points = place(music.vectors)
    values = (groups, points[:, 0], points[:, 1], tags)
    return pl.DataFrame(dict(zip(COLUMNS, values, strict=True)), schema=COLUMNS)


def _calibrate(site: Site, heard: Heard, words: WordIndex) -> None:
    titles = site.inputs.tracks["title"].drop_nulls().to_list()

    def best_by_words(queries: list[str]) -> list[float]:
        return [float(scores[0]) if len(scores) else 0.0 for _, scores in (words.search(q, 1) for q in queries)]

    arms = _heard_arms(site, heard) if site.earlier is None else _earlier_arms(site.earlier, tuple(site.towers.joint))
    arms["words"] = calibrate_text("words", best_by_words, sample(titles))
    write_json(site.folder / "calibration.json", {arm: asdict(found) for arm, found in arms.items()})


def _heard_arms(site: Site, heard: Heard) -> dict[str, Calibration]:
    names, texts = class_names(site.encoders), class_texts(site.encoders)
    taggram = Taggram(site.towers.text, names, vectors=heard.class_vectors)
    told = sorted({tags[0] for tags in heard.columns["top_tags"].to_list() if tags})
    text_of = dict(zip(names, texts, strict=True))
    answerable = [text_of[name] for name in sample(told)]

    def best_by_tags(queries: list[str]) -> list[float]:
        _, scores = heard.taggram.index.search(taggram.weights(queries), 1)
        return [float(score) for score in scores[:, 0]]

    groups = heard.columns["group"].to_numpy()
    by_tags = calibrate_text("taggram", best_by_tags, answerable)
    joint = {
        name: calibrate_joint(heard.joint[name], encoder, answerable) for name, encoder in site.towers.joint.items()
    }
    return {"taggram": by_tags, "music": calibrate_sound(heard.music.index, heard.music.vectors, groups), **joint}


def _earlier_arms(earlier: Path, joint: tuple[str, ...]) -> dict[str, Calibration]:
    tables = json.loads((earlier / "calibration.json").read_text(encoding="utf-8"))
    return {arm: Calibration.parse(tables[arm]) for arm in ("taggram", "music", *joint)}


def _check(site: Site, heard: Heard) -> list[Finding]:
    min_recall = site.inputs.settings.index.min_recall
    n_built = min(len(space.vectors) for space in heard.spaces)
    findings = [
        check_counts(site.inputs.tracks.height, n_built),
        *examine(site.encoders, site.towers.text, {space.name: space.vectors for space in heard.spaces}),
        *(check_recall(space.name, space.told["recall"], min_recall) for space in heard.spaces),
        *site.towers.findings,
    ]
    refuse_failed(findings)
    return findings


def _manifest(site: Site, number: int, heard: Heard, findings: list[Finding]) -> dict[str, Any]:
    inputs = site.inputs
    analysis = inputs.settings.analysis
    groups = len(np.unique(heard.columns["group"].to_numpy()))
    return {
        "format": FORMAT,
        "number": number,
        "inputs": inputs.digest,
        "heard": inputs.heard,
        "settings": inputs.settings.as_json(),
        "encoders": {name: inputs.fingerprints[name] for name in analysis.encoders},
        "text": {"name": analysis.text, "fingerprint": inputs.fingerprints[analysis.text]},
        "counts": {"tracks": site.inputs.tracks.height, "clips": heard.n_clips, "recordings": groups},
        "spaces": {space.name: space.as_json() for space in heard.spaces},
        **described(site.towers.joint, inputs.fingerprints),
        "findings": [finding.as_json() for finding in findings],
        "files": hashes(site.folder),
    }


class _Clock:
    """Tells of stages as they begin, and keeps how long each took."""

    def __init__(self, tell: Tell, stages: tuple[str, ...]) -> None:
        self._tell = tell
        self._stages = stages
        self._began: list[tuple[str, float]] = []

    def begin(self, stage: str) -> None:
        self._began.append((stage, time.monotonic()))
        self._tell(stage, self._stages.index(stage), len(self._stages))

    def as_json(self) -> dict[str, Any]:
        ends = [*(at for _, at in self._began[1:]), time.monotonic()]
        seconds = {stage: round(end - at, 3) for (stage, at), end in zip(self._began, ends, strict=True)}
        return {"created": time.strftime("%FT%TZ", time.gmtime()), "seconds": seconds, "host": platform.node()}
