"""`segue train clap`: from a manifest of pairs to trained towers in a folder."""

import hashlib
import json
import platform
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from indexers.base import TextEncoder
from indexers.encoders.clap.examples import Examples, gather_examples
from indexers.encoders.clap.listening import Span, listen, span_of
from indexers.encoders.clap.retrieval import retrieval
from indexers.encoders.clap.settings import ClapSettings
from indexers.encoders.clap.storage import card_of, stored_of, write_towers
from indexers.encoders.learning.run import Run, Step, ignore
from indexers.errors import PairsError
from indexers.files import disk_errors, sha256_of, write_text
from indexers.media.probe import probe
from indexers.models.store import ModelStore
from indexers.pairs.checks import read_checked
from indexers.pairs.manifest import SPLITS, Pair

TRAINING, LOG, HEARD = "training", "training.jsonl", "heard"
FEWEST = 100  # clips to learn from
FEWEST_HELD_OUT = 20  # to validate on
LIMITS = (
    "texts must be English",
    "a clip is one window of 3 s in a library; order within 10 s is heard in training only",
    "what no pair tells of is not known: towers that learnt from music alone are lost on other sounds",
)


@dataclass(frozen=True, slots=True)
class Lesson:
    """One training: of which pairs, into which folder, how long, where, and who is told."""

    manifest: Path
    folder: Path
    minutes: float | None = None
    device: str = "auto"
    workers: int = 1
    fresh: bool = False
    command: str = ""
    progress: Callable[[Step], None] = ignore


@dataclass(frozen=True, slots=True)
class Learnt:
    """Where the towers are, and their card."""

    folder: Path
    card: Mapping[str, Any]


def train_clap(lesson: Lesson, store: ModelStore, sentences: TextEncoder, settings: ClapSettings) -> Learnt:
    """Learn one space of texts and sounds from pairs, and keep the towers.

    What the frozen encoders heard is kept beside the manifest, so that another training need not hear it again.

    Raises:
        PairsError: the manifest cannot be used, or has too few clips to learn from or to validate on.
        LeakError: a tune is on two sides of the split.
        ConfigError: no such device here, or a training of other pairs or settings stands in the folder.
        ModelError: weights are missing.
        StorageError: the disk refused.
    """
    from indexers.encoders.clap.training import embed, start_towers, train
    from indexers.encoders.device import pick_device

    device = pick_device(lesson.device)
    pairs = [pair for pair in read_checked(lesson.manifest) if pair.kind == "clip"]
    _check_enough(pairs, lesson.manifest)
    work = _workplace(lesson)
    spans = spans_of(pairs)
    learnt, held_out, test = _sides(pairs, spans, lesson, store, sentences)
    towers = start_towers(learnt, settings, device)
    minutes = float("inf") if lesson.minutes is None else lesson.minutes
    position = train(
        towers, learnt, held_out, settings, Run(work, _identity(pairs, spans, settings), minutes, lesson.progress)
    )
    figures = {
        "minutes": round(position.seconds / 60.0, 2),
        "epochs": position.epoch,
        "best_epoch": position.best_epoch,
        "device": str(device),
        "validation": retrieval(*embed(towers, held_out)),
        "test": retrieval(*embed(towers, test)) if len(test) else {},
    }
    stored = stored_of(towers, settings, _about(lesson, pairs, figures))
    write_towers(lesson.folder, stored)
    write_text(lesson.folder / LOG, "".join(json.dumps(record) + "\n" for record in position.records))
    shutil.rmtree(work, ignore_errors=True)
    return Learnt(lesson.folder, card_of(stored))


def _workplace(lesson: Lesson) -> Path:
    work = lesson.folder / TRAINING
    with disk_errors(lesson.folder):
        if lesson.fresh:
            shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True, exist_ok=True)
    return work


def _sides(
    pairs: Sequence[Pair], spans: Sequence[Span], lesson: Lesson, store: ModelStore, sentences: TextEncoder
) -> list[Examples]:
    """The examples of each split, in the order of `SPLITS`; what was not heard yet is heard now."""
    heard = lesson.manifest.parent / HEARD
    listen(spans, heard, store, workers=lesson.workers, progress=_teller(lesson.progress, "listening"))
    lesson.progress(Step("reading texts", 0, 1))
    rows = [[row for row, pair in enumerate(pairs) if pair.split == split] for split in SPLITS]
    return [examples_of([pairs[row] for row in own], [spans[row] for row in own], heard, sentences) for own in rows]


def _check_enough(pairs: Sequence[Pair], manifest: Path) -> None:
    for split, fewest in (("train", FEWEST), ("validation", FEWEST_HELD_OUT)):
        count = sum(pair.split == split for pair in pairs)
        if count < fewest:
            raise PairsError(f"{manifest} has {count} {split} clips, {fewest} is the least: add some")


def spans_of(pairs: Sequence[Pair]) -> list[Span]:
    """The stretches of audio that pairs are about.

    Raises:
        MediaError: a file whose end is asked for cannot be read.
    """
    digests = {path: sha256_of(path) for path in dict.fromkeys(pair.audio for pair in pairs)}
    return [span_of(pair.audio, pair.start_s, _end_s(pair), digests[pair.audio]) for pair in pairs]


def _end_s(pair: Pair) -> float:
    return probe(pair.audio).duration_s if pair.end_s is None else pair.end_s


def examples_of(pairs: Sequence[Pair], spans: Sequence[Span], heard: Path, sentences: TextEncoder) -> Examples:
    """Pairs as numbers; their spans were heard into the folder `heard`."""
    return gather_examples(spans, [(pair.text, *pair.rewrites) for pair in pairs], heard, sentences)


def _identity(pairs: Sequence[Pair], spans: Sequence[Span], settings: ClapSettings) -> str:
    digest = hashlib.sha256(settings.model_dump_json().encode())
    for pair, span in zip(pairs, spans, strict=True):
        digest.update(json.dumps([span.key, pair.text, pair.rewrites, pair.split]).encode())
    return digest.hexdigest()


def _teller(progress: Callable[[Step], None], stage: str) -> Callable[[int, int], None]:
    return lambda done, total: progress(Step(stage, done, total))


def _about(lesson: Lesson, pairs: Sequence[Pair], figures: Mapping[str, Any]) -> dict[str, Any]:
    licences = sorted({pair.licence for pair in pairs if pair.licence})
    return {
        "command": lesson.command,
        "data": {
            "manifest_sha256": sha256_of(lesson.manifest),
            "clips": {split: sum(pair.split == split for pair in pairs) for split in SPLITS},
            "tunes": {split: len({pair.tune for pair in pairs if pair.split == split}) for split in SPLITS},
            "licences": licences,
        },
        "date": datetime.now(UTC).date().isoformat(),
        "figures": {**figures, "machine": platform.machine()},
        "limits": list(LIMITS),
    }
