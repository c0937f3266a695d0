import os
import tempfile

import pytest

from indexers.errors import StaleIndexError, StorageError
from indexers.vectors.qdrant import view
from indexers.vectors.qdrant.view import LOCK, PREFIX, View, copy_sparse, sweep


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    """A temporary folder of this test alone."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_a_copy_has_the_same_bytes_and_holes(tmp_path) -> None:
    source = tmp_path / "source"
    with source.open("wb") as stream:
        stream.truncate(8 << 20)
        stream.seek(3 << 20)
        stream.write(b"here")
    copy_sparse(source, tmp_path / "target")
    assert (tmp_path / "target").read_bytes() == source.read_bytes()
    assert (tmp_path / "target").stat().st_blocks <= source.stat().st_blocks


def test_what_never_changes_is_linked_and_the_rest_copied(tmp_path) -> None:
    shard = tmp_path / "shard"
    (shard / "deep").mkdir(parents=True)
    (shard / "deep" / "matrix.dat").write_bytes(b"vectors")
    (shard / "deep" / "segment.json").write_bytes(b"{}")
    seen = View(shard)
    assert (seen.folder / "deep" / "matrix.dat").is_symlink()
    assert (seen.folder / "deep" / "matrix.dat").read_bytes() == b"vectors"
    (seen.folder / "deep" / "segment.json").write_bytes(b"other")
    assert (shard / "deep" / "segment.json").read_bytes() == b"{}"
    seen.close()
    seen.close()
    assert not seen.folder.exists()


def test_a_view_goes_with_its_owner(tmp_path, temporary) -> None:
    (tmp_path / "shard").mkdir()
    seen = View(tmp_path / "shard")
    assert len(list(temporary.iterdir())) == 1
    del seen
    assert not list(temporary.iterdir())


def test_only_dead_views_are_swept(tmp_path, temporary) -> None:
    (tmp_path / "shard").mkdir()
    alive = View(tmp_path / "shard")
    dead, young = temporary / f"{PREFIX}dead", temporary / f"{PREFIX}young"
    dead.mkdir()
    (dead / LOCK).touch()
    young.mkdir()  # its process has not come to its lock
    assert sweep(temporary) == [dead]
    assert alive.folder.exists()
    assert young.exists()


def test_a_missing_shard_is_stale(tmp_path, temporary) -> None:
    with pytest.raises(StaleIndexError, match="segue rebuild"):
        View(tmp_path / "none")
    assert not list(temporary.iterdir())


def test_a_full_disk_is_one_clear_line_and_leaves_nothing(tmp_path, temporary, monkeypatch) -> None:
    (tmp_path / "shard").mkdir()

    def full(*_):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(view, "mirror", full)
    with pytest.raises(StorageError, match="the disk is full"):
        View(tmp_path / "shard")
    assert not list(temporary.iterdir())
