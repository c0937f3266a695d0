from pathlib import Path

import numpy as np
import pytest

from indexers.errors import LibraryError
from indexers.pool import Outcome
from indexers.rebuild.analyse import Heard, Task
from indexers.rebuild.cluster.keep import Keep, fetch, keeping
from indexers.rebuild.cluster.store import TransitStore
from indexers.rebuild.cluster.worker import Kept
from indexers.rebuild.embeddings.cache import CacheKey, EncoderCache, Entry
from indexers.schema import FileState

KEY = CacheKey("fake", "f" * 64, "w4-abcdef", {"embedding": 3})


@pytest.fixture
def store():
    """A store in memory, which lasts as long as this process."""
    store = TransitStore("memory://parts")
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
    kept = Keep({"fake": cache})(outcomes)
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
    Keep({"fake": near})(outcomes)
    for order in (outcomes, outcomes[::-1]):
        kept = Keep({"fake": far}, url=store.url)(order)
        assert far.parts() == [] or len(far.parts()) == 1
        assert fetch(store, {"fake": far}, kept) == ""
    assert [path.name for path in far.parts()] == [path.name for path in near.parts()]
    assert far.parts()[0].read_bytes() == near.parts()[0].read_bytes()


def test_a_part_that_is_gone_or_altered_is_not_taken(tmp_path, store) -> None:
    cache = EncoderCache(tmp_path / "cache", KEY)
    kept = Keep({"fake": cache}, url=store.url)([heard(tmp_path, 1)])
    path = f"{KEY.folder}/{kept.parts[0][1]}"
    store.put(path, store.get(path)[:-1] + b"?")
    assert "was altered" in fetch(store, {"fake": cache}, kept)
    assert "cannot read" in fetch(store, {"fake": cache}, Kept((), (("fake", "part-0.parquet"),)))
    assert cache.parts() == []


def test_a_machine_that_does_not_see_the_music_marks_no_track(tmp_path) -> None:
    outcomes = [
        Outcome(Task(f"t{n}", (f"/gone/{n}.wav",), 7.0, ()), Heard({}, FileState.FAILED), None) for n in range(9)
    ]
    with pytest.raises(LibraryError, match="9 of the 9 files to analyse are gone"):
        Keep({})(outcomes)


def test_a_machine_that_does_not_see_the_library_keeps_nothing(tmp_path) -> None:
    caches = {"fake": EncoderCache(tmp_path / "cache", KEY)}
    with keeping("", caches) as (keep, receive):
        assert receive(keep([heard(tmp_path, 1)])) == ""
        keep.mark.unlink()  # as on a machine that does not share the folder
        with pytest.raises(LibraryError, match=r"not the library's own: share it, or set \[cluster\] cache"):
            keep([heard(tmp_path, 2)])
    assert sorted(entries(caches["fake"])) == ["t1"]
    assert [path.name for path in caches["fake"].folder.iterdir()] == [caches["fake"].parts()[0].name]
