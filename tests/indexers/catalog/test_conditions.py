import numpy as np
import polars as pl
import pytest

from indexers.catalog.conditions import ChosenRows, Condition, Leaf, chosen_by, condition_of, parse_condition
from indexers.catalog.filters import matching_rows

TRACKS = pl.DataFrame(
    {
        "genre": ["rock", "jazz", None, "o'dd", ""] * 8,
        "year": [1950, None, 1980, 1999, 2020, 1985, None, 1960] * 5,
        "odd name": [1.5, None, -2.0, 3.25] * 10,
    }
)
ORDER = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}


def holds(condition: Condition, row: dict[str, object]) -> bool:
    """What an engine makes of the tree: a leaf over a missing value is false, negated or not."""
    if not isinstance(condition, Leaf):
        return {"and": all, "or": any}[condition.op](holds(part, row) for part in condition.parts)
    value = row[condition.column]
    if condition.op == "known":
        return (value is not None) != condition.negated
    if value is None:
        return False
    if condition.op == "in":
        return (value in condition.values) != condition.negated
    return bool(ORDER[condition.op](value, condition.values[0]))


@pytest.mark.parametrize(
    "where",
    [
        "genre = 'rock'",
        "genre != 'rock'",
        "'rock' = genre",
        "1980 < year",
        "1980 >= year",
        "genre = 'o''dd'",
        "genre = ''",
        "genre IN ('rock', 'jazz')",
        "genre NOT IN ('rock', 'jazz')",
        "year BETWEEN 1960 AND 1985",
        "year NOT BETWEEN 1960 AND 1985",
        "NOT year BETWEEN 1960 AND 1985 OR genre = 'rock'",
        "year IS NULL",
        "NOT (year IS NULL)",
        "NOT (year IS NOT NULL)",
        "NOT year < 1980",
        "NOT NOT year < 1980",
        "NOT (year < 1980 AND genre = 'rock')",
        "NOT (year < 1980 OR NOT genre = 'rock')",
        "genre = 'rock' OR genre = 'jazz' AND year > 1970",
        "(genre = 'rock' OR genre = 'jazz') AND year > 1970",
        'NOT "odd name" >= -2.0 or "odd name" = 1.5',
        "not genre is null and not year = 1980",
        "year IN (1950, 1999) AND NOT year IN (1999)",
    ],
)
def test_a_condition_holds_for_the_rows_that_sql_finds(where) -> None:
    condition = parse_condition(where)
    assert condition is not None
    found = [number for number, row in enumerate(TRACKS.iter_rows(named=True)) if holds(condition, row)]
    rows = matching_rows(TRACKS, where)
    assert found == rows.tolist()
    assert condition_of(rows) == condition


@pytest.mark.parametrize(
    "where",
    [
        "genre LIKE 'r%'",
        "year + 1 > 1980",
        "year > 1980 -1",
        "lower(genre) = 'rock'",
        "year = year",
        "genre",
        "genre = 'rock' AND",
        "genre IN ('rock', NULL)",
        "genre = NULL",
        "(year > 1980",
        "year > 1980)",
        "year IS 3",
        "",
        "year > 1 AND " * 80 + "year > 1",
    ],
)
def test_what_says_more_is_left_to_sql(where) -> None:
    assert parse_condition(where) is None


def test_what_is_made_of_chosen_rows_forgets() -> None:
    rows = chosen_by(parse_condition("year > 1980"), np.arange(10))
    assert isinstance(rows, ChosenRows)
    assert condition_of(rows) is not None
    for other in (rows[:5], rows[rows > 3], rows + 1, np.setdiff1d(rows, [3]), np.asarray(rows), rows.copy()):
        assert condition_of(other) is None
    assert condition_of(None) is None
