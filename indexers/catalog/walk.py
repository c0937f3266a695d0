"""Every file under some folders, whatever the folders are like."""

import os
import stat
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from indexers.catalog.kinds import MEDIA, Kind, kind_of, not_audio
from indexers.schema import FileState

READABLE_NAME = "rename it with characters in UTF-8"


@dataclass(frozen=True, slots=True)
class Found:
    """One file, or a folder that could not be entered.

    A media file or playlist is `indexed` as long as nothing speaks against it; what is in it is not known yet.
    """

    path: str
    kind: Kind
    state: FileState = FileState.INDEXED
    reason: str = ""
    size_bytes: int = 0
    mtime_ns: int = 0


@dataclass(frozen=True, slots=True)
class Listing:
    """What lies under the roots.

    `found` is sorted by path and has each path once; `closed` names the folders that could not be read, of whose
    contents nothing is known.
    """

    found: tuple[Found, ...]
    closed: tuple[str, ...]


def walk(roots: Sequence[Path], *, follow_links: bool, ignored: Iterable[Path] = ()) -> Listing:
    """List every file under the roots.

    Hidden folders are not entered and hidden media files not read: both are told as skipped; other hidden files are
    left out. A folder is entered once, by its own name rather than through a link where it has both.

    Args:
        roots: Absolute paths of folders or files that exist.
        follow_links: Whether symbolic links are followed; one that is not is told as skipped.
        ignored: Files and folders to pass over in silence: the library's own.
    """
    walker = _Walker(follow_links, frozenset(str(path) for path in ignored))
    for root in roots:
        walker.start(root)
    walker.run()
    by_path = {row.path: row for row in walker.found}
    return Listing(tuple(by_path[path] for path in sorted(by_path)), tuple(walker.closed))


@dataclass(slots=True)
class _Walker:
    follow_links: bool
    ignored: frozenset[str]
    found: list[Found] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    folders: deque[str] = field(default_factory=deque)
    links: deque[str] = field(default_factory=deque)  # entered last, so that a folder goes by its own name
    entered: dict[tuple[int, int], str] = field(default_factory=dict)

    def start(self, root: Path) -> None:
        if root.is_dir():
            self.folders.append(str(root))
        else:
            self.found.append(_file(str(root), root.name, root.stat()))

    def run(self) -> None:
        while self.folders or self.links:
            folder = self.folders.popleft() if self.folders else self.links.popleft()
            try:
                self._enter(folder)
            except OSError as error:
                self.closed.append(folder)
                reason = f"folder cannot be read: {error.strerror}; give permission to read it"
                self.found.append(Found(shown(folder), "other", FileState.FAILED, reason))

    def _enter(self, folder: str) -> None:
        status = os.stat(folder)  # noqa: PTH116 - paths stay strings here, for speed
        identity = (status.st_dev, status.st_ino)
        if identity in self.entered:
            first = self.entered[identity]
            if first != folder:
                self.found.append(Found(folder, "other", FileState.SKIPPED, f"link to a folder scanned as {first}"))
            return
        with os.scandir(folder) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
        self.entered[identity] = folder
        for entry in listed:
            if entry.path not in self.ignored:
                self._take(entry)

    def _take(self, entry: "os.DirEntry[str]") -> None:
        try:
            if entry.is_symlink() and not self.follow_links:
                self._tell(entry, FileState.SKIPPED, "symbolic link; set scan.follow_links to follow it")
            elif entry.is_dir():
                self._take_folder(entry)
            elif entry.name.startswith("."):
                if kind_of(entry.name) in MEDIA:
                    self._tell(entry, FileState.SKIPPED, "hidden file")
            else:
                self.found.append(_file(entry.path, entry.name, entry.stat()))
        except OSError as error:
            self._tell(entry, FileState.FAILED, f"cannot be read: {error.strerror}; mend or delete it")

    def _take_folder(self, entry: "os.DirEntry[str]") -> None:
        if entry.name.startswith("."):
            self.found.append(Found(shown(entry.path), "other", FileState.SKIPPED, "hidden folder, not entered"))
        elif not _is_utf8(entry.name):
            reason = f"folder not entered: its name is not valid UTF-8; {READABLE_NAME}"
            self.found.append(Found(shown(entry.path), "other", FileState.FAILED, reason))
        else:
            (self.links if entry.is_symlink() else self.folders).append(entry.path)

    def _tell(self, entry: "os.DirEntry[str]", state: FileState, reason: str) -> None:
        kind = kind_of(entry.name)
        if kind == "other" and state is FileState.FAILED:
            state, reason = FileState.SKIPPED, not_audio(shown(entry.name))
        self.found.append(Found(shown(entry.path), kind, state, reason))


def _file(path: str, name: str, status: os.stat_result) -> Found:
    kind = kind_of(name)
    state, reason = _verdict(path, name, kind, status)
    return Found(shown(path), kind, state, reason, status.st_size, status.st_mtime_ns)


def _verdict(path: str, name: str, kind: Kind, status: os.stat_result) -> tuple[FileState, str]:
    """Say what can be said of a file without opening it."""
    if kind == "other":
        return FileState.SKIPPED, not_audio(shown(name))
    if not _is_utf8(path):
        return FileState.FAILED, f"its name is not valid UTF-8; {READABLE_NAME}"
    if not stat.S_ISREG(status.st_mode):
        return FileState.SKIPPED, "not a regular file"
    if not os.access(path, os.R_OK):
        return FileState.FAILED, "no permission to read it; give permission and scan again"
    if kind in MEDIA and status.st_size == 0:
        return FileState.FAILED, "empty file (0 bytes)"
    return FileState.INDEXED, ""


def _is_utf8(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def shown(path: str) -> str:
    r"""Write a path as valid text: bytes that are not UTF-8 become \xNN."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
