import numpy as np
import pytest

from indexers.schema import Vectors
from indexers.testing import unit_rows
from indexers.vectors import load_index, make_index, shard_folder
from indexers.vectors.faiss_kinds import ivf as module
from indexers.vectors.faiss_kinds.learn import n_lists
from indexers.vectors.testing import best_rows, share_found

KINDS = ("ivf", "ivf-sq8", "ivf-pq")


@pytest.fixture(scope="module")
def clustered() -> Vectors:
    """20,000 rows of 32 dims around 200 centres."""
    rng = np.random.default_rng(5)
    centres = rng.normal(size=(200, 32))
    return unit_rows((centres[rng.integers(200, size=20_000)] + 0.6 * rng.normal(size=(20_000, 32))).astype(np.float32))


@pytest.fixture(scope="module")
def queries(clustered) -> Vectors:
    rng = np.random.default_rng(6)
    return unit_rows((clustered[::400] + 0.1 * rng.normal(size=(50, 32))).astype(np.float32))


@pytest.fixture(scope="module")
def folders(clustered, tmp_path_factory):
    made = {kind: tmp_path_factory.mktemp(kind) / "index" for kind in KINDS}
    for kind, folder in made.items():
        make_index(folder, clustered, kind, storage="float16")
    return made


@pytest.fixture(params=KINDS)
def index(request, folders, monkeypatch):
    monkeypatch.setattr(module, "SCAN_ROWS", 0)
    return load_index(folders[request.param])


@pytest.mark.parametrize("share", [1.0, 0.5, 0.1, 0.01, 0.002])
def test_recall_holds_at_every_selectivity(index, clustered, queries, share) -> None:
    chosen = np.random.default_rng(8).choice(20_000, int(20_000 * share), replace=False)
    allowed = np.sort(chosen).astype(np.int64)
    rows, _ = index.search(queries, 10, allowed=allowed)
    assert rows.shape == (50, 10)
    assert np.isin(rows, allowed).all()
    assert share_found(rows, allowed[best_rows(queries, clustered[allowed], 10)]) >= 0.97


@pytest.mark.parametrize("far", [True, False])
def test_a_filter_that_goes_with_the_sound_is_searched_as_well(index, clustered, queries, far) -> None:
    towards = clustered @ queries.mean(axis=0)
    allowed = np.sort(np.argsort(towards if far else -towards)[:1000]).astype(np.int64)
    rows, _ = index.search(queries, 10, allowed=allowed)
    assert rows.shape == (50, 10)
    assert share_found(rows, allowed[best_rows(queries, clustered[allowed], 10)]) >= 0.95


def test_more_effort_finds_more(index, clustered, queries) -> None:
    found = []
    for effort in (1, 512):
        index.effort = effort
        found.append(share_found(index.search(queries, 10)[0], best_rows(queries, clustered, 10)))
    assert found[0] < 0.95
    assert found[1] >= 0.98


def test_lists_too_short_for_k_are_finished_exactly(index, clustered, queries) -> None:
    index.effort = 1
    rows, _ = index.search(queries[:5], 3000)
    assert rows.shape == (5, 3000)
    assert share_found(rows, best_rows(queries[:5], clustered, 3000)) > 0.99


def test_codes_take_what_they_promise(folders) -> None:
    sizes = {kind: (shard_folder(folder, 0) / "lists.bin").stat().st_size for kind, folder in folders.items()}
    assert sizes == {"ivf": 20_000 * (4 * 32 + 8), "ivf-sq8": 20_000 * (32 + 8), "ivf-pq": 20_000 * (8 + 8)}


def test_lists_grow_with_the_root_of_the_rows() -> None:
    assert [n_lists(rows) for rows in (300, 10_000, 100_000, 1_000_000, 100_000_000)] == [4, 256, 512, 2048, 16_384]
