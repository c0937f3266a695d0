"""Entries on their way into the cache: a crash loses at most the last few seconds."""

import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from indexers.rebuild.embeddings.cache import EncoderCache, Entry

PART_ENTRIES = 32  # tracks
PART_S = 5.0


class CacheWriter:
    """Collects entries and writes a part for every 32 tracks or 5 seconds, whichever comes first."""

    def __init__(self, caches: Mapping[str, EncoderCache]) -> None:
        self._caches = caches
        self._waiting: dict[str, list[Entry]] = {name: [] for name in caches}
        self._since = time.monotonic()

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
        self._since = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None or issubclass(kind, KeyboardInterrupt):
            self.flush()
