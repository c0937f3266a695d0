import json
import os

import numpy as np
import pytest
from qdrant_client import QdrantClient
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from indexers.base import Updatable
from indexers.catalog.filters import matching_rows
from indexers.errors import StaleIndexError, StorageError
from indexers.schema import Vectors
from indexers.settings import QdrantSettings
from indexers.vectors import load_index, make_index
from indexers.vectors.matrix import write_vectors
from indexers.vectors.qdrant import connection, points
from indexers.vectors.qdrant import upload as uploading
from indexers.vectors.qdrant.connection import URL, Server, Target
from indexers.vectors.qdrant.payload import write_payload
from indexers.vectors.qdrant.server import ServerIndex
from indexers.vectors.qdrant.upload import upload
from indexers.vectors.testing import UpdatableContract, best_rows, share_found

pytestmark = [
    pytest.mark.filterwarnings("ignore:Payload indexes have no effect:UserWarning"),
    pytest.mark.filterwarnings("ignore:Local mode performs exact:UserWarning"),
]


class TestServerIndex(UpdatableContract):
    """On the client's local mode."""

    @pytest.fixture(autouse=True)
    def _collections(self, laid, monkeypatch) -> None:
        monkeypatch.setattr(points, "SCAN_ROWS", 0)  # else few allowed rows are searched here
        monkeypatch.setattr(points, "LOOK_ROWS", 0)
        self.lay = laid

    def build(self, vectors: Vectors, folder) -> Updatable:
        self.lay(folder)
        return make_index(folder, vectors, "server")


@pytest.mark.qdrant
@pytest.mark.skipif(URL not in os.environ, reason=f"{URL} names no Qdrant server to test against")
class TestRealServerIndex(TestServerIndex):
    """On a server: start one as docs/qdrant.md says."""

    min_recall = 0.98


@pytest.fixture
def folder(laid, vectors, tracks, tmp_path):
    """The folder of an index on the local client, with the fields of its tracks."""
    laid(tmp_path / "index")
    write_payload(tmp_path / "index", tracks)
    make_index(tmp_path / "index", vectors, "server")
    return tmp_path / "index"


def name_of(folder) -> str:
    return Target.load(folder).collection


def test_updates_reach_those_who_open_later(folder, vectors) -> None:
    index = load_index(folder)
    index.delete(np.arange(50))
    index.upsert(np.arange(595, 620), vectors[:25])
    index.delete(np.array([619, 600]))
    index.upsert(np.array([3]), vectors[500:501])
    again = load_index(folder)
    assert again.size == index.size == 620
    for before, after in zip(index.search(vectors[:30], 10), again.search(vectors[:30], 10), strict=True):
        np.testing.assert_array_equal(before, after)
    assert again.search(vectors[:1], 9, allowed=np.arange(40))[0].tolist() == [[3]]


CONDITIONS = [
    "genre = 'rock'",
    "NOT (genre = 'jazz' OR year BETWEEN 1960 AND 1990)",
    "year IS NULL OR duration_s > 120.5",
    "genre NOT IN ('', 'jazz') AND NOT (duration_s IS NULL)",
]


@pytest.mark.parametrize("where", CONDITIONS)
def test_a_condition_is_told_to_the_server(folder, vectors, tracks, monkeypatch, where) -> None:
    monkeypatch.setattr(points, "SCAN_ROWS", 0)
    told = []
    near = ServerIndex._near
    monkeypatch.setattr(ServerIndex, "_near", lambda *given: told.append(given[3]) or near(*given))
    allowed = matching_rows(tracks, where)
    index = load_index(folder)
    rows, _ = index.search(vectors[:10], 10, allowed=allowed)
    assert told[0] is not None
    assert index._count(told[0]) == len(allowed)
    assert share_found(rows, allowed[best_rows(vectors[:10], vectors[allowed], 10)]) == 1.0


def test_a_collection_that_is_gone_or_other_is_stale(folder, local) -> None:
    name = name_of(folder)
    local.delete(name, points_selector=[1, 2])
    with pytest.raises(StaleIndexError, match=rf"{name} .* holds 598 points .*not 600.*segue rebuild"):
        load_index(folder)
    local.delete_collection(name)
    with pytest.raises(StaleIndexError, match=rf"no collection {name}: run `segue rebuild`"):
        load_index(folder)


def test_what_a_crash_left_under_the_name_is_replaced(folder, local, vectors) -> None:
    (folder / "payload.parquet").unlink()
    make_index(folder, vectors[:100], "server")
    assert local.count(name_of(folder)).count == 100


def test_the_index_folder_keeps_no_secret(local, vectors, tmp_path) -> None:
    (tmp_path / "index").mkdir()
    Target("segue-x", QdrantSettings(url="https://me:secret@host:6333")).save(tmp_path / "index")
    make_index(tmp_path / "index", vectors, "server")
    said = json.loads((tmp_path / "index" / "server.json").read_text())
    assert said["url"] == "https://host:6333"
    assert "secret" not in "".join(path.read_text() for path in (tmp_path / "index").glob("*.json"))


def test_without_a_named_collection_nothing_is_built(local, vectors, tmp_path) -> None:
    with pytest.raises(StaleIndexError, match=r"server\.json"):
        make_index(tmp_path, vectors, "server")


def test_a_missing_server_is_one_clear_line(vectors, tmp_path, monkeypatch) -> None:
    monkeypatch.delenv(URL, raising=False)
    settings = QdrantSettings(url="http://127.0.0.1:9", retries=1)
    monkeypatch.setattr(connection, "FIRST_PAUSE_S", 0.01)
    (tmp_path / "index").mkdir()
    Target("segue-x", settings).save(tmp_path / "index")
    with pytest.raises(StorageError, match=r"Qdrant at http://127\.0\.0\.1:9 .* 2 tries .*SEGUE_QDRANT_URL") as told:
        make_index(tmp_path / "index", vectors, "server")
    assert "\n" not in str(told.value)


class Flaky:
    """A client whose upserts fail a few times first; each failure may have come after the work was done."""

    def __init__(self, client: QdrantClient, failures: list[Exception]) -> None:
        self._client, self._failures = client, failures

    def upsert(self, *given, **named):
        done = self._client.upsert(*given, **named)
        if self._failures:
            raise self._failures.pop(0)
        return done

    def __getattr__(self, name: str):
        return getattr(self._client, name)


def test_an_upload_goes_on_after_what_may_pass(vectors, tmp_path) -> None:
    rows = write_vectors(tmp_path, vectors).all_rows()
    failures = [ResponseHandlingException(TimeoutError("too slow")), UnexpectedResponse(503, "busy", b"", None)]
    client, pauses = QdrantClient(":memory:"), []
    settings = QdrantSettings(url="http://x", retries=2)
    upload(Server(Flaky(client, failures), settings, pauses.append), Target("c", settings), rows)
    assert client.count("c").count == 600
    assert pauses == [0.5, 1.0]


def test_an_upload_that_lost_points_is_refused(vectors, tmp_path, monkeypatch) -> None:
    rows = write_vectors(tmp_path, vectors).all_rows()
    client, settings = QdrantClient(":memory:"), QdrantSettings(url="http://x")
    fill = uploading._fill
    monkeypatch.setattr(uploading, "_fill", lambda *given: fill(*given) or client.delete("c", points_selector=[5]))
    with pytest.raises(StorageError, match="holds 599 of 600 points"):
        upload(Server(client, settings), Target("c", settings), rows)


@pytest.mark.parametrize("sort", ["none", "scalar", "product", "binary"])
def test_settings_reach_the_collection(vectors, tmp_path, sort) -> None:
    rows = write_vectors(tmp_path, vectors).all_rows()
    settings = QdrantSettings(url="http://x", shard_number=3, replication_factor=2, on_disk=True, quantization=sort)
    client = QdrantClient(":memory:")
    made = {}
    create = client.create_collection
    client.create_collection = lambda name, **told: made.update(told) or create(name, **told)
    upload(Server(client, settings), Target("c", settings), rows)
    assert (made["shard_number"], made["replication_factor"], made["write_consistency_factor"]) == (3, 2, 1)
    assert made["vectors_config"].on_disk
    assert made["hnsw_config"].on_disk
    quantized = made["quantization_config"]
    assert (quantized is None) if sort == "none" else hasattr(quantized, sort)
