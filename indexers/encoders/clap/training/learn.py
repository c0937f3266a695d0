"""`segue train clap`: from a manifest of pairs to trained towers in a folder."""

import hashlib
import json
import platform
import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from indexers.base import TextEncoder
from indexers.encoders.clap.settings import ClapSettings
from indexers.encoders.clap.sounds.frames import TAGGED
from indexers.encoders.clap.sounds.listening import Span, listen, span_of
from indexers.encoders.clap.storage import Stored, card_of, read_towers, stored_of, write_towers
from indexers.encoders.clap.texts.reading import Texts, group_texts, join_texts
from indexers.encoders.clap.training.examples import Examples, Said, gather_examples, join_examples
from indexers.encoders.clap.training.retrieval import retrieval
from indexers.encoders.classes import class_texts
from indexers.encoders.learning.run import LOG, Run, Step, ignore, workplace
from indexers.errors import PairsError
from indexers.files import sha256_of, write_text
from indexers.media.probe import probe
from indexers.models.store import ModelStore
from indexers.pairs.checks import check_leaks, read_checked
from indexers.pairs.manifest import SPLITS, Pair

HEARD = "heard"
FEWEST = 100  # clips to learn from
FEWEST_HELD_OUT = 20  # to validate on
LATER_RATE = 0.3  # of the learning rate, in a second stage
LATER_EPOCHS = 15
LIMITS = (
    "texts must be English",
    "a clip is one window of 3 s in a library; order within 10 s is heard in training only",
    "what no pair tells of is not known: towers that learnt from music alone are lost on other sounds",
)


@dataclass(frozen=True, slots=True)
class Lesson:
    """One training: of which pairs, into which folder, how long, where, and who is told.

    `start` is a folder of towers to go on from: the second stage of a training, at a lower rate. Without `false_texts`
    what is false of clips is not learnt from.
    """

    manifests: tuple[Path, ...]
    folder: Path
    start: Path | None = None
    false_texts: bool = True
    minutes: float | None = None
    device: str = "auto"
    workers: int = 1
    fresh: bool = False
    command: str = ""
    progress: Callable[[Step], None] = ignore


@dataclass(frozen=True, slots=True)
class Book:
    """A manifest, its pairs, those of them that are clips, and the stretches of audio that these are about."""

    manifest: Path
    pairs: tuple[Pair, ...]
    clips: tuple[Pair, ...]
    spans: tuple[Span, ...]

    @property
    def wordings(self) -> list[tuple[str, ...]]:
        """The groups of texts alone that are to be learnt from."""
        alone = (pair for pair in self.pairs if pair.kind == "text" and pair.split == "train")
        return [(pair.text, *pair.rewrites) for pair in alone if pair.rewrites]

    @property
    def heard(self) -> Path:
        """Where what was heard of them is kept."""
        return self.manifest.parent / HEARD


@dataclass(frozen=True, slots=True)
class Learnt:
    """Where the towers are, and their card."""

    folder: Path
    card: Mapping[str, Any]


def train_clap(lesson: Lesson, store: ModelStore, sentences: TextEncoder, settings: ClapSettings) -> Learnt:
    """Learn one space of texts and sounds from pairs, and keep the towers.

    What the frozen encoders heard is kept beside each manifest, so that another training need not hear it again.

    Args:
        lesson: See there.
        store: Where the frozen encoders' weights are.
        sentences: The encoder that texts are read by.
        settings: Of towers that start anew; those that are gone on from keep what they are built by.

    Raises:
        PairsError: a manifest cannot be used, or there are too few clips to learn from or to validate on.
        LeakError: a tune is on two sides of the split.
        ConfigError: no such device here, or a training of other pairs or settings stands in the folder.
        ModelError: weights are missing.
        StorageError: the disk refused.
    """
    from indexers.encoders.clap.encoder import load_towers
    from indexers.encoders.clap.training.drawing import Material
    from indexers.encoders.clap.training.loop import embed, start_towers, train
    from indexers.encoders.device import pick_device

    device = pick_device(lesson.device)
    books = [_book(path, false_texts=lesson.false_texts) for path in lesson.manifests]
    pairs = [pair for book in books for pair in book.pairs]
    check_leaks(pairs)
    _check_enough(pairs)
    work = workplace(lesson.folder, fresh=lesson.fresh)
    before = None if lesson.start is None else read_towers(lesson.start)
    settings = settings if before is None else later_stage(settings, before.settings)
    learnt, held_out, test = _sides(books, lesson, store, sentences)
    classes = sentences.encode(class_texts(TAGGED))
    towers = (
        start_towers(learnt, classes, settings, device)
        if before is None
        else load_towers(before, lesson.start).to(device)
    )
    minutes = float("inf") if lesson.minutes is None else lesson.minutes
    started = "" if before is None else before.fingerprint
    run = Run(work, _identity(books, settings, started), minutes, lesson.progress)
    position = train(towers, Material(learnt, _wordings(books, sentences), classes, held_out), settings, run)
    figures = {
        "minutes": round(position.seconds / 60.0, 2),
        "epochs": position.epoch,
        "best_epoch": position.best_epoch,
        "device": str(device),
        "validation": retrieval(*embed(towers, held_out)),
        "test": retrieval(*embed(towers, test)) if len(test) else {},
    }
    stored = stored_of(towers, settings, _about(lesson, pairs, figures, before))
    write_towers(lesson.folder, stored)
    write_text(lesson.folder / LOG, "".join(json.dumps(record) + "\n" for record in position.records))
    shutil.rmtree(work, ignore_errors=True)
    return Learnt(lesson.folder, card_of(stored))


def _book(manifest: Path, *, false_texts: bool) -> Book:
    pairs = read_checked(manifest)
    if not false_texts:
        pairs = tuple(replace(pair, false=()) for pair in pairs)
    clips = tuple(pair for pair in pairs if pair.kind == "clip")
    return Book(manifest, pairs, clips, tuple(spans_of(clips)))


def later_stage(settings: ClapSettings, built: ClapSettings) -> ClapSettings:
    """The settings of a second stage: towers as they were built, learnt at a lower rate and for fewer epochs.

    Source: TeminAL (2024), whose second stage teaches order to encoders that know what sounds.
    """
    taught = {"learning_rate": LATER_RATE * settings.learning_rate, "epochs": LATER_EPOCHS}
    kept = {name: getattr(built, name) for name in ("content", "order", "hidden", "layers", "heads", "text_hidden")}
    return settings.model_copy(update={**kept, **taught})


def _sides(books: Sequence["Book"], lesson: Lesson, store: ModelStore, sentences: TextEncoder) -> list[Examples]:
    """The examples of each split, in the order of `SPLITS`; what was not heard yet is heard now."""
    sides: list[list[Examples]] = [[] for _ in SPLITS]
    for book in books:
        clips, spans = book.clips, book.spans
        listen(spans, book.heard, store, workers=lesson.workers, progress=_teller(lesson.progress, "listening"))
        lesson.progress(Step("reading texts", 0, 1))
        for split, side in zip(SPLITS, sides, strict=True):
            rows = [row for row, pair in enumerate(clips) if pair.split == split]
            side.append(examples_of([clips[row] for row in rows], [spans[row] for row in rows], book.heard, sentences))
    return [join_examples(side) for side in sides]


def _wordings(books: Sequence["Book"], sentences: TextEncoder) -> Texts:
    """The texts alone that are to be learnt from, those with two wordings or more."""
    return join_texts([group_texts(book.wordings, book.heard, sentences) for book in books])


def _check_enough(pairs: Sequence[Pair]) -> None:
    for split, fewest in (("train", FEWEST), ("validation", FEWEST_HELD_OUT)):
        count = sum(pair.split == split and pair.kind == "clip" for pair in pairs)
        if count < fewest:
            raise PairsError(f"the manifests have {count} {split} clips, {fewest} is the least: add some")


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
    said = [Said((pair.text, *pair.rewrites), pair.false, pair.tune) for pair in pairs]
    return gather_examples(spans, said, heard, sentences)


def _identity(books: Sequence["Book"], settings: ClapSettings, started: str) -> str:
    digest = hashlib.sha256(f"{settings.model_dump_json()} {started}".encode())
    for book in books:
        for pair, span in zip(book.clips, book.spans, strict=True):
            digest.update(json.dumps([span.key, pair.text, pair.rewrites, pair.false, pair.split]).encode())
        digest.update(json.dumps(book.wordings).encode())
    return digest.hexdigest()


def _teller(progress: Callable[[Step], None], stage: str) -> Callable[[int, int], None]:
    return lambda done, total: progress(Step(stage, done, total))


def _about(lesson: Lesson, pairs: Sequence[Pair], figures: Mapping[str, Any], before: Stored | None) -> dict[str, Any]:
    clips = [pair for pair in pairs if pair.kind == "clip"]
    licences = sorted({pair.licence for pair in pairs if pair.licence})
    return {
        "command": lesson.command,
        "data": {
            "manifests_sha256": [sha256_of(path) for path in lesson.manifests],
            "clips": {split: sum(pair.split == split for pair in clips) for split in SPLITS},
            "tunes": {split: len({pair.tune for pair in clips if pair.split == split}) for split in SPLITS},
            "texts": sum(pair.kind == "text" and pair.split == "train" for pair in pairs),
            "sources": dict(sorted(Counter(pair.source for pair in pairs if pair.split == "train").items())),
            "started_from": _first_stage(before),
            "licences": licences,
        },
        "date": datetime.now(UTC).date().isoformat(),
        "figures": {**figures, "machine": platform.machine()},
        "limits": list(LIMITS),
    }


def _first_stage(before: Stored | None) -> dict[str, str]:
    """What the towers were gone on from, and how those were made; nothing for towers that started anew."""
    return {} if before is None else {"fingerprint": before.fingerprint, "command": before.about.get("command", "")}
