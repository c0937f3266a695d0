"""Entries on their way into the cache: a crash loses at most the last few seconds."""

import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from indexers.rebuild.embeddings.cache import EncoderCache, Entry

PART_ENTRIES = 32  # tracks
PART_S = 2.0
COMPACT_FLUSHES = 64  # after which small parts are joined: a long job would leave tens of thousands


class CacheWriter:
    """Collects entries and writes a part for every 32 tracks or 2 seconds, whichever comes first."""

    def __init__(self, caches: Mapping[str, EncoderCache]) -> None:
        self._caches = caches
        self._waiting: dict[str, list[Entry]] = {name: [] for name in caches}
        self._since = time.monotonic()
        self._flushes = 0

    def add(self, entries: Mapping[str, Entry]) -> None:
        """Take what the encoders heard in one track.

        Raises:
            StorageError: the disk refused.
        """
        for name, entry in entries.items():
            self._waiting[name].append(entry)
        most = max(len(waiting) for waiting in self._waiting.values())
        if most >= PART_ENTRIES or time.monotonic() - self._since >= PART_S:
            self.flush()

    def flush(self) -> None:
        """Write whatever waits.

        Raises:
            StorageError: the disk refused.
        """
        for name, waiting in self._waiting.items():
            self._caches[name].append(waiting)
            waiting.clear()
        self._flushes += 1
        if self._flushes % COMPACT_FLUSHES == 0:
            for cache in self._caches.values():
                cache.compact()
        self._since = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None or issubclass(kind, KeyboardInterrupt):
            self.flush()
