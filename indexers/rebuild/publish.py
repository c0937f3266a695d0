"""From the staging folder to the serving generation, in one rename; and back."""

import os
import shutil
from pathlib import Path

from indexers.errors import LibraryError, StaleIndexError, StorageError
from indexers.files import disk_errors, sha256_of, sync
from indexers.generation import read_manifest
from indexers.library import Library

VOLATILE = "build.json"  # when and how long: the one file that differs between equal builds


def next_number(library: Library) -> int:
    """The number of the generation to come: one above all there are, finished or not."""
    folders = library.generations.iterdir() if library.generations.is_dir() else ()
    return 1 + max((int(folder.name) for folder in folders if folder.name.isdigit()), default=0)


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder but the manifest and the volatile one, by relative path."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    names = {path: path.relative_to(folder).as_posix() for path in files}
    return {name: sha256_of(path) for path, name in names.items() if name not in ("manifest.json", VOLATILE)}


def altered(folder: Path, expected: dict[str, str]) -> list[str]:
    """Which files of a generation are missing, new or not what its manifest says, by relative path."""
    found = hashes(folder)
    return sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))


def publish(library: Library, number: int, keep: int) -> None:
    """Let the staging folder serve as generation `number`: one rename, then the pointer.

    A crash before the rename leaves the old generation serving and nothing new; one before the pointer leaves it
    serving beside a complete new one.

    Args:
        library: The library; its lock is held.
        number: From `next_number`.
        keep: How many generations stay on disk, the serving and the previous one always.

    Raises:
        StorageError: the disk refused, and the old generation serves; or a Qdrant server did, and the new one does.
    """
    final, before = library.generation(number), library.serving()
    with disk_errors(final):
        _sync_all(library.staging)
        final.parent.mkdir(exist_ok=True)
        library.staging.rename(final)
        sync(final.parent)
    library.serve(number)
    prune(library, keep, {before} if before else set())
    follow(library)


def follow(library: Library) -> None:
    """Let a Qdrant server follow what serves and what was pruned, where the library has indexes on one.

    Raises:
        StorageError: the server does not answer; the generation serves all the same.
    """
    from indexers.vectors.qdrant.reconcile import reconcile, uses_server

    if not uses_server(library):
        return
    try:
        reconcile(library)
    except StorageError as error:
        number = library.serving()
        raise StorageError(f"generation {number} serves, then {error}; run `segue promote {number}` again") from error


def prune(library: Library, keep: int, spared: set[int]) -> list[int]:
    """Remove the oldest generations beyond `keep`, never the serving one or those spared; give their numbers.

    Raises:
        StorageError: the disk refused.
    """
    serving = library.serving()
    removed = [number for number in library.published()[:-keep] if number != serving and number not in spared]
    for number in removed:
        with disk_errors(library.generation(number)):
            (library.generation(number) / "manifest.json").unlink()  # first, so that half of one is never opened
            shutil.rmtree(library.generation(number))
    return removed


def promote(library: Library, number: int) -> int:
    """Let a published generation serve; give its number.

    Raises:
        LibraryError: there is no such generation.
        StaleIndexError: a file of it was altered since it was published; what served goes on serving.
        LockedError: another process is writing.
    """
    with library.lock("promote"):
        _refuse_altered(library, number)
        library.serve(number)
        follow(library)
    return number


def rollback(library: Library) -> int:
    """Let the generation before the serving one serve; give its number.

    Raises:
        LibraryError: nothing serves, or there is none before it.
        StaleIndexError: a file of it was altered since it was published; what served goes on serving.
        LockedError: another process is writing.
    """
    with library.lock("rollback"):
        serving = library.serving()
        earlier = [number for number in library.published() if serving is not None and number < serving]
        if not earlier:
            raise LibraryError(f"no generation before {serving}; there are {library.published()}")
        _refuse_altered(library, earlier[-1])
        library.serve(earlier[-1])
        follow(library)
    return earlier[-1]


def _refuse_altered(library: Library, number: int) -> None:
    if number not in library.published():
        raise LibraryError(f"no generation {number}; there are {library.published()}")
    folder = library.generation(number)
    if files := altered(folder, read_manifest(folder)["files"]):
        others = f" and {len(files) - 1} more" if len(files) > 1 else ""
        raise StaleIndexError(
            f"generation {number} was altered on the disk since it was published: {files[0]}{others}; "
            "what serves goes on serving: run `segue rebuild`, or promote another"
        )


def _sync_all(folder: Path) -> None:
    for root, _, names in os.walk(folder):
        for name in names:
            sync(Path(root) / name)
        sync(Path(root))
