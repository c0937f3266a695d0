import polars as pl
import pytest

from indexers.catalog.filters import matching_rows
from indexers.errors import QueryError

TRACKS = pl.DataFrame(
    {
        "title": ["One", "It's two", "Three", "Four"],
        "genre": ["rock", "pop", None, "rock; live"],
        "year": [1979, 1984, 2001, None],
        "top_tags": [["guitar"], ["piano", "voice"], [], ["guitar"]],
    }
)


@pytest.mark.parametrize(
    ("where", "rows"),
    [
        ("genre = 'rock'", [0]),
        ("year < 1990", [0, 1]),
        ("year >= 1980 AND genre IS NULL", [2]),
        ("NOT (year < 1990)", [2]),  # an unknown year is neither
        ("genre LIKE 'rock%' OR title = 'It''s two'", [0, 1, 3]),
        ("lower(title) = 'three'", [2]),
        ("array_contains(top_tags, 'guitar')", [0, 3]),
        ("title = 'a; select (from'", []),  # marks inside quotes are text
        ("year BETWEEN 1979 AND 1984", [0, 1]),
        ("true", [0, 1, 2, 3]),
    ],
)
def test_finds_the_rows_for_which_the_condition_is_true(where: str, rows: list[int]) -> None:
    found = matching_rows(TRACKS, where)
    assert found.tolist() == rows
    assert found.dtype == "int64"


@pytest.mark.parametrize(
    ("where", "why"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("gener = 'rock'", "gener"),
        ("genre", "Boolean"),
        ("year = ", "expression"),
        ("year = 'old'", "compare"),
        ("year = 1; SELECT 2", "';'"),
        ("year IN (SELECT 1)", "'SELECT'"),
        ("year = 1) OR (true", "brackets"),
        ("year = 1) ORDER BY (year", "brackets"),
        ("(year = 1", "brackets"),
        ("year = 1 -- ", "'--'"),
        ("row_number() OVER () = 1", "'OVER'"),
        ("nosuch(year) = 1", "nosuch"),
        ("title ~ '('", "regex"),
    ],
)
def test_refuses_what_is_no_plain_condition_and_names_the_columns(where: str, why: str) -> None:
    with pytest.raises(QueryError, match="over title, genre, year, top_tags") as caught:
        matching_rows(TRACKS, where)
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_empty_table_has_no_matching_rows() -> None:
    assert matching_rows(TRACKS.clear(), "year > 0").tolist() == []


def test_a_condition_over_several_lines_is_one_condition() -> None:
    assert matching_rows(TRACKS, "year < 1980\nOR genre = 'pop'").tolist() == [0, 1]
