import numpy as np

from indexers.rebuild.embeddings import gather as module
from indexers.rebuild.embeddings.cache import CacheKey, EncoderCache, Entry
from indexers.rebuild.embeddings.gather import DiskMatrix, gather


def test_a_matrix_on_disk_is_a_npy_file(tmp_path) -> None:
    matrix = DiskMatrix(tmp_path / "m.npy", (4, 3), np.float16)
    matrix.put(2, np.full((2, 3), 7.0))
    matrix.put(0, np.arange(3, dtype=np.float32).reshape(1, 3))
    expected = [[0, 1, 2], [0, 0, 0], [7, 7, 7], [7, 7, 7]]
    assert np.load(tmp_path / "m.npy").tolist() == expected
    assert matrix.rows(1, 3).tolist() == expected[1:3]
    assert matrix.rows(2, 2).shape == (0, 3)


def test_tracks_come_out_in_their_order_whatever_the_cache_has(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(module, "BLOCK_TRACKS", 2)
    cache = EncoderCache(tmp_path / "cache", CacheKey("fake", "f" * 64, "w4", {"tags": 2, "embedding": 3}))
    lengths = {"c": 1, "a": 3, "b": 2, "stranger": 4}
    for number, (track_id, n_clips) in enumerate(lengths.items()):
        times_s = np.full((n_clips, 2), number, dtype=np.float32)
        outputs = {name: np.full((n_clips, dim), number, dtype=np.float16) for name, dim in cache.key.outputs.items()}
        cache.append([Entry(track_id, times_s, outputs)])
    gathered = gather({"fake": cache}, {"fake": ["tags"]}, {"a": 3, "b": 2, "c": 1}, tmp_path / "raw")
    assert gathered.offsets.tolist() == [0, 3, 5, 6]
    assert gathered.times_s[:, 0].tolist() == [1, 1, 1, 2, 2, 0]
    blocks = [gathered.read(tracks) for tracks in gathered.blocks()]
    assert [block.starts.tolist() for block in blocks] == [[0, 3, 5], [0, 1]]
    assert [block.clips for block in blocks] == [slice(0, 5), slice(5, 6)]
    assert blocks[0].outputs["fake"]["tags"][:, 0].tolist() == [1, 1, 1, 2, 2]
    assert blocks[1].outputs["fake"].keys() == {"tags"}
