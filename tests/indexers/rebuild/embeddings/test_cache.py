import logging

import numpy as np
import pytest

from indexers.errors import StorageError
from indexers.rebuild.embeddings import cache as module
from indexers.rebuild.embeddings.cache import CacheKey, EncoderCache, Entry
from indexers.rebuild.embeddings.writer import CacheWriter
from indexers.schema import Window

KEY = CacheKey("fake", "0123456789abcdef", "w12-abcdef", {"tags": 3, "embedding": 2})


def entry(number: int, n_clips: int = 2) -> Entry:
    rng = np.random.default_rng(number)
    times_s = np.arange(2 * n_clips, dtype=np.float32).reshape(-1, 2)
    outputs = {name: rng.normal(size=(n_clips, dim)).astype(np.float16) for name, dim in KEY.outputs.items()}
    return Entry(f"{number:032x}", times_s, outputs)


@pytest.fixture
def cache(tmp_path) -> EncoderCache:
    return EncoderCache(tmp_path, KEY)


def same(one: Entry, other: Entry) -> None:
    np.testing.assert_array_equal(one.times_s, other.times_s)
    assert one.outputs.keys() == other.outputs.keys()
    for name in one.outputs:
        np.testing.assert_array_equal(one.outputs[name], other.outputs[name])


def test_what_is_written_is_read_by_projection(cache) -> None:
    written = [entry(2), entry(1, n_clips=5)]
    cache.append(written)
    cache.append([entry(3)])
    assert cache.folder.name == "0123456789ab-w12-abcdef"
    assert cache.clips() == {f"{1:032x}": 5, f"{2:032x}": 2, f"{3:032x}": 2}
    read = {each.track_id: each for each in cache.entries(("tags", "embedding"))}
    for each in written:
        same(read[each.track_id], each)
    assert {tuple(each.outputs) for each in cache.entries(("tags",))} == {("tags",)}


def test_another_way_to_lay_windows_has_another_name(monkeypatch) -> None:
    names = {module.plan_name(12, 3.008), module.plan_name(11, 3.008), module.plan_name(12, 3.0)}
    assert len(names) == 3
    monkeypatch.setattr(module, "plan_windows", lambda *_: (Window(0.0, 3.008),))
    assert module.plan_name(12, 3.008) not in names


def test_the_same_entries_give_the_same_bytes(tmp_path) -> None:
    parts = []
    for name, order in (("a", (1, 2)), ("b", (2, 1))):
        cache = EncoderCache(tmp_path / name, KEY)
        cache.append([entry(number) for number in order])
        parts += cache.parts()
    assert parts[0].name == parts[1].name
    assert parts[0].read_bytes() == parts[1].read_bytes()


@pytest.mark.parametrize("where", [0, 100, -1, -40])
def test_a_flipped_bit_anywhere_drops_the_part(cache, where, caplog) -> None:
    cache.append([entry(1)])
    cache.append([entry(2)])
    path = cache.parts()[0]
    content = bytearray(path.read_bytes())
    content[where] ^= 4
    path.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        cache.verify()
    assert path.name in caplog.text
    assert len(cache.clips()) == 1


def test_small_parts_are_joined_without_loss(cache, monkeypatch) -> None:
    monkeypatch.setattr(module, "PART_TRACKS", 10)
    for number in range(25):
        cache.append([entry(number)])
    cache.append([entry(3), entry(4)])  # twice, as after a crash
    cache.compact()
    assert len(cache.parts()) == 3
    cache.verify()
    listed = list(cache.entries(("tags", "embedding")))
    read = {each.track_id: each for each in listed}
    assert len(read) == len(listed) == 25
    for number in range(25):
        same(read[f"{number:032x}"], entry(number))


def test_few_parts_are_left_alone(cache) -> None:
    for number in range(module.SMALL_PARTS - 1):
        cache.append([entry(number)])
    before = cache.parts()
    cache.compact()
    assert cache.parts() == before


def test_a_refusing_disk_is_one_line(cache, tmp_path) -> None:
    (tmp_path / "fake").write_text("a file where a folder should be")
    with pytest.raises(StorageError, match="cannot write"):
        cache.append([entry(1)])


def test_the_writer_writes_every_few_tracks_and_at_the_end(cache, monkeypatch) -> None:
    monkeypatch.setattr("indexers.rebuild.embeddings.writer.PART_ENTRIES", 2)
    with CacheWriter({"fake": cache}) as writer:
        for number in range(3):
            writer.add({"fake": entry(number)})
        assert len(cache.clips()) == 2
    assert len(cache.clips()) == 3


def test_the_writer_writes_after_a_while(cache, monkeypatch) -> None:
    monkeypatch.setattr("indexers.rebuild.embeddings.writer.PART_S", 0.0)
    with CacheWriter({"fake": cache}) as writer:
        writer.add({"fake": entry(1)})
        assert len(cache.clips()) == 1


def test_the_writer_joins_small_parts_on_the_way(cache, monkeypatch) -> None:
    monkeypatch.setattr("indexers.rebuild.embeddings.writer.PART_S", 0.0)
    monkeypatch.setattr("indexers.rebuild.embeddings.writer.COMPACT_FLUSHES", 10)
    with CacheWriter({"fake": cache}) as writer:
        for number in range(25):
            writer.add({"fake": entry(number)})
        assert len(cache.parts()) < 10
        assert len(cache.clips()) == 25


@pytest.mark.parametrize(("error", "kept"), [(KeyboardInterrupt, 1), (StorageError, 0)])
def test_an_interrupt_keeps_what_waits_and_a_full_disk_is_not_tried_again(cache, error, kept) -> None:
    def fail() -> None:
        with CacheWriter({"fake": cache}) as writer:
            writer.add({"fake": entry(1)})
            raise error

    with pytest.raises(error):
        fail()
    assert len(cache.clips()) == kept
