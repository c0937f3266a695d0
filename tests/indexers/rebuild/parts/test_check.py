import numpy as np
import pytest

from indexers.errors import CheckError
from indexers.rebuild.parts.check import check_counts, check_recall, examine, refuse_failed
from indexers.testing import FakeTextEncoder, unit_rows


@pytest.fixture
def vectors() -> np.ndarray:
    return unit_rows(np.random.default_rng(0).normal(size=(200, 16)).astype(np.float32))


def test_an_index_that_forgets_is_refused() -> None:
    assert check_recall("music", 0.951, 0.95).ok
    bad = check_recall("music", 0.5, 0.95)
    assert not bad.ok
    with pytest.raises(CheckError, match=r"music index: recall@10 against exact is 0\.5, limit 0\.95"):
        refuse_failed([bad])


def test_a_missing_track_is_refused() -> None:
    assert check_counts(5, 5).ok
    with pytest.raises(CheckError, match="tracks unaccounted for is 1"):
        refuse_failed([check_counts(5, 4)])


def test_vectors_that_are_broken_or_all_alike_are_refused(vectors) -> None:
    def failed(encoders, taggram, music) -> set[tuple[str, str]]:
        found = examine(encoders, FakeTextEncoder(), {"taggram": taggram, "music": music})
        return {(each.subject, each.check) for each in found if not each.ok and each.subject in ("taggram", "music")}

    real, alike, broken, silent = ("musicnn_msd",), vectors * 0.01 + 1, vectors.copy(), vectors.copy()
    broken[3, 2], silent[5] = np.nan, 0
    assert failed(real, vectors, vectors) == set()
    assert failed(real, vectors, alike) == {("music", "mean cosine between rows")}
    assert failed(("fake",), vectors, alike) == set()
    assert failed(("fake",), broken, silent) == {
        ("taggram", "rows that are not finite"),
        ("music", "rows of zeros"),
    }
    assert failed(real, silent, vectors) == set()  # usual in every class
