"""An object store, or a folder, that files pass through on their way from the actors to the rebuild."""

import logging
import posixpath
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from indexers.errors import ConfigError, StorageError

log = logging.getLogger(__name__)


class TransitStore:
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
def transit(url: str) -> Iterator[TransitStore]:
    """A folder of one rebuild below a URL, gone afterwards.

    Raises:
        ConfigError: fsspec knows no such store, or a package for it is missing.
    """
    store = TransitStore(posixpath.join(url, f"rebuild-{uuid.uuid4().hex}"))
    try:
        yield store
    finally:
        store.clear()
