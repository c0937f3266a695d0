import faiss
import numpy as np
import pytest

from indexers.errors import ConfigError
from indexers.testing import unit_rows
from indexers.vectors import cuda, load_index, make_index
from indexers.vectors.faiss_kinds import gpu
from indexers.vectors.faiss_kinds.gpu import GpuIndex, gpu_resources
from indexers.vectors.storage import read_manifest, write_manifest


@pytest.fixture
def ivf(tmp_path):
    rows = unit_rows(np.random.default_rng(2).normal(size=(3000, 16)).astype(np.float32))
    return make_index(tmp_path, rows, "ivf-sq8"), rows


@pytest.mark.skipif(hasattr(faiss, "StandardGpuResources"), reason="this FAISS has GPU support")
def test_a_faiss_without_gpu_support_is_refused_with_the_remedy(ivf) -> None:
    with pytest.raises(ConfigError, match=r"CPU alone.*segue\[gpu\]"):
        GpuIndex(ivf[0])


def test_a_faiss_that_sees_no_gpu_is_refused(monkeypatch) -> None:
    monkeypatch.setattr(faiss, "StandardGpuResources", object, raising=False)
    monkeypatch.setattr(faiss, "get_num_gpus", lambda: 0)
    with pytest.raises(ConfigError, match="FAISS sees no GPU"):
        gpu_resources()


def test_what_the_device_finds_is_scored_anew_on_the_host(ivf, monkeypatch) -> None:
    host, rows = ivf
    monkeypatch.setattr(gpu, "gpu_resources", lambda: None)
    monkeypatch.setattr(faiss, "index_cpu_to_gpu", lambda _resources, _number, index: index, raising=False)
    index = GpuIndex(host)
    index.effort = 4096
    queries = rows[:20]
    found, scores = index.search(queries, 5)
    np.testing.assert_allclose(scores, np.einsum("qd,qkd->qk", queries, rows[found]), atol=1e-6)
    exact = np.argsort(-(queries @ rows.T), axis=1)[:, :5]
    assert np.mean(found == exact) > 0.98
    assert index.search(queries, 5, allowed=np.arange(3, dtype=np.int64))[0].shape == (20, 3)


def test_too_few_rows_for_lists_are_scanned_on_the_host(tmp_path, monkeypatch) -> None:
    make_index(tmp_path, np.eye(5, dtype=np.float32), "ivf-pq")
    said = read_manifest(tmp_path)
    write_manifest(tmp_path, "ivf-pq", (5, 5), {**said, "device": "cuda"})
    monkeypatch.setattr(cuda, "cuda_bytes", lambda _wanted: 1)
    assert load_index(tmp_path).search(np.eye(5, dtype=np.float32), 1)[0].tolist() == [[0], [1], [2], [3], [4]]
