import math

import polars as pl
import pytest

from indexers.errors import ShapeError
from indexers.vectors.matrix import RowRange, write_vectors
from indexers.vectors.qdrant.payload import PAYLOAD, Payload, fields_of, write_payload


@pytest.fixture
def rows(vectors, tmp_path) -> RowRange:
    """Six rows."""
    return write_vectors(tmp_path, vectors[:6]).all_rows()


TRACKS = pl.DataFrame(
    {
        "track_id": list("abcdef"),
        "genre": ["rock", None, "jazz", "", "rock", None],
        "year": [1980, None, 2001, 1999, None, 1970],
        "duration_s": [1.5, math.nan, None, 2.0, 3.0, 4.0],
    }
)


def test_fields_are_those_of_each_row_and_missing_ones_are_left_out(rows, tmp_path) -> None:
    write_payload(tmp_path, TRACKS)
    payload = Payload.of(rows)
    assert payload.sorts == {"genre": "keyword", "year": "integer", "duration_s": "float"}
    assert list(payload.read(0, 4)) == [
        {"genre": "rock", "year": 1980, "duration_s": 1.5},
        {},
        {"genre": "jazz", "year": 2001},
        {"genre": "", "year": 1999, "duration_s": 2.0},
    ]


def test_a_shard_reads_its_own(rows, tmp_path) -> None:
    write_payload(tmp_path, TRACKS)
    second = Payload.of(RowRange(rows.file, 4, 6))
    assert list(second.read(0, 2)) == [{"genre": "rock", "duration_s": 3.0}, {"year": 1970, "duration_s": 4.0}]


def test_without_fields_points_have_none(rows) -> None:
    payload = Payload.of(rows)
    assert payload.sorts == {}
    assert list(payload.read(2, 5)) == [{}, {}, {}]


def test_fields_of_other_vectors_are_refused(rows, tmp_path) -> None:
    write_payload(tmp_path, TRACKS.head(5))
    with pytest.raises(ShapeError, match=rf"{PAYLOAD} has 5 rows, the vectors beside it 6"):
        Payload.of(rows)


def test_only_what_people_filter_by_lies_there() -> None:
    assert fields_of(TRACKS).columns == ["genre", "year", "duration_s"]
