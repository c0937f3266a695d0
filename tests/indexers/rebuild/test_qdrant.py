"""A whole rebuild with indexes of Qdrant."""

import json
from dataclasses import replace

import numpy as np
import pytest

from indexers.catalog.scan import scan
from indexers.errors import ConfigError, StorageError
from indexers.generation import Generation
from indexers.rebuild import listen
from indexers.rebuild.publish import rollback
from indexers.rebuild.run import RebuildSettings, rebuild
from indexers.settings import QdrantSettings, ScanSettings

pytestmark = [
    pytest.mark.filterwarnings("ignore:Payload indexes have no effect:UserWarning"),
    pytest.mark.filterwarnings("ignore:Local mode performs exact:UserWarning"),
]


@pytest.fixture
def local(monkeypatch):
    """A client in local mode, which every connection gets."""
    from qdrant_client import QdrantClient

    from indexers.vectors.qdrant import connection

    client = QdrantClient(":memory:")
    monkeypatch.delenv(connection.URL, raising=False)
    monkeypatch.setattr(connection, "client_of", lambda *_: client)
    return client


def settings(kit, kind: str) -> RebuildSettings:
    return replace(kit.settings(kind=kind), qdrant=QdrantSettings(url="http://qdrant.invalid:6333"))


def nearest_to_itself(generation: Generation) -> None:
    vectors = np.asarray(generation.track_vectors("music"), dtype=np.float32)
    rows, _ = generation.index("music").search(vectors, 1)
    assert rows[:, 0].tolist() == list(range(generation.n_tracks))


def test_edge_serves_and_its_files_stay_as_they_were(kit) -> None:
    from indexers.rebuild.publish import altered

    library = kit.library()
    rebuild(library, settings(kit, "edge"), kit.store)
    generation = Generation.open(library)
    assert generation.manifest["spaces"]["music"]["kind"] == "edge"
    nearest_to_itself(generation)
    assert altered(generation.folder, generation.manifest["files"]) == []


def test_fields_that_change_build_edge_anew(kit) -> None:
    library = kit.library()
    rebuild(library, settings(kit, "edge"), kit.store)
    heard = kit.manifest(library, 1)["heard"]
    side = kit.music.parent / "side.csv"
    side.write_text(f"path,genre\n{kit.music / '00_-_Tune_0.wav'},rock\n")
    scan(library, [kit.music], ScanSettings(), metadata=side)
    report = rebuild(library, settings(kit, "edge"), kit.store)
    assert report.analysed == 0
    assert kit.manifest(library, report.generation)["heard"] != heard


def test_a_server_takes_a_rebuild_and_follows_what_serves(kit, local) -> None:
    library = kit.library()
    rebuild(library, settings(kit, "server"), kit.store)
    generation = Generation.open(library)
    nearest_to_itself(generation)
    name = json.loads((generation.folder / "music" / "index" / "server.json").read_text())["collection"]
    assert local.count(name).count == 6
    kit.tune("06_-_Tune_6.wav", 6)
    kit.scan(library)
    rebuild(library, settings(kit, "server"), kit.store)
    nearest_to_itself(Generation.open(library))
    alias = name.removesuffix("-1")
    assert [each.collection_name for each in local.get_aliases().aliases] == [f"{alias}-2"]
    rollback(library)
    assert [each.collection_name for each in local.get_aliases().aliases] == [name]


def test_a_server_that_is_not_there_is_told_before_anything_is_heard(kit, monkeypatch) -> None:
    from indexers.vectors.qdrant import connection

    monkeypatch.delenv(connection.URL, raising=False)
    monkeypatch.setattr(listen, "listen", lambda *_: pytest.fail("a track was heard"))
    library = kit.library()
    with pytest.raises(ConfigError, match=r"\[qdrant\] url"):
        rebuild(library, kit.settings(kind="server"), kit.store)
    nowhere = QdrantSettings(url="http://127.0.0.1:9", retries=0)
    with pytest.raises(StorageError, match=r"Qdrant at http://127\.0\.0\.1:9 did not"):
        rebuild(library, replace(kit.settings(kind="server"), qdrant=nowhere), kit.store)
    assert library.serving() is None


def test_what_is_lost_on_the_server_is_built_again(kit, local) -> None:
    library = kit.library()
    rebuild(library, settings(kit, "server"), kit.store)
    assert rebuild(library, settings(kit, "server"), kit.store).status == "unchanged"
    for each in local.get_collections().collections:
        local.delete_collection(each.name)
    assert rebuild(library, settings(kit, "server"), kit.store).status == "published"
    nearest_to_itself(Generation.open(library))
