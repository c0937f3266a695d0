from pathlib import Path

import pytest

from indexers.base import Index
from indexers.schema import Vectors
from indexers.vectors import make_index
from indexers.vectors.faiss_kinds import hnsw, ivf
from indexers.vectors.testing import IndexContract


class TestFlatIndex(IndexContract):
    def build(self, vectors: Vectors, folder: Path) -> Index:
        return make_index(folder, vectors, "flat")


class TestFlatHalfIndex(IndexContract):
    min_recall = 0.98
    tolerance = 1e-3

    def build(self, vectors: Vectors, folder: Path) -> Index:
        return make_index(folder, vectors, "flat", storage="float16")


class TestHnswIndex(IndexContract):
    min_recall = 0.99

    @pytest.fixture(autouse=True)
    def _walk_the_graph(self, monkeypatch) -> None:
        monkeypatch.setattr(hnsw, "SCAN_SQUARE", 1)  # else 500 rows are searched exactly

    def build(self, vectors: Vectors, folder: Path) -> Index:
        return make_index(folder, vectors, "hnsw")


class TestHnswHalfIndex(TestHnswIndex):
    min_recall = 0.97
    tolerance = 1e-3

    def build(self, vectors: Vectors, folder: Path) -> Index:
        return make_index(folder, vectors, "hnsw", storage="float16")


class TestIvfIndex(IndexContract):
    min_recall = 0.99
    kind = "ivf"
    storage = "float32"

    @pytest.fixture(autouse=True)
    def _look_through_lists(self, monkeypatch) -> None:
        monkeypatch.setattr(ivf, "SCAN_ROWS", 0)  # else few allowed rows are searched exactly

    def build(self, vectors: Vectors, folder: Path) -> Index:
        return make_index(folder, vectors, self.kind, storage=self.storage)


class TestIvfSq8Index(TestIvfIndex):
    kind = "ivf-sq8"


class TestIvfSq8HalfIndex(TestIvfIndex):
    kind = "ivf-sq8"
    storage = "float16"
    min_recall = 0.98
    tolerance = 1e-3


class TestIvfPqIndex(TestIvfIndex):
    kind = "ivf-pq"
    min_recall = 0.95


class TestIvfPqHalfIndex(TestIvfPqIndex):
    storage = "float16"
    tolerance = 1e-3
