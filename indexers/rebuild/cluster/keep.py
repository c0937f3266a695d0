"""How the actors keep what was heard, and how it comes into the library: by a shared path or through a store."""

import posixpath
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from indexers.errors import LibraryError, StorageError
from indexers.files import write_text
from indexers.pool import Outcome
from indexers.rebuild.analyse import Heard, Task
from indexers.rebuild.cluster.store import TransitStore, transit
from indexers.rebuild.cluster.worker import Kept
from indexers.rebuild.embeddings.cache import EncoderCache, Entry
from indexers.rebuild.listen import refuse_missing

Caches = Mapping[str, EncoderCache]
Receive = Callable[[Kept[Task, Heard]], str]
"""Brings what a shard left elsewhere into the library; tells what is wrong with it, nothing where all is well."""


@dataclass(frozen=True, slots=True)
class Keep:
    """Caches, in an actor, what was heard in a shard; states and reasons alone go back to the rebuild."""

    caches: Caches
    mark: Path | None = None  # a file that who sees the library's own cache sees too
    url: str = ""  # of the store to hand parts over through, where there is no mark

    def __call__(self, outcomes: Sequence[Outcome[Task, Heard]]) -> Kept[Task, Heard]:
        """Write a part per encoder.

        Raises:
            LibraryError: most of the files, or the library, are not to be seen from this machine.
            StorageError: the disk or the store refused.
        """
        refuse_missing([outcome.task for outcome in outcomes])
        if self.mark is not None and not self.mark.exists():
            raise LibraryError(f"{self.mark.parent} is not the library's own: share it, or set [cluster] cache")
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
        TransitStore(self.url).put(posixpath.join(cache.key.folder, name), content)
        return name


@contextmanager
def keeping(url: str, caches: Caches) -> Iterator[tuple[Keep, Receive]]:
    """What actors keep with, and what brings it into the library: nothing where they write into its own cache.

    Raises:
        ConfigError: there is no such store.
        StorageError: the disk refused.
    """
    if url:
        with transit(url) as store:
            yield Keep(caches, url=store.url), partial(fetch, store, caches)
        return
    mark = next(iter(caches.values())).folder / f".rebuild-{uuid.uuid4().hex}"
    write_text(mark, "whoever sees this file sees the library\n")
    try:
        yield Keep(caches, mark), _nothing_left
    finally:
        mark.unlink(missing_ok=True)


def fetch(store: TransitStore, caches: Caches, kept: Kept[Task, Heard]) -> str:
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


def _nothing_left(_: Kept[Task, Heard]) -> str:
    return ""


def _bare(outcome: Outcome[Task, Heard]) -> Outcome[Task, Heard]:
    return outcome if outcome.value is None else replace(outcome, value=replace(outcome.value, entries={}))
