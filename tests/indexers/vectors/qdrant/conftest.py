import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from qdrant_client import QdrantClient

from indexers.schema import Vectors
from indexers.settings import QdrantSettings
from indexers.testing import unit_rows
from indexers.vectors.qdrant import connection
from indexers.vectors.qdrant.connection import URL, Target

HERE = "http://qdrant.invalid:6333"  # never reached: the local client answers


@pytest.fixture(scope="session")
def tracks() -> pl.DataFrame:
    """600 tracks whose fields are missing here and there."""
    rng = np.random.default_rng(3)
    some = lambda values: [None if rng.random() < 0.1 else values[i] for i in rng.integers(len(values), size=600)]  # noqa: E731
    return pl.DataFrame(
        {
            "track_id": [f"t{number:03d}" for number in range(600)],
            "genre": some(["rock", "jazz", "drum'n'bass", ""]),
            "artist": some([f"artist {number}" for number in range(30)]),
            "year": pl.Series(some(list(range(1950, 2020))), dtype=pl.Int64),
            "duration_s": pl.Series(some([30.0, 120.5, 240.25]), dtype=pl.Float64),
            "has_video": pl.Series(some([True, False]), dtype=pl.Boolean),
        }
    )


@pytest.fixture(scope="session")
def vectors() -> Vectors:
    """600 unit rows of 16 dims."""
    return unit_rows(np.random.default_rng(4).normal(size=(600, 16)).astype(np.float32))


@pytest.fixture
def local(monkeypatch) -> QdrantClient:
    """A client in local mode, which every connection gets."""
    client = QdrantClient(":memory:")
    monkeypatch.delenv(URL, raising=False)
    monkeypatch.setattr(connection, "client_of", lambda *_: client)
    return client


@pytest.fixture
def laid(request) -> Iterator[Callable[[Path], None]]:
    """Name a collection in an index folder: on a real server where the class is marked so, else on the local client."""
    url = os.environ[URL] if request.node.get_closest_marker("qdrant") else HERE
    if url == HERE:
        request.getfixturevalue("local")
    settings, made = QdrantSettings(url=url, prefix="seguetest", timeout_s=10), []

    def lay(folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        made.append(f"seguetest-{secrets.token_hex(4)}")
        Target(made[-1], settings).save(folder)

    yield lay
    for name in made:
        connection.connect(settings).client.delete_collection(name)
