"""Writing so that a reader sees the old file or the new one, never half of either."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import EDQUOT, ENOSPC, EROFS
from pathlib import Path

from indexers.errors import StorageError

BLOCK_BYTES = 1 << 20
READABLE = 0o644


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn the operating system's refusals while writing `path` into one clear line.

    Raises:
        StorageError: the disk is full, read-only or not permitted.
    """
    try:
        yield
    except OSError as error:
        reasons = {ENOSPC: "the disk is full", EDQUOT: "the disk quota is used up", EROFS: "the disk is read-only"}
        reason = reasons.get(error.errno or 0, error.strerror or str(error))
        raise StorageError(f"cannot write {path}: {reason}; make room or permission there and run again") from error


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a temporary file beside `path`, then put it in place in one step.

    Args:
        path: The file to replace or create; its folder is made if missing.
        write: Called with the temporary path; whatever it raises leaves `path` as it was.

    Raises:
        StorageError: the disk refused.
    """
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        os.close(handle)
        temporary = Path(name)
        try:
            write(temporary)
            temporary.chmod(READABLE)  # mkstemp's own is for its owner alone
            sync(temporary)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Replace a text file in one step (see `write_atomically`)."""
    write_atomically(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


def sync(path: Path) -> None:
    """Push a file's or folder's bytes to the disk, so that a rename never outlives its contents."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256_of(path: Path) -> str:
    """Hash a file's bytes as SHA-256, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def free_bytes(folder: Path) -> int:
    """How many bytes the disk under `folder` (or its nearest existing parent) still takes."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free
