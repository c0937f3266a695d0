import json
import shutil

import pytest
from qdrant_client import QdrantClient, models

from indexers.errors import ConfigError, LibraryError, StorageError
from indexers.library import Library
from indexers.rebuild.publish import follow, promote, prune, rollback
from indexers.settings import QdrantSettings
from indexers.vectors.qdrant import connection
from indexers.vectors.qdrant.beside import on_server
from indexers.vectors.qdrant.reconcile import Reconciled, Record, name_collection, reconcile

SETTINGS = QdrantSettings(url="http://qdrant.invalid:6333", retries=0)
SPACES = ("music", "joint-clap")


def fill(client: QdrantClient, name: str) -> str:
    client.create_collection(name, models.VectorParams(size=2, distance=models.Distance.DOT))
    return name


def aliases(client: QdrantClient) -> dict[str, str]:
    return {each.alias_name: each.collection_name for each in client.get_aliases().aliases}


def collections(client: QdrantClient) -> set[str]:
    return {each.name for each in client.get_collections().collections}


class Shelf:
    """A library whose generations are nothing but what they say of their collections."""

    def __init__(self, folder, client: QdrantClient) -> None:
        self.library, self.client = Library.create(folder), client

    def upload(self, number: int) -> dict[str, str]:
        """What a rebuild does before it publishes: space to collection."""
        made = {}
        for space in SPACES:
            target = name_collection(self.library, SETTINGS, space, number)
            target.save(self.library.staging / space / "index")
            made[space] = fill(self.client, target.collection)
        return made

    def publish(self, number: int) -> dict[str, str]:
        """Upload, publish, and let the server follow."""
        made = self.upload(number)
        (self.library.staging / "manifest.json").write_text(json.dumps({"format": 1, "files": self.files()}))
        self.library.generations.mkdir(exist_ok=True)
        self.library.staging.rename(self.library.generation(number))
        self.library.serve(number)
        follow(self.library)
        return made

    def files(self) -> dict[str, str]:
        from indexers.rebuild.publish import hashes

        return hashes(self.library.staging)

    @property
    def begin(self) -> str:
        return Record.load(self.library).begin


@pytest.fixture
def shelf(tmp_path, local) -> Shelf:
    return Shelf(tmp_path / "library", local)


def test_names_tell_library_space_and_generation(shelf) -> None:
    made = shelf.publish(1)
    assert made == {space: f"{shelf.begin}{space}-1" for space in SPACES}
    assert shelf.begin.startswith("segue-")


def test_aliases_follow_what_serves(shelf, local) -> None:
    first = shelf.publish(1)
    assert aliases(local) == {f"{shelf.begin}{space}": first[space] for space in SPACES}
    second = shelf.publish(2)
    assert aliases(local) == {f"{shelf.begin}{space}": second[space] for space in SPACES}
    rollback(shelf.library)
    assert aliases(local) == {f"{shelf.begin}{space}": first[space] for space in SPACES}
    promote(shelf.library, 2)
    assert aliases(local) == {f"{shelf.begin}{space}": second[space] for space in SPACES}


def test_aliases_move_in_one_step(shelf, local, monkeypatch) -> None:
    shelf.publish(1)
    steps = []
    update = local.update_collection_aliases
    monkeypatch.setattr(
        local,
        "update_collection_aliases",
        lambda change_aliases_operations: steps.append(change_aliases_operations) or update(change_aliases_operations),
    )
    shelf.publish(2)
    assert [len(step) for step in steps] == [4]  # two spaces, each taken down and put up


def test_a_space_that_is_no_more_loses_its_alias(shelf, local) -> None:
    shelf.publish(1)
    shelf.publish(2)
    shutil.rmtree(shelf.library.generation(2) / "joint-clap")
    assert reconcile(shelf.library).aliases == {f"{shelf.begin}joint-clap": None}
    assert set(aliases(local)) == {f"{shelf.begin}music"}


def test_collections_of_pruned_generations_go(shelf, local) -> None:
    shelf.publish(1)
    second, third = shelf.publish(2), shelf.publish(3)
    prune(shelf.library, 1, {2})
    follow(shelf.library)
    assert collections(local) == {*second.values(), *third.values()}


def test_what_a_crash_left_goes_and_nothing_of_others(shelf, local, tmp_path) -> None:
    served = shelf.publish(1)
    other = Shelf(tmp_path / "other", local).publish(1)
    fill(local, "segue-mine")
    left = shelf.upload(2)  # and then it crashes
    found = reconcile(shelf.library)
    assert set(found.dropped) == set(left.values())
    assert collections(local) == {*served.values(), *other.values(), "segue-mine"}


def test_a_second_call_changes_nothing(shelf, local) -> None:
    shelf.publish(1)
    shelf.upload(2)
    reconcile(shelf.library)
    before = collections(local), aliases(local)
    assert reconcile(shelf.library) == Reconciled({}, ())
    assert (collections(local), aliases(local)) == before


def test_a_copied_library_gets_another_name(shelf, local, tmp_path) -> None:
    served = shelf.publish(1)
    shutil.copytree(shelf.library.root, tmp_path / "copy")
    copy = Shelf(tmp_path / "copy", local)
    copied = copy.publish(2)
    assert copy.begin != shelf.begin
    assert not set(copied.values()) & set(served.values())
    prune(copy.library, 1, set())
    follow(copy.library)
    assert collections(local) == {*served.values(), *copied.values()}


def test_a_library_without_a_server_asks_none(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(connection, "client_of", lambda *_: pytest.fail("a server was asked"))
    assert reconcile(Library.create(tmp_path)) == Reconciled({}, ())


def test_lost_collections_are_told(shelf, local, caplog) -> None:
    made = shelf.publish(1)
    assert on_server(shelf.library.generation(1))
    local.delete_collection(made["music"])
    assert not on_server(shelf.library.generation(1))
    reconcile(shelf.library)
    assert f"{made['music']} of generation 1 is not on the server: run `segue rebuild`" in caplog.text


def test_a_damaged_target_drops_nothing(shelf, local) -> None:
    shelf.publish(1)
    before = collections(local)
    (shelf.library.generation(1) / "music" / "index" / "server.json").write_text("{")
    with pytest.raises(LibraryError, match="nothing was dropped"):
        reconcile(shelf.library)
    assert collections(local) == before


def test_a_damaged_record_is_one_clear_line(shelf) -> None:
    shelf.publish(1)
    (shelf.library.root / "qdrant.json").write_text("{}")
    with pytest.raises(LibraryError, match=r"qdrant\.json is damaged"):
        reconcile(shelf.library)


def test_a_silent_server_lets_the_generation_serve_and_says_what_to_do(shelf, local, monkeypatch) -> None:
    shelf.publish(1)
    shelf.publish(2)

    def silent():
        raise ValueError("no answer")

    monkeypatch.setattr(local, "get_collections", silent)
    with pytest.raises(StorageError, match=r"generation 1 serves, then Qdrant .* run `segue promote 1` again"):
        rollback(shelf.library)
    assert shelf.library.serving() == 1


def test_no_url_is_refused_before_anything_is_built(tmp_path, monkeypatch) -> None:
    monkeypatch.delenv("SEGUE_QDRANT_URL", raising=False)
    with pytest.raises(ConfigError, match=r"\[qdrant\] url"):
        name_collection(Library.create(tmp_path), QdrantSettings(), "music", 1)
