from pathlib import Path

import numpy as np
import pytest
import torch

from indexers.base import Index
from indexers.errors import ConfigError
from indexers.schema import Vectors
from indexers.testing import unit_rows
from indexers.vectors import cuda, load_index, make_index, storage
from indexers.vectors.cuda import CudaIndex, cuda_bytes
from indexers.vectors.exact import nearest
from indexers.vectors.testing import IndexContract

HERE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class TestCudaIndex(IndexContract):
    """On the device there is: the code is the same on all."""

    def build(self, vectors: Vectors, folder: Path) -> Index:
        made = make_index(folder, vectors, "exact")
        assert made.kind == "exact"
        return self.reopen(folder)

    def reopen(self, folder: Path) -> Index:
        return CudaIndex(np.load(folder / "vectors.npy", mmap_mode="r"), HERE)


def test_blocks_give_the_same_neighbours_as_brute_force_does(monkeypatch) -> None:
    monkeypatch.setattr(cuda, "BLOCK", 100)
    monkeypatch.setattr(cuda, "UPLOAD", 64)
    monkeypatch.setattr(cuda, "SCORE_BYTES", 2 * 100 * 7)  # seven queries at a time
    rng = np.random.default_rng(3)
    vectors = unit_rows(rng.normal(size=(950, 32)).astype(np.float32))
    queries = unit_rows(rng.normal(size=(30, 32)).astype(np.float32))
    allowed = np.sort(rng.choice(950, 400, replace=False)).astype(np.int64)
    index = CudaIndex(vectors, HERE)
    rows, scores = index.search(queries, 10)
    exact, products = nearest(queries, vectors, 10)
    np.testing.assert_array_equal(rows, exact)
    np.testing.assert_allclose(scores, products, atol=1e-6)
    np.testing.assert_array_equal(
        index.search(queries, 10, allowed=allowed)[0], allowed[nearest(queries, vectors[allowed], 10)[0]]
    )


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_cuda_that_is_asked_for_and_not_there_is_refused(tmp_path) -> None:
    assert cuda_bytes("auto") == cuda_bytes("cpu") == 0
    with pytest.raises(ConfigError, match="torch sees no CUDA device"):
        cuda_bytes("cuda")
    make_index(tmp_path, np.eye(3, dtype=np.float32), "exact")
    said = storage.read_manifest(tmp_path)
    storage.write_manifest(tmp_path, "exact", (3, 3), {**said, "device": "cuda"})
    with pytest.raises(ConfigError, match="torch sees no CUDA device"):
        load_index(tmp_path)
    storage.write_manifest(tmp_path, "exact", (3, 3), {**said, "device": "auto"})
    assert type(load_index(tmp_path)).__name__ == "ExactIndex"


def test_unknown_devices_are_refused() -> None:
    with pytest.raises(ConfigError, match="tpu"):
        cuda_bytes("tpu")
