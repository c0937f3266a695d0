"""A library on disk: where everything lies, who may write, and which generation serves."""

import fcntl
import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from indexers.errors import LibraryError, LockedError
from indexers.files import disk_errors, write_text
from indexers.settings import FORMAT, read_toml


@dataclass(frozen=True, slots=True)
class Library:
    """The folder of one library. Paths are absolute; nothing is read until asked for."""

    root: Path

    @classmethod
    def create(cls, root: Path) -> "Library":
        """Make the folder and its settings file if they are missing, and open it.

        Raises:
            StorageError: the disk refused.
            LibraryError: the folder has a newer format.
        """
        library = cls(root.expanduser().absolute())
        with disk_errors(library.root):
            library.root.mkdir(parents=True, exist_ok=True)
        if not library.settings_path.exists():
            write_text(library.settings_path, f"# Segue's settings; see the README for every key.\nformat = {FORMAT}\n")
        return cls.open(root)

    @classmethod
    def open(cls, root: Path) -> "Library":
        """Open an existing library.

        Raises:
            LibraryError: there is none, or it has a newer format.
        """
        library = cls(root.expanduser().absolute())
        if not library.settings_path.exists():
            raise LibraryError(
                f"no library at {library.root}: make one with `segue scan PATH --library {library.root}`"
            )
        read_toml(library.settings_path)
        return library

    @property
    def settings_path(self) -> Path:
        """The settings, in TOML."""
        return self.root / "segue.toml"

    @property
    def catalog(self) -> Path:
        """The folder of the catalogue's Parquet tables."""
        return self.root / "catalog"

    @property
    def ledger_path(self) -> Path:
        """Every file ever seen and what became of it."""
        return self.root / "ledger.parquet"

    @property
    def queries(self) -> Path:
        """The log of answered searches, where the settings want one."""
        return self.root / "queries.jsonl"

    @property
    def cache(self) -> Path:
        """Embeddings by content, one folder per encoder."""
        return self.root / "cache"

    @property
    def generations(self) -> Path:
        """Published generations, one numbered folder each."""
        return self.root / "generations"

    @property
    def staging(self) -> Path:
        """Where the next generation is built before it is published."""
        return self.root / "staging"

    def generation(self, number: int) -> Path:
        """The folder of one generation."""
        return self.generations / str(number)

    def published(self) -> list[int]:
        """The numbers of all complete generations, oldest first."""
        if not self.generations.is_dir():
            return []
        names = (path.name for path in self.generations.iterdir() if (path / "manifest.json").exists())
        return sorted(int(name) for name in names if re.fullmatch(r"\d+", name))

    def serving(self) -> int | None:
        """The number of the generation that answers queries; None before the first rebuild.

        Raises:
            LibraryError: the pointer names a generation that is not there.
        """
        pointer = self.root / "current"
        if not pointer.exists():
            return None
        text = pointer.read_text(encoding="utf-8").strip()
        known = self.published()
        if not text.isdigit() or int(text) not in known:
            raise LibraryError(f"{pointer} names generation {text!r}, there are {known}: run `segue promote N`")
        return int(text)

    def serve(self, number: int) -> None:
        """Let a published generation answer from now on, in one step.

        Raises:
            LibraryError: there is no such generation.
        """
        if number not in self.published():
            raise LibraryError(f"no generation {number}; there are {self.published()}")
        write_text(self.root / "current", f"{number}\n")

    @contextmanager
    def lock(self, purpose: str) -> Iterator[None]:
        """Hold the library for writing; the operating system frees it if the process dies.

        Raises:
            LockedError: another process holds it; the message says which and since when.
        """
        path = self.root / ".lock"
        with disk_errors(path):
            stream = path.open("a+", encoding="utf-8")
        with stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise LockedError(f"{self.root} is busy: {_holder(path)}; wait for it or stop it") from error
            stream.truncate(0)
            stream.write(json.dumps({"pid": os.getpid(), "purpose": purpose, "since": time.strftime("%F %T")}))
            stream.flush()
            yield


def _holder(path: Path) -> str:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return f"process {said['pid']} has been running `{said['purpose']}` since {said['since']}"
    except (ValueError, KeyError):
        return "another process is starting to write"
