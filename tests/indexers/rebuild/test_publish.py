import json

import pytest

from indexers.errors import LibraryError, LockedError, StorageError
from indexers.library import Library
from indexers.rebuild.publish import altered, hashes, next_number, promote, prune, publish, rollback


@pytest.fixture
def library(tmp_path) -> Library:
    return Library.create(tmp_path / "library")


def stage(library: Library, text: str = "x") -> None:
    library.staging.mkdir()
    (library.staging / "part").mkdir()
    (library.staging / "part" / "file").write_text(text)
    about = {"format": 1, "files": hashes(library.staging)}
    (library.staging / "manifest.json").write_text(json.dumps(about))


def publish_all(library: Library, n: int, keep: int) -> None:
    for _ in range(n):
        stage(library)
        publish(library, next_number(library), keep)


def test_old_generations_go_and_the_previous_one_stays(library) -> None:
    publish_all(library, 5, keep=3)
    assert (library.serving(), library.published()) == (5, [3, 4, 5])
    publish_all(library, 1, keep=1)
    assert library.published() == [5, 6]


def test_the_serving_generation_is_never_removed(library) -> None:
    publish_all(library, 4, keep=9)
    promote(library, 1)
    assert prune(library, 2, set()) == [2]
    assert library.published() == [1, 3, 4]


def test_rollback_and_promote(library) -> None:
    publish_all(library, 3, keep=9)
    assert rollback(library) == 2
    assert rollback(library) == 1
    with pytest.raises(LibraryError, match="no generation before 1"):
        rollback(library)
    assert promote(library, 3) == library.serving() == 3
    with pytest.raises(LibraryError, match=r"no generation 7; there are \[1, 2, 3\]"):
        promote(library, 7)
    with library.lock("rebuild"), pytest.raises(LockedError):
        promote(library, 1)


def test_nothing_to_roll_back_to(library) -> None:
    with pytest.raises(LibraryError, match="no generation before None"):
        rollback(library)


def test_a_number_is_never_used_twice(library) -> None:
    assert next_number(library) == 1
    (library.generations / "7").mkdir(parents=True)  # unfinished
    (library.generations / "notes").mkdir()
    assert next_number(library) == 8


def test_a_refusing_disk_leaves_the_old_generation(library) -> None:
    publish_all(library, 1, keep=3)
    stage(library)
    blocker = library.generation(2)
    blocker.mkdir()
    (blocker / "in the way").write_text("x")
    with pytest.raises(StorageError):
        publish(library, 2, 3)
    assert library.serving() == 1


def test_altered_files_are_named(library) -> None:
    stage(library)
    said = hashes(library.staging)
    assert list(said) == ["part/file"]
    assert altered(library.staging, said) == []
    (library.staging / "part" / "file").write_text("y")
    (library.staging / "new").write_text("z")
    assert altered(library.staging, {**said, "gone": "0"}) == ["gone", "new", "part/file"]
