import hashlib
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

from indexers.base import Updatable
from indexers.catalog.filters import matching_rows
from indexers.errors import StaleIndexError
from indexers.schema import Vectors
from indexers.testing import unit_rows
from indexers.vectors import load_index, make_index
from indexers.vectors.qdrant import edge, points
from indexers.vectors.qdrant.edge import EdgeIndex
from indexers.vectors.qdrant.payload import write_payload
from indexers.vectors.qdrant.view import PREFIX
from indexers.vectors.testing import UpdatableContract, best_rows, share_found

SEARCH = """
import sys, numpy as np
from pathlib import Path
from indexers.vectors import load_index
index = load_index(Path(sys.argv[1]))
print(index.search(np.load(sys.argv[2]), 5)[0].tolist(), flush=True)
sys.stdin.readline()
"""


class TestEdgeIndex(UpdatableContract):
    def build(self, vectors: Vectors, folder: Path) -> Updatable:
        return make_index(folder, vectors, "edge")


class TestEdgeGraph(UpdatableContract):
    min_recall = 0.98

    @pytest.fixture(autouse=True)
    def _walk_the_graph(self, monkeypatch) -> None:
        monkeypatch.setattr(edge, "PLAIN_KB", 1)  # else 500 rows have no graph
        monkeypatch.setattr(points, "SCAN_ROWS", 0)
        monkeypatch.setattr(points, "LOOK_ROWS", 0)

    def build(self, vectors: Vectors, folder: Path) -> Updatable:
        return make_index(folder, vectors, "edge")


@pytest.fixture(scope="module")
def built(vectors, tracks, tmp_path_factory) -> Path:
    """The folder of an edge index with a graph and the fields of its tracks."""
    folder = tmp_path_factory.mktemp("edge") / "index"
    write_payload(folder, tracks)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(edge, "PLAIN_KB", 1)
        make_index(folder, vectors, "edge")
    return folder


@pytest.fixture
def folder(built, tmp_path) -> Path:
    """A copy of it for tests that harm it, or might."""
    shutil.copytree(built, tmp_path / "index")
    return tmp_path / "index"


def contents(folder: Path) -> dict[str, tuple[str, int]]:
    """The hash and the time of change of every file."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {
        path.relative_to(folder).as_posix(): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in files
    }


def test_a_published_folder_never_changes(folder, vectors) -> None:
    before = contents(folder)
    index = load_index(folder)
    index.search(vectors[:5], 10)
    index.search(vectors[:5], 10, allowed=np.arange(300))
    index.upsert(np.arange(590, 650), vectors[:60])
    index.delete(np.arange(100))
    index.search(vectors[:5], 10)
    index._shard.optimize()
    index._shard.flush()
    index.close()
    assert contents(folder) == before


def test_updates_are_of_one_process(built, vectors) -> None:
    index, other = load_index(built), load_index(built)
    index.delete(np.array([0]))
    assert index.search(vectors[:1], 1)[0].tolist() != [[0]]
    assert other.search(vectors[:1], 1)[0].tolist() == [[0]]


def start(folder: Path, queries: Path) -> subprocess.Popen[str]:
    """Search in another process, which then waits."""
    command = [sys.executable, "-c", SEARCH, str(folder), str(queries)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_processes_search_one_index_at_once_and_leave_nothing(built, vectors, tmp_path, monkeypatch) -> None:
    views = tmp_path / "views"
    views.mkdir()
    monkeypatch.setenv("TMPDIR", str(views))
    monkeypatch.setattr(tempfile, "tempdir", str(views))
    np.save(tmp_path / "queries.npy", vectors[:3])
    index = load_index(built)
    expected = str(index.search(vectors[:3], 5)[0].tolist())
    ends, dies = (start(built, tmp_path / "queries.npy") for _ in range(2))
    assert [each.stdout.readline().strip() for each in (ends, dies)] == [expected] * 2
    assert len(list(views.glob(f"{PREFIX}*"))) == 3
    dies.send_signal(signal.SIGKILL)
    ends.communicate("\n")
    dies.communicate()
    assert len(list(views.glob(f"{PREFIX}*"))) == 2  # its own, and that of the one that was killed
    again = load_index(built)
    assert {each.name for each in views.glob(f"{PREFIX}*")} == {one._view.folder.name for one in (index, again)}
    index.close()
    again.close()
    assert not list(views.iterdir())


CONDITIONS = [
    "genre = 'rock'",
    "genre <> 'rock'",
    "genre IN ('rock', 'drum''n''bass') AND year >= 1980",
    "NOT (genre = 'jazz' OR year BETWEEN 1960 AND 1990)",
    "year IS NULL OR duration_s > 120.5",
    "duration_s = 120.5 AND year > -1",
    "NOT artist = 'artist 3' AND genre IS NOT NULL",
    "genre = '' OR year IN (1975, 1976)",
    "1990 < year AND NOT (duration_s IS NULL)",
    "year NOT IN (1950, 1951) AND year NOT BETWEEN 1980 AND 2010",
]


@pytest.mark.parametrize("where", CONDITIONS)
def test_a_condition_is_told_to_edge(built, vectors, tracks, monkeypatch, where) -> None:
    monkeypatch.setattr(points, "SCAN_ROWS", 0)
    told = []
    near = EdgeIndex._near
    monkeypatch.setattr(EdgeIndex, "_near", lambda *given: told.append(given[3]) or near(*given))
    allowed = matching_rows(tracks, where)
    index = load_index(built)
    rows, _ = index.search(vectors[:40], 10, allowed=allowed)
    assert told
    assert told[0] is not None
    assert index._count(told[0]) == len(allowed)
    assert np.isin(rows, allowed).all()
    assert share_found(rows, allowed[best_rows(vectors[:40], vectors[allowed], 10)]) >= 0.99


@pytest.mark.parametrize(
    "where", ["genre LIKE 'r%'", "track_id < 't300'", "year + 1 > 1980", "genre > 'jazz'", "has_video = true"]
)
def test_what_cannot_be_told_is_decided_by_rows(built, vectors, tracks, monkeypatch, where) -> None:
    monkeypatch.setattr(points, "SCAN_ROWS", 0)
    monkeypatch.setattr(points, "LOOK_ROWS", 0)
    allowed = matching_rows(tracks, where)
    rows, _ = load_index(built).search(vectors[:40], 10, allowed=allowed)
    assert np.isin(rows, allowed).all()
    assert share_found(rows, allowed[best_rows(vectors[:40], vectors[allowed], 10)]) >= 0.98


def test_fields_that_changed_since_do_no_harm(built, vectors, tracks, monkeypatch) -> None:
    monkeypatch.setattr(points, "SCAN_ROWS", 0)
    monkeypatch.setattr(points, "LOOK_ROWS", 0)
    renamed = tracks.with_columns(genre=tracks["genre"].reverse())  # as many of each, other tracks
    allowed = matching_rows(renamed, "genre = 'rock'")
    rows, _ = load_index(built).search(vectors[:40], 10, allowed=allowed)
    assert np.isin(rows, allowed).all()
    assert rows.shape == (40, 10)
    assert share_found(rows, allowed[best_rows(vectors[:40], vectors[allowed], 10)]) >= 0.98


def test_shards_are_told_a_condition_too(tmp_path, monkeypatch) -> None:
    import polars as pl

    monkeypatch.setattr(points, "SCAN_ROWS", 0)
    tracks = pl.DataFrame({"genre": ["rock", "jazz", None] * 1700})
    vectors = unit_rows(np.random.default_rng(8).normal(size=(5100, 8)).astype(np.float32))
    write_payload(tmp_path, tracks)
    index = make_index(tmp_path, vectors, "edge", shard_rows=4096)
    told = []
    near = EdgeIndex._near
    monkeypatch.setattr(EdgeIndex, "_near", lambda *given: told.append(given[3]) or near(*given))
    allowed = matching_rows(tracks, "genre = 'jazz'")
    rows, _ = index.search(vectors[:20], 10, allowed=allowed)
    assert len(told) == 2
    assert None not in told
    assert share_found(rows, allowed[best_rows(vectors[:20], vectors[allowed], 10)]) >= 0.99


@pytest.mark.parametrize("harm", ["gone", "cut", "fewer"])
def test_a_damaged_shard_is_one_clear_line(folder, vectors, tmp_path, harm) -> None:
    shard = folder / "shards" / "0000" / "edge"
    if harm == "gone":
        shard.rename(tmp_path / "elsewhere")
    if harm == "cut":
        next(shard.rglob("segment.json")).write_text("{")
    if harm == "fewer":
        make_index(tmp_path / "other", vectors[:500], "edge")
        shard.rename(tmp_path / "elsewhere")
        (tmp_path / "other" / "shards" / "0000" / "edge").rename(shard)
    with pytest.raises(StaleIndexError, match="segue rebuild") as told:
        load_index(folder)
    assert "\n" not in str(told.value)
