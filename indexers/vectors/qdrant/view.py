"""A process's own view of a published shard: what never changes is linked, what Qdrant Edge writes to is copied.

Edge rewrites small files even when it only opens a shard, and takes updates in place. A published generation stays as
it is, and as many processes as like look at it at once: each has its own view in a temporary folder.
"""

import fcntl
import os
import shutil
import tempfile
import weakref
from pathlib import Path
from typing import TextIO

from indexers.errors import StaleIndexError
from indexers.files import disk_errors

PREFIX = "segue-edge-"
LOCK = ".lock"  # held by the process whose view it is; the operating system frees it if the process dies
LINKED = frozenset(
    {
        "data.bin",
        "graph.bin",
        "id_tracker.mappings",
        "links_compressed.bin",
        "matrix.dat",
        "point_to_values.bin",
        "values_to_points.bin",
    }
)  # Edge writes these once, when it optimises; all else may be written to


class View:
    """A temporary folder that looks like a published shard and may be written to; gone at exit, or with its owner."""

    def __init__(self, shard: Path) -> None:
        """Make a view; views that died with their processes are removed first.

        Raises:
            StaleIndexError: the shard is missing.
            StorageError: the temporary folder takes no more.
        """
        if not shard.is_dir():
            raise StaleIndexError(f"{shard} is missing: run `segue rebuild`, or `segue rollback` if this one serves")
        sweep(Path(tempfile.gettempdir()))
        with disk_errors(Path(tempfile.gettempdir())):
            self.folder = Path(tempfile.mkdtemp(prefix=PREFIX))
            held = _hold(self.folder)
            self._forget = weakref.finalize(self, _remove, self.folder, held, os.getpid())
            mirror(shard.absolute(), self.folder)

    def close(self) -> None:
        """Remove the folder; a second call does nothing."""
        self._forget()


def mirror(shard: Path, folder: Path) -> None:
    """Link what never changes of a shard into a folder and copy the rest, holes as holes."""
    for root, _, names in os.walk(shard):
        to = folder / Path(root).relative_to(shard)
        to.mkdir(exist_ok=True)
        for name in names:
            if name in LINKED:
                (to / name).symlink_to(Path(root) / name)
            else:
                copy_sparse(Path(root) / name, to / name)


def copy_sparse(source: Path, target: Path) -> None:
    """Copy a file; where it has holes, so has the copy (Edge makes files of 32 MiB that hold next to nothing)."""
    size = source.stat().st_size
    with source.open("rb") as read, target.open("wb") as written:
        written.truncate(size)
        at = 0
        while at < size:
            try:
                at = os.lseek(read.fileno(), at, os.SEEK_DATA)
            except OSError:  # nothing but a hole is left
                return
            stop = os.lseek(read.fileno(), at, os.SEEK_HOLE)
            read.seek(at)
            written.seek(at)
            written.write(read.read(stop - at))
            at = stop


def sweep(folder: Path) -> list[Path]:
    """Remove the views whose processes are no more; give which.

    A view without a lock is being made just now, and is left alone.
    """
    removed = []
    for view in folder.glob(f"{PREFIX}*"):
        try:
            stream = (view / LOCK).open("r+", encoding="utf-8")
        except OSError:  # of another user, or gone meanwhile
            continue
        with stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue
            shutil.rmtree(view, ignore_errors=True)
            removed.append(view)
    return removed


def _hold(folder: Path) -> TextIO:
    """Take the lock of a folder before anyone else can see it free: the file is locked, then named."""
    hidden = folder / f"{LOCK}.new"
    stream = hidden.open("a", encoding="utf-8")
    fcntl.flock(stream, fcntl.LOCK_EX)
    hidden.rename(folder / LOCK)
    return stream


def _remove(folder: Path, held: TextIO, owner: int) -> None:
    if os.getpid() == owner:  # a forked child leaves its parent's view alone
        shutil.rmtree(folder, ignore_errors=True)
    held.close()
