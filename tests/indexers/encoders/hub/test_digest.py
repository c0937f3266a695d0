import hashlib
import os
from pathlib import Path

import pytest

from indexers.encoders.hub import digest
from indexers.encoders.hub.digest import digest_of


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(digest, "LARGE", 4)
    path = tmp_path / "weights"
    path.write_bytes(b"weights")
    return path


def forbid_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest, "sha256_of", lambda _: pytest.fail("it was read again"))


def test_a_large_file_is_read_once(large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = hashlib.sha256(b"weights").hexdigest()
    assert digest_of(large) == expected
    forbid_reading(monkeypatch)
    assert digest_of(large) == expected


def test_a_change_is_noticed(large: Path) -> None:
    before = digest_of(large)
    large.write_bytes(b"WEIGHTS")
    os.utime(large, ns=(1, 1))
    assert digest_of(large) == hashlib.sha256(b"WEIGHTS").hexdigest() != before


@pytest.mark.parametrize("notes", ["{", "[]", '{"x": 3}', "null"])
def test_damaged_notes_are_as_none(large: Path, notes: str) -> None:
    digest._notes().parent.mkdir(parents=True, exist_ok=True)
    digest._notes().write_text(notes)
    assert digest_of(large) == hashlib.sha256(b"weights").hexdigest()


def test_a_store_that_cannot_be_written_costs_only_time(large: Path, tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SEGUE_MODELS", str(tmp_path / "file"))
    assert digest_of(large) == hashlib.sha256(b"weights").hexdigest()


def test_small_files_are_read_each_time(tmp_path: Path) -> None:
    path = tmp_path / "small"
    path.write_bytes(b"a")
    assert digest_of(path) == hashlib.sha256(b"a").hexdigest()
    assert not digest._notes().exists()
