"""`segue train collap`: from a manifest of long pairs, and towers of clap, to what fuses clips and sentences."""

import hashlib
import json
import platform
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from indexers.base import JointEncoder
from indexers.encoders.clap.training.learn import HEARD as HEARD_CLIPS
from indexers.encoders.collap.listening import Track, check_base, hear_tracks
from indexers.encoders.collap.settings import CollapSettings
from indexers.encoders.collap.storage import base_of, card_of, stored_of, write_stored
from indexers.encoders.collap.training.stories import Stories, gather_stories
from indexers.encoders.learning.run import LOG, Run, Step, ignore, workplace
from indexers.errors import PairsError
from indexers.files import sha256_of, write_text
from indexers.models.store import ModelStore
from indexers.pairs.checks import read_checked
from indexers.pairs.manifest import SPLITS, Pair

HEARD = "heard-long"
HEARD_IN = {"long": HEARD, "clip": HEARD_CLIPS}
FEWEST = 20  # long tracks to learn from
FEWEST_HELD_OUT = 3  # to validate on
LIMITS = (
    "texts must be English",
    "it knows of sounds and words what the towers below it know, and no more",
    "learnt from tracks of one to five minutes; clips are windows of 3 s, a library has twelve of a track",
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
    """Where it is, and its card."""

    folder: Path
    card: Mapping[str, Any]


def train_collap(lesson: Lesson, store: ModelStore, base: JointEncoder, settings: CollapSettings) -> Learnt:
    """Learn from long pairs how clips and sentences go together, over towers that stay as they are.

    What the frozen encoders heard, and the sentence vectors, are kept beside the manifest: another training, over other
    towers too, need not hear anything again.

    Raises:
        PairsError: the manifest cannot be used, or has too few long tracks to learn from or to validate on.
        LeakError: a tune is on two sides of the split.
        ConfigError: no such device here, towers of another kind, or a training of other pairs or settings stands there.
        ModelError: weights are missing.
        StorageError: the disk refused.
    """
    from indexers.encoders.collap.training.loop import Validation, start_network, train
    from indexers.encoders.device import pick_device

    device = pick_device(lesson.device)
    check_base(base)
    settings = settings.model_copy(update={"base_dim": base.dim})
    pairs = read_checked(lesson.manifest)
    _check_enough(pairs, lesson.manifest)
    work = workplace(lesson.folder, fresh=lesson.fresh)
    learnt, held_out = (
        read_stories([pair for pair in pairs if pair.split == split], lesson, store, base) for split in SPLITS[:2]
    )
    network = start_network(settings, device)
    asked = Validation.of(held_out)
    before = asked.found_by(network)
    minutes = float("inf") if lesson.minutes is None else lesson.minutes
    run = Run(work, _identity(pairs, base, settings), minutes, lesson.progress)
    position = train(network, learnt, held_out, settings, run)
    figures = {
        "minutes": round(position.seconds / 60.0, 2),
        "epochs": position.epoch,
        "best_epoch": position.best_epoch,
        "device": str(device),
        "validation_pool": len(asked.audio.there),
        "validation_mrr": round(position.best or 0.0, 4),
        "validation_mrr_untrained": round(before, 4),
        "balance": round(float(network.balance.detach()), 4),
        "sharpness": round(float(network.sharpness.detach()), 2),
    }
    below = base_of(base.name, base.fingerprint, lesson.folder)
    stored = stored_of(network, settings, below, _about(lesson, pairs, figures))
    write_stored(lesson.folder, stored)
    write_text(lesson.folder / LOG, "".join(json.dumps(record) + "\n" for record in position.records))
    shutil.rmtree(work, ignore_errors=True)
    return Learnt(lesson.folder, card_of(stored))


def read_stories(pairs: Sequence[Pair], lesson: Lesson, store: ModelStore, base: JointEncoder) -> Stories:
    """Pairs as numbers; what was not heard or read yet is heard and read now. Clips share the cache of clap.

    Raises:
        PairsError: a track is too long or cannot be heard.
        ModelError: weights are missing.
        StorageError: the disk refused.
    """
    beside, told, tracks = lesson.manifest.parent, list[Pair](), list[Track]()

    def tell(done: int, total: int) -> None:
        lesson.progress(Step("listening", done, total))

    for kind, folder in HEARD_IN.items():
        own = [pair for pair in pairs if pair.kind == kind]
        tracks += hear_tracks(own, beside / folder, store, base, workers=lesson.workers, progress=tell)
        told += own
    lesson.progress(Step("reading texts", 0, 1))
    return gather_stories(told, tracks, beside / HEARD, base)


def _check_enough(pairs: Sequence[Pair], manifest: Path) -> None:
    for split, fewest in (("train", FEWEST), ("validation", FEWEST_HELD_OUT)):
        count = sum(pair.split == split and pair.kind == "long" for pair in pairs)
        if count < fewest:
            raise PairsError(
                f"{manifest} has {count} long {split} tracks, {fewest} is the least: make some with "
                "`segue train pairs --long`"
            )


def _identity(pairs: Sequence[Pair], base: JointEncoder, settings: CollapSettings) -> str:
    digest = hashlib.sha256(f"{settings.model_dump_json()} {base.fingerprint}".encode())
    sounds = {path: sha256_of(path) for path in dict.fromkeys(pair.audio for pair in pairs)}
    for pair in pairs:
        told = [sounds[pair.audio], pair.start_s, pair.end_s, pair.text, pair.rewrites, pair.split, pair.facts]
        digest.update(json.dumps(told, default=dict).encode())
    return digest.hexdigest()


def _about(lesson: Lesson, pairs: Sequence[Pair], figures: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "command": lesson.command,
        "data": {
            "manifest_sha256": sha256_of(lesson.manifest),
            "tracks": {split: sum(pair.split == split and pair.kind == "long" for pair in pairs) for split in SPLITS},
            "clips": {split: sum(pair.split == split and pair.kind == "clip" for pair in pairs) for split in SPLITS},
            "tunes": {split: len({pair.tune for pair in pairs if pair.split == split}) for split in SPLITS},
            "licences": sorted({pair.licence for pair in pairs if pair.licence}),
        },
        "date": datetime.now(UTC).date().isoformat(),
        "figures": {**figures, "machine": platform.machine()},
        "limits": list(LIMITS),
    }
