import json

import numpy as np
import pytest

from indexers.base import Index
from indexers.errors import ConfigError, ShapeError, StaleIndexError
from indexers.vectors import INDEXES, build_index, choose_kind, load_index, stored_vectors


@pytest.mark.parametrize("kind", INDEXES)
def test_every_kind_is_opened_by_what_its_folder_says(kind, tmp_path) -> None:
    vectors = np.eye(6, 4, dtype=np.float32)
    build_index(kind, vectors).save(tmp_path)
    index = load_index(tmp_path)
    assert isinstance(index, Index)
    assert index.kind == kind
    np.testing.assert_array_equal(stored_vectors(tmp_path), vectors)


def test_auto_goes_by_size_and_says_why() -> None:
    assert choose_kind("auto", 20_000) == ("exact", "auto: 20000 tracks, exact up to 20000")
    assert choose_kind("auto", 20_001)[0] == "hnsw"
    assert choose_kind("flat", 5) == ("flat", "set in segue.toml")


def test_unknown_kinds_and_shapes_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"annoy.*exact, columns"):
        choose_kind("annoy", 1)
    with pytest.raises(ConfigError, match="annoy"):
        build_index("annoy", np.ones((1, 1), dtype=np.float32))
    for kind in INDEXES:
        with pytest.raises(ShapeError, match="n_tracks, dim"):
            build_index(kind, np.ones((3, 0), dtype=np.float32))


@pytest.mark.parametrize(("key", "value"), [("format", 99), ("kind", "annoy")])
def test_another_format_or_kind_is_stale(key, value, tmp_path) -> None:
    build_index("exact", np.eye(3, dtype=np.float32)).save(tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(json.dumps({**manifest, key: value}))
    with pytest.raises(StaleIndexError, match=str(value)):
        load_index(tmp_path)


def test_a_missing_or_damaged_folder_is_stale(tmp_path) -> None:
    with pytest.raises(StaleIndexError, match="segue rebuild"):
        load_index(tmp_path)
    build_index("exact", np.eye(3, dtype=np.float32)).save(tmp_path)
    (tmp_path / "vectors.npy").write_bytes(b"")
    with pytest.raises(StaleIndexError, match=r"vectors\.npy"):
        load_index(tmp_path)
