"""Parts of caches on their way from the actors to the library, by a shared path or through an object store."""

import logging
import platform
import posixpath
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from indexers.errors import ConfigError, LibraryError, StorageError
from indexers.pool import Outcome
from indexers.rebuild.analyse import Heard, Task
from indexers.rebuild.cluster.worker import Kept
from indexers.rebuild.embeddings.cache import EncoderCache, Entry
from indexers.rebuild.listen import refuse_missing

log = logging.getLogger(__name__)


class PartStore:
    """A folder behind a URL that fsspec understands."""

    def __init__(self, url: str) -> None:
        self.url = url
        try:
            from fsspec.core import url_to_fs

            self._files, self._root = url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise ConfigError(f"[cluster] cache = {url!r} cannot be opened: {error}") from error

    def put(self, path: str, content: bytes) -> None:
        """Write a file, which shows only once it is whole.

        Raises:
            StorageError: the store refused.
        """
        target = posixpath.join(self._root, path)
        try:
            self._files.makedirs(posixpath.dirname(target), exist_ok=True)
            with self._files.transaction, self._files.open(target, "wb") as stream:
                stream.write(content)
        except Exception as error:  # every store has errors of its own
            raise StorageError(f"cannot write {path} to {self.url} ({error}): see [cluster] cache") from error

    def get(self, path: str) -> bytes:
        """Read a file.

        Raises:
            StorageError: it is not there, or the store refused.
        """
        try:
            content: bytes = self._files.cat_file(posixpath.join(self._root, path))
        except Exception as error:  # every store has errors of its own
            raise StorageError(f"cannot read {path} from {self.url} ({error}): see [cluster] cache") from error
        return content

    def clear(self) -> None:
        """Remove the folder, or say that it is left behind."""
        try:
            if self._files.exists(self._root):
                self._files.rm(self._root, recursive=True)
        except Exception as error:  # every store has errors of its own
            log.warning("%s cannot be removed (%s): nobody needs it any longer", self.url, error)


@contextmanager
def transit(url: str) -> Iterator[PartStore | None]:
    """A folder of one rebuild below a URL, gone afterwards; None without a URL.

    Raises:
        ConfigError: fsspec knows no such store, or a package for it is missing.
    """
    if not url:
        yield None
        return
    store = PartStore(posixpath.join(url, f"rebuild-{uuid.uuid4().hex}"))
    try:
        yield store
    finally:
        store.clear()


@dataclass(frozen=True, slots=True)
class Keep:
    """Caches, in an actor, what was heard in a shard; states and reasons alone go back to the rebuild."""

    caches: Mapping[str, EncoderCache]
    url: str  # of the store to hand parts over through; empty where the library's own cache is within reach

    def __call__(self, outcomes: Sequence[Outcome[Task, Heard]]) -> Kept[Task, Heard]:
        """Write a part per encoder.

        Raises:
            LibraryError: most of the files are not to be seen from this machine.
            StorageError: the disk or the store refused.
        """
        _refuse_blind([outcome.task for outcome in outcomes])
        heard = [outcome.value for outcome in outcomes if outcome.value is not None]
        parts = []
        for encoder, cache in self.caches.items():
            entries = [value.entries[encoder] for value in heard if encoder in value.entries]
            if entries and self.url:
                parts.append((encoder, self._hand_over(cache, entries)))
            else:
                cache.append(entries)
        return Kept(tuple(_bare(outcome) for outcome in outcomes), tuple(parts))

    def _hand_over(self, cache: EncoderCache, entries: Sequence[Entry]) -> str:
        name, content = cache.packed(entries)
        PartStore(self.url).put(posixpath.join(cache.key.folder, name), content)
        return name


def fetch(store: PartStore, caches: Mapping[str, EncoderCache], kept: Kept[Task, Heard]) -> str:
    """Bring the parts of a shard from the store into the library.

    Returns:
        What is wrong with one that is gone or was altered; empty where all came.

    Raises:
        StorageError: the library's disk refused.
    """
    for encoder, name in kept.parts:
        try:
            content = store.get(posixpath.join(caches[encoder].key.folder, name))
        except StorageError as error:
            return str(error)
        if not caches[encoder].take(name, content):
            return f"{name} was altered at {store.url}"
    return ""


def _bare(outcome: Outcome[Task, Heard]) -> Outcome[Task, Heard]:
    return outcome if outcome.value is None else replace(outcome, value=replace(outcome.value, entries={}))


def _refuse_blind(tasks: Sequence[Task]) -> None:
    try:
        refuse_missing(tasks)
    except LibraryError as error:
        raise LibraryError(f"on {platform.node()}, a machine of the cluster: {error}") from error
