"""Training a playlist encoder of any kind from playlists, and putting it into a folder."""

import json
import platform
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from indexers.catalog.corpus import Corpus, build_corpus, build_vocabulary
from indexers.catalog.playlists.entry import Playlist
from indexers.catalog.splits import split_newest
from indexers.encoders.learning.run import LOG, TRAINING, Run, Step, ignore, workplace
from indexers.encoders.playlist import NamedPlaylistEncoder, check_kind
from indexers.encoders.playlist.curves import draw_curves
from indexers.encoders.playlist.item2vec import learn_track_vectors
from indexers.encoders.playlist.settings import BowSettings, Item2VecSettings, Seq2SeqSettings, SifSettings
from indexers.encoders.playlist.storage import lists_digest, write_folder
from indexers.encoders.playlist.training import train
from indexers.errors import ConfigError, InputError, ModelError
from indexers.files import write_atomically, write_text
from indexers.schema import Rows, Vectors

FEWEST = 50  # playlists with two known tracks; from fewer nothing can be learnt
VALIDATED = 300  # playlists at most: the loss over all tracks takes long
CURVES = "curves.svg"
LIMITS = (
    "knows only tracks that two or more of the training playlists hold; a playlist of none of them has no vector",
    "reflects the curators of the training playlists, their years and their taste",
)

AnySettings = BowSettings | SifSettings | Seq2SeqSettings
SETTINGS: dict[str, Callable[[], AnySettings]] = {
    "bow": BowSettings,
    "sif": SifSettings,
    "seq2seq-uni": Seq2SeqSettings,
    "seq2seq-bi": Seq2SeqSettings,
}


@dataclass(frozen=True, slots=True)
class Lesson:
    """How to train: where to, for how long, on what; `files` and `command` go onto the card as they are.

    Without `minutes` only epochs and validation end a training; with them the learning rate falls in that time, so
    that two runs need not agree. `fresh` forgets a training cut short. `settings` of None are the kind's defaults.
    """

    folder: Path
    minutes: float | None = None
    device: str = "auto"
    fresh: bool = False
    files: tuple[str, ...] = ()
    command: str = ""
    settings: AnySettings | None = None
    progress: Callable[[Step], None] = ignore


@dataclass(frozen=True, slots=True)
class Learnt:
    """A trained encoder and how it went: what the card says of it."""

    encoder: NamedPlaylistEncoder
    folder: Path
    card: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Fitted:
    """An encoder, the figures of its training, and the log of it."""

    encoder: NamedPlaylistEncoder
    figures: Mapping[str, Any]
    records: Sequence[Mapping[str, Any]] = ()


def train_playlist_encoder(kind: str, playlists: Sequence[Playlist], lesson: Lesson) -> Learnt:
    """Train an encoder and write it to a folder: weights, card, vocabulary, and for a network its log and curves.

    The newest tenth of each source's playlists (`split_newest`) decides when a network stops; track vectors and
    vocabulary are learnt from all.

    Args:
        kind: A key of `PLAYLIST_ENCODERS`.
        playlists: What to learn from.
        lesson: How.

    Raises:
        ConfigError: no such kind or device, settings of another kind, or a checkpoint of another training.
        InputError: too few playlists.
        ModelError: what a training cut short has left is damaged.
        StorageError: the disk refused.
    """
    wanted = SETTINGS[check_kind(kind)]()
    chosen = lesson.settings or wanted
    if type(chosen) is not type(wanted):
        raise ConfigError(f"settings for {kind} must be {type(wanted).__name__}, not {type(chosen).__name__}")
    if isinstance(chosen, Seq2SeqSettings):
        _check_device(lesson.device)
    corpus = build_corpus(playlists, build_vocabulary(playlists))
    _check_enough(corpus)
    workplace(lesson.folder, fresh=lesson.fresh)
    vectors, minutes = _track_vectors(corpus, chosen.tracks, lesson)
    fitted = _fit(kind, _Material(corpus, playlists, chosen, vectors, minutes), lesson)
    card = _write(fitted, corpus, lesson)
    shutil.rmtree(lesson.folder / TRAINING, ignore_errors=True)
    return Learnt(fitted.encoder, lesson.folder, card)


@dataclass(frozen=True, slots=True)
class _Material:
    """What is learnt from, with which settings; the track vectors and the minutes that they took."""

    corpus: Corpus
    playlists: Sequence[Playlist]
    settings: AnySettings
    track_vectors: Vectors
    minutes: float


def _fit(kind: str, material: _Material, lesson: Lesson) -> _Fitted:
    corpus, settings, vectors = material.corpus, material.settings, material.track_vectors
    if isinstance(settings, Seq2SeqSettings):
        return _fit_seq2seq(kind, material, settings, lesson)
    from indexers.encoders.playlist.bow import fit_bow
    from indexers.encoders.playlist.sif import fit_sif

    encoder: NamedPlaylistEncoder
    if isinstance(settings, SifSettings):
        encoder = fit_sif(corpus, vectors, settings)
    else:
        encoder = fit_bow(corpus, vectors, settings)
    return _Fitted(encoder, {"minutes": material.minutes})


def _fit_seq2seq(kind: str, material: _Material, settings: Seq2SeqSettings, lesson: Lesson) -> _Fitted:
    from indexers.encoders.device import pick_device
    from indexers.encoders.playlist.seq2seq import Seq2SeqEncoder
    from indexers.encoders.playlist.trainer import start_trainer, torch_threads

    corpus, device = material.corpus, pick_device(lesson.device)
    learnt, held_out = _sides(corpus, material.playlists)
    identity = f"{kind} {settings.model_dump_json()} {lists_digest(corpus.vocabulary, corpus.lists)}"
    minutes = float("inf") if lesson.minutes is None else lesson.minutes
    run = Run(lesson.folder / TRAINING, identity, minutes, lesson.progress)
    trainer = start_trainer(kind, corpus, material.track_vectors, settings, device)
    position = train(trainer, learnt, held_out, run)
    figures = {
        "minutes": round(position.seconds / 60.0, 2),
        "minutes_track_vectors": material.minutes,
        "epochs": position.epoch,
        "best_epoch": position.best_epoch,
        "val_loss": position.best,
        "device": str(device),
        "threads": torch_threads(),
    }
    return _Fitted(Seq2SeqEncoder(kind, corpus.vocabulary, trainer.network, settings), figures, position.records)


def _track_vectors(corpus: Corpus, settings: Item2VecSettings, lesson: Lesson) -> tuple[Vectors, float]:
    """Learn the track vectors, or take those that a training cut short has left; and the minutes that they took."""
    from safetensors.numpy import save_file

    path = lesson.folder / TRAINING / "tracks.safetensors"
    identity = f"{lists_digest(corpus.vocabulary, corpus.lists)} {settings.model_dump_json()}"
    if path.exists() and (left := _left(path, identity)) is not None:
        return left
    lesson.progress(Step("track vectors", 0, 1))
    started = time.monotonic()
    vectors = learn_track_vectors(corpus, settings)
    minutes = (time.monotonic() - started) / 60.0
    told = {"identity": identity, "minutes": f"{minutes:.2f}"}
    write_atomically(path, lambda temporary: save_file({"tracks": vectors}, temporary, metadata=told))
    lesson.progress(Step("track vectors", 1, 1))
    return vectors, round(minutes, 2)


def _left(path: Path, identity: str) -> tuple[Vectors, float] | None:
    """The track vectors in a file and their minutes; None where they are of other playlists or settings."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as stream:
            said = stream.metadata() or {}
            tracks = np.asarray(stream.get_tensor("tracks"), dtype=np.float32)
    except (OSError, SafetensorError) as error:
        raise ModelError(f"{path} is damaged ({error}): start again with --fresh") from error
    return (tracks, float(said["minutes"])) if said.get("identity") == identity else None


def _sides(corpus: Corpus, playlists: Sequence[Playlist]) -> tuple[list[Rows], list[Rows]]:
    """The playlists to learn from, and some of the newest tenth to validate on; those without tracks are left out."""
    rows = {id(playlist): row for row, playlist in enumerate(playlists)}
    split = split_newest(playlists)
    learnt, held_out = (
        [found for playlist in side if len(found := corpus.lists[rows[id(playlist)]])]
        for side in (split.train, split.test)
    )
    validated = held_out or learnt
    return learnt, validated[:: 1 + (len(validated) - 1) // VALIDATED]


def _check_device(device: str) -> None:
    """Refuse a device that is not here before anything is learnt."""
    from indexers.encoders.device import pick_device

    pick_device(device)


def _check_enough(corpus: Corpus) -> None:
    usable = sum(len(rows) > 1 for rows in corpus.lists)
    if usable < FEWEST:
        raise InputError(
            f"{usable} of {len(corpus.lists)} playlists hold two tracks that other playlists hold too, "
            f"at least {FEWEST} are needed: add some with --playlists FILE"
        )


def _write(fitted: _Fitted, corpus: Corpus, lesson: Lesson) -> Mapping[str, Any]:
    stored = fitted.encoder.stored()
    about = {
        "dim": fitted.encoder.dim,
        "command": lesson.command,
        "data": {
            "files": list(lesson.files),
            "playlists": len(corpus.lists),
            "tracks": len(corpus.vocabulary),
            "listings": int(corpus.counts.sum()),
            "sha256": lists_digest(corpus.vocabulary, corpus.lists),
        },
        "date": datetime.now(UTC).date().isoformat(),
        "figures": {**fitted.figures, "machine": platform.machine()},
        "limits": list(LIMITS),
    }
    write_folder(lesson.folder, replace(stored, about=about))
    if fitted.records:
        lines = (json.dumps(record) + "\n" for record in fitted.records)
        write_text(lesson.folder / LOG, "".join(lines))
        write_text(lesson.folder / CURVES, draw_curves(fitted.records, f"{stored.kind}: losses in training"))
    return {"kind": stored.kind, "fingerprint": stored.fingerprint, "settings": dict(stored.settings), **about}
