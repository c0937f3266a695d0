import json

import numpy as np
import pytest

from indexers.base import Index
from indexers.errors import ConfigError, ShapeError, StaleIndexError
from indexers.testing import unit_rows
from indexers.vectors import (
    KINDS,
    begin_index,
    build_index,
    keep_effort,
    load_index,
    make_index,
    shard_folder,
    stored_vectors,
    write_shard,
)
from indexers.vectors.matrix import BLOCK, VectorFile, write_vectors
from indexers.vectors.plan import Plan

FAISS_KINDS = ("exact", "flat", "hnsw", "ivf", "ivf-sq8", "ivf-pq")


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    """9,000 rows of 16 dims around 60 centres: three shards of a block each."""
    rng = np.random.default_rng(5)
    centres = rng.normal(size=(60, 16))
    return unit_rows((centres[rng.integers(60, size=9000)] + 0.4 * rng.normal(size=(9000, 16))).astype(np.float32))


@pytest.mark.parametrize("kind", FAISS_KINDS)
def test_every_kind_is_opened_by_what_its_folder_says(kind, tmp_path) -> None:
    vectors = np.eye(6, 4, dtype=np.float32)
    index = make_index(tmp_path, vectors, kind)
    assert isinstance(index, Index)
    assert index.kind == kind
    np.testing.assert_array_equal(stored_vectors(tmp_path), vectors)


@pytest.mark.parametrize("kind", FAISS_KINDS)
def test_shards_together_answer_as_one_index_would(kind, rows, tmp_path) -> None:
    queries = unit_rows(rows[::450] + 0.05 * np.random.default_rng(1).normal(size=(20, 16)).astype(np.float32))
    whole = make_index(tmp_path / "whole", rows, kind)
    cut = make_index(tmp_path / "cut", rows, kind, shard_rows=BLOCK)
    assert (cut.kind, cut.size, cut.dim) == (kind, 9000, 16)
    assert [shard.size for shard in cut.shards] == [4096, 4096, 808]
    allowed = np.arange(4000, 8500, dtype=np.int64)
    for among in (None, allowed, allowed[:3], allowed[:0]):
        (found, scores), (others, _) = cut.search(queries, 7, allowed=among), whole.search(queries, 7, allowed=among)
        assert found.shape == others.shape
        assert (
            np.mean([len(set(a) & set(b)) for a, b in zip(found.tolist(), others.tolist(), strict=True)])
            >= 0.97 * (found.shape[1])
        )
        np.testing.assert_allclose(scores, np.einsum("qd,qkd->qk", queries, rows[found]), atol=1e-5)


def test_shards_are_the_same_whoever_writes_them_and_in_whatever_order(rows, tmp_path) -> None:
    plan = Plan("ivf-pq", "", 1.0, "float16", BLOCK)
    for name, order in [("a", (0, 1, 2)), ("b", (2, 0, 1))]:
        write_vectors(tmp_path / name, rows, "float16")
        assert begin_index(tmp_path / name, plan) == 3
        for number in order:
            write_shard(tmp_path / name, number)
    write_shard(tmp_path / "b", 1)  # once more, after a worker died
    files = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*") if path.is_file())
    assert len(files) == 3 + 3 * 3  # the last shard is long enough for lists too
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_an_effort_that_was_kept_is_the_one_it_is_opened_with(rows, tmp_path) -> None:
    index = make_index(tmp_path, rows, "ivf", shard_rows=BLOCK)
    assert index.effort == index.usual_effort
    index.effort = 128
    keep_effort(tmp_path, index)
    opened = load_index(tmp_path)
    assert [shard.effort for shard in opened.shards] == [128, 128, 128]


def test_unknown_kinds_shapes_and_shards_are_refused(tmp_path) -> None:
    with pytest.raises(ConfigError, match=r"annoy.*exact, flat"):
        make_index(tmp_path, np.ones((1, 1), dtype=np.float32), "annoy")
    with pytest.raises(ShapeError, match="n_tracks, dim"):
        make_index(tmp_path, np.ones((3, 0), dtype=np.float32), "exact")
    with pytest.raises(ShapeError, match="n_tracks, dim"):
        make_index(tmp_path, np.ones(3, dtype=np.float32), "exact")
    with pytest.raises(ConfigError, match="multiple of 4096"):
        make_index(tmp_path, np.ones((3, 2), dtype=np.float32), "exact", shard_rows=5000)


@pytest.mark.parametrize(("key", "value"), [("format", 99), ("kind", "annoy")])
def test_another_format_or_kind_is_stale(key, value, tmp_path) -> None:
    make_index(tmp_path, np.eye(3, dtype=np.float32), "exact")
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(json.dumps({**manifest, key: value}))
    with pytest.raises(StaleIndexError, match=str(value)):
        load_index(tmp_path)


def test_a_missing_or_damaged_folder_is_stale(tmp_path) -> None:
    with pytest.raises(StaleIndexError, match="segue rebuild"):
        load_index(tmp_path)
    make_index(tmp_path, np.eye(3, dtype=np.float32), "exact")
    (tmp_path / "vectors.npy").write_bytes(b"")
    with pytest.raises(StaleIndexError, match=r"vectors\.npy"):
        load_index(tmp_path)


def test_vectors_altered_before_the_build_are_noticed_by_it(rows, tmp_path) -> None:
    file = write_vectors(tmp_path, rows)
    with file.path.open("r+b") as stream:
        stream.seek(file.path.stat().st_size - 5)
        stream.write(b"\x01")
    with pytest.raises(StaleIndexError, match=r"rows 8192 to 8999 were altered.*segue rebuild"):
        build_index(tmp_path, Plan("ivf", "", 1.0, "float32", BLOCK))
    assert not shard_folder(tmp_path, 2).exists()
    VectorFile(tmp_path).verify(0, 8192)  # the others are whole


def test_kinds_are_listed_once() -> None:
    assert set(FAISS_KINDS) <= set(KINDS)
