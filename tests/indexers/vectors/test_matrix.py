import numpy as np
import pytest

from indexers.errors import ShapeError, StaleIndexError
from indexers.vectors.matrix import BLOCK, RowRange, VectorFile, VectorWriter, write_vectors


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    return np.random.default_rng(1).normal(size=(2 * BLOCK + 100, 3)).astype(np.float32)


@pytest.mark.parametrize("storage", ["float32", "float16"])
def test_pieces_of_any_size_give_the_same_bytes(rows, storage, tmp_path) -> None:
    write_vectors(tmp_path / "a", rows, storage)
    with VectorWriter(tmp_path / "b", rows.shape, storage) as writer:
        for start in range(0, len(rows), 777):
            writer.append(rows[start : start + 777])
        writer.finish()
    for name in ("vectors.npy", "vectors.sums.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    np.testing.assert_array_equal(np.load(tmp_path / "b" / "vectors.npy"), rows.astype(storage))


def test_what_is_mapped_read_taken_and_sampled_is_what_was_written(rows, tmp_path) -> None:
    file = write_vectors(tmp_path, rows)
    part = RowRange(file, BLOCK, len(rows))
    np.testing.assert_array_equal(file.mapped, rows)
    np.testing.assert_array_equal(np.concatenate([block for _, block in part.blocks(1000)]), rows[BLOCK:])
    assert [start for start, _ in part.blocks(1000)] == [0, 1000, 2000, 3000, 4000]
    np.testing.assert_array_equal(part.take(np.array([5, 2])), rows[BLOCK + np.array([5, 2])])
    chosen = part.sample(50, np.random.default_rng(3))
    places = [np.flatnonzero((rows == row).all(axis=1))[0] for row in chosen]
    assert len(set(places)) == 50
    assert places == sorted(places)
    assert min(places) >= BLOCK
    np.testing.assert_array_equal(part.sample(10**6, np.random.default_rng(3)), rows[BLOCK:])


def test_a_flipped_byte_is_found_and_its_rows_are_named(rows, tmp_path) -> None:
    file = write_vectors(tmp_path, rows)
    file.verify()
    with file.path.open("r+b") as stream:
        stream.seek(128 + BLOCK * 12 + 7)
        byte = stream.read(1)[0]
        stream.seek(-1, 1)
        stream.write(bytes([byte ^ 4]))
    VectorFile(tmp_path).verify(0, BLOCK)
    with pytest.raises(StaleIndexError, match=rf"rows {BLOCK} to {2 * BLOCK - 1} were altered.*segue rebuild"):
        VectorFile(tmp_path).verify()


def test_missing_cut_and_foreign_files_are_refused(rows, tmp_path) -> None:
    with pytest.raises(StaleIndexError, match="cannot be read"):
        VectorFile(tmp_path)
    file = write_vectors(tmp_path, rows)
    whole = file.path.read_bytes()
    file.path.write_bytes(whole[:-1])
    with pytest.raises(StaleIndexError, match="bytes, not the"):
        VectorFile(tmp_path)
    file.path.write_bytes(b"not an array")
    with pytest.raises(StaleIndexError, match="cannot be read"):
        VectorFile(tmp_path)
    file.path.write_bytes(whole)
    (tmp_path / "vectors.sums.json").write_text("{}")
    with pytest.raises(StaleIndexError, match="sums"):
        VectorFile(tmp_path).verify()


def test_too_many_too_few_and_other_rows_are_refused(rows, tmp_path) -> None:
    with pytest.raises(ShapeError, match="dim of at least 1"):
        VectorWriter(tmp_path, (3, 0))
    with VectorWriter(tmp_path, (3, 3)) as writer:
        with pytest.raises(ShapeError, match="to come"):
            writer.append(rows[:4])
        with pytest.raises(ShapeError, match="to come"):
            writer.append(rows[:2, :2])
        with pytest.raises(ShapeError, match="0 rows were written"):
            writer.finish()
