import logging
from pathlib import Path

import numpy as np
import pytest

from indexers.errors import ConfigError, LibraryError, StorageError
from indexers.pool import Outcome
from indexers.rebuild.analyse import Heard, Task
from indexers.rebuild.cluster.parts import Keep, PartStore, fetch, transit
from indexers.rebuild.cluster.worker import Kept
from indexers.rebuild.embeddings.cache import CacheKey, EncoderCache, Entry
from indexers.schema import FileState

KEY = CacheKey("fake", "f" * 64, "w4-abcdef", {"embedding": 3})


@pytest.fixture
def store():
    """A store in memory, which lasts as long as this process."""
    store = PartStore("memory://parts")
    yield store
    store.clear()


def heard(tmp_path: Path, number: int) -> Outcome[Task, Heard]:
    path = tmp_path / f"{number}.wav"
    path.touch()
    rng = np.random.default_rng(number)
    entry = Entry(f"t{number}", np.zeros((2, 2), np.float32), {"embedding": rng.normal(size=(2, 3)).astype(np.float16)})
    return Outcome(Task(f"t{number}", (str(path),), 7.0, ("fake",)), Heard({"fake": entry}), None)


def entries(cache: EncoderCache) -> dict[str, bytes]:
    return {entry.track_id: entry.outputs["embedding"].tobytes() for entry in cache.entries(["embedding"])}


def test_what_was_heard_goes_into_the_cache_and_only_states_go_back(tmp_path) -> None:
    cache = EncoderCache(tmp_path / "cache", KEY)
    quiet = Outcome(Task("q", (str(tmp_path),), 7.0, ("fake",)), Heard({}, FileState.SKIPPED, "silent"), None)
    broken = Outcome(Task("b", (str(tmp_path),), 7.0, ("fake",)), None, "worker died (signal 11)")
    outcomes = [heard(tmp_path, 1), quiet, broken, heard(tmp_path, 2)]
    kept = Keep({"fake": cache}, "")(outcomes)
    assert kept.parts == ()
    assert [outcome.task for outcome in kept.outcomes] == [outcome.task for outcome in outcomes]
    assert kept.outcomes[1:3] == (quiet, broken)
    assert kept.outcomes[0].value == Heard({})
    wanted = {f"t{number}": heard(tmp_path, number).value.entries["fake"].outputs["embedding"] for number in (1, 2)}
    assert entries(cache) == {track_id: vectors.tobytes() for track_id, vectors in wanted.items()}
    assert len(cache.parts()) == 1


def test_parts_are_the_same_by_either_way_and_twice_is_once(tmp_path, store) -> None:
    near, far = (EncoderCache(tmp_path / name, KEY) for name in ("near", "far"))
    outcomes = [heard(tmp_path, 1), heard(tmp_path, 2)]
    Keep({"fake": near}, "")(outcomes)
    for order in (outcomes, outcomes[::-1]):
        kept = Keep({"fake": far}, store.url)(order)
        assert far.parts() == [] or len(far.parts()) == 1
        assert fetch(store, {"fake": far}, kept) == ""
    assert [path.name for path in far.parts()] == [path.name for path in near.parts()]
    assert far.parts()[0].read_bytes() == near.parts()[0].read_bytes()


def test_a_part_that_is_gone_or_altered_is_not_taken(tmp_path, store) -> None:
    cache = EncoderCache(tmp_path / "cache", KEY)
    kept = Keep({"fake": cache}, store.url)([heard(tmp_path, 1)])
    path = f"{KEY.folder}/{kept.parts[0][1]}"
    store.put(path, store.get(path)[:-1] + b"?")
    assert "was altered" in fetch(store, {"fake": cache}, kept)
    assert "cannot read" in fetch(store, {"fake": cache}, Kept((), (("fake", "part-0.parquet"),)))
    assert cache.parts() == []


def test_a_machine_that_does_not_see_the_music_marks_no_track(tmp_path) -> None:
    outcomes = [
        Outcome(Task(f"t{n}", (f"/gone/{n}.wav",), 7.0, ()), Heard({}, FileState.FAILED), None) for n in range(9)
    ]
    with pytest.raises(LibraryError, match=r"on .*, a machine of the cluster: 9 of the 9 files to analyse are gone"):
        Keep({}, "")(outcomes)


def test_the_folder_of_a_rebuild_is_gone_after_it(tmp_path) -> None:
    url = (tmp_path / "store").as_uri()
    with transit(url) as store:
        store.put("a/b", b"content")
        assert store.get("a/b") == b"content"
        assert store.url.startswith(f"{url}/rebuild-")
    assert list((tmp_path / "store").iterdir()) == []
    with transit("") as nowhere:
        assert nowhere is None


def test_a_store_that_refuses_says_where(tmp_path, caplog) -> None:
    (tmp_path / "file").write_text("in the way")
    store = PartStore((tmp_path / "file" / "store").as_uri())
    with pytest.raises(StorageError, match=r"cannot write part to file://.*\[cluster\] cache"):
        store.put("part", b"content")
    with pytest.raises(ConfigError, match=r"\[cluster\] cache = 'nowhere://x' cannot be opened"):
        PartStore("nowhere://x")
    with caplog.at_level(logging.WARNING):
        store.clear()
    assert caplog.text == ""  # nothing is there to be removed
