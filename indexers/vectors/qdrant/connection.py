"""How a Qdrant server is spoken to: where it is, and patience with what may pass."""

import json
import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

from indexers.errors import ConfigError, StaleIndexError, StorageError
from indexers.settings import QdrantSettings
from indexers.vectors.matrix import REMEDY
from indexers.vectors.storage import write_json

URL, KEY = "SEGUE_QDRANT_URL", "SEGUE_QDRANT_API_KEY"
TARGET = "server.json"  # in the folder of an index: which collection it is
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
TOO_MANY = 429
SERVER_FAULT = 500

T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Target:
    """The collection of one index and the settings it was made with."""

    collection: str
    settings: QdrantSettings

    def save(self, folder: Path) -> None:
        """Write it, without secrets, beside the vectors of an index, where building and opening look for it.

        Raises:
            StorageError: the disk refused.
        """
        said = self.settings.model_dump() | {"url": _bare(self.settings.url)}
        write_json(folder / TARGET, {"collection": self.collection, **said})

    @classmethod
    def load(cls, folder: Path) -> "Target":
        """Read what an index folder says.

        Raises:
            StaleIndexError: it is missing or damaged.
        """
        try:
            said = json.loads((folder / TARGET).read_text(encoding="utf-8"))
            return cls(str(said.pop("collection")), QdrantSettings(**said))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise StaleIndexError(f"{folder / TARGET} cannot be read ({type(error).__name__}): {REMEDY}") from error


class Server:
    """A client, asked with patience: what may pass is tried again, each time after twice the pause."""

    def __init__(self, client: Any, settings: QdrantSettings, pause: Callable[[float], None] = time.sleep) -> None:
        self.client = client
        self.url = settings.url or "its local folder"
        self._retries = settings.retries
        self._pause = pause

    def ask(self, what: str, call: Callable[[], T]) -> T:
        """Call the client.

        Args:
            what: Is asked for, in words, such as "count tracks".
            call: That asks.

        Raises:
            StorageError: the server cannot be reached, refuses, or is overloaded for longer than is waited.
        """
        for attempt in range(self._retries + 1):
            try:
                return call()
            except Exception as error:
                wait_s = _wait_s(error, attempt)
                if wait_s is None:
                    raise
                if attempt == self._retries or wait_s < 0:
                    raise StorageError(self._failed(what, attempt + 1, error)) from error
                log.warning(
                    "Qdrant at %s did not %s (%s), trying again in %.1f s", self.url, what, _line(error), wait_s
                )
                self._pause(wait_s)
        raise AssertionError  # the last attempt returned or raised

    def _failed(self, what: str, tries: int, error: Exception) -> str:
        tried = f" in {tries} tries" if tries > 1 else ""
        return f"Qdrant at {self.url} did not {what}{tried} ({_line(error)}): start it, or set [qdrant] url or {URL}"


def resolved(settings: QdrantSettings) -> QdrantSettings:
    """Settings with the URL that counts, without the secrets that one may bear.

    Raises:
        ConfigError: none is given, or it is no URL.
    """
    return settings.model_copy(update={"url": _bare(_address(settings))})


def connect(settings: QdrantSettings) -> Server:
    """A server by its settings; nothing is asked of it yet.

    Raises:
        ConfigError: no URL is given, or it is none.
    """
    client = client_of(_address(settings), os.environ.get(KEY), settings.timeout_s)
    return Server(client, resolved(settings))


def _bare(url: str | None) -> str | None:
    """A URL without user and password."""
    if url is None:
        return None
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _address(settings: QdrantSettings) -> str:
    url = os.environ.get(URL) or settings.url
    if not url:
        raise ConfigError(f'[index] kind = "server" needs [qdrant] url in segue.toml, or {URL}')
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(f"[qdrant] url = {_bare(url)!r} is no URL such as http://localhost:6333")
    return url


@cache
def client_of(url: str, key: str | None, timeout_s: int) -> Any:
    """The client of a server, one for all indexes on it."""
    from qdrant_client import QdrantClient

    return QdrantClient(url=url, api_key=key, timeout=timeout_s, check_compatibility=False)


def _wait_s(error: Exception, attempt: int) -> float | None:
    """Seconds to wait before another try; below 0 where another would fail alike, None where it is not the client's."""
    from qdrant_client.common.client_exceptions import QdrantException, ResourceExhaustedResponse
    from qdrant_client.http.exceptions import ApiException, ResponseHandlingException, UnexpectedResponse

    pause_s = float(min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**attempt))
    if isinstance(error, ResourceExhaustedResponse):
        return max(pause_s, float(error.retry_after_s))
    if isinstance(error, UnexpectedResponse):
        status = int(error.status_code or SERVER_FAULT)
        return pause_s if status == TOO_MANY or status >= SERVER_FAULT else -1.0
    if isinstance(error, ResponseHandlingException):
        return pause_s
    return -1.0 if isinstance(error, (ApiException, QdrantException, ValueError)) else None


def _line(error: Exception) -> str:
    said = " ".join(str(error).split())
    return said[:160] if said else type(error).__name__
