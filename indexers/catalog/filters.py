"""Conditions over the catalogue, written in SQL and decided before a search."""

import re

import numpy as np
import polars as pl

from indexers.catalog.conditions import chosen_by, parse_condition
from indexers.errors import QueryError
from indexers.schema import Rows

QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")
STATEMENT = re.compile(r";|--|/\*|\b(?:select|from|over|union)\b", re.IGNORECASE)
ROW = "_row"


def matching_rows(tracks: pl.DataFrame, where: str) -> Rows:
    """Find the rows of a table for which a condition is true.

    Args:
        tracks: One row per track, any columns.
        where: One SQL condition over its columns, such as "genre = 'rock' AND year < 1980".

    Returns:
        Sorted row numbers; rows for which the condition is unknown (a missing value) are left out. They remember a
        condition that is plain enough, see `condition_of`.

    Raises:
        QueryError: the condition is empty, is no condition, or names a column that is not there.
    """
    _check(where, tracks)
    frame = tracks.with_row_index(ROW)
    try:
        query = f"SELECT {ROW} FROM tracks WHERE (\n{where}\n)"  # noqa: S608 - one condition, checked above
        rows = pl.SQLContext(tracks=frame).execute(query, eager=True)
    except pl.exceptions.PolarsError as error:
        raise _refused(where, str(error), tracks) from error
    return chosen_by(parse_condition(where), np.sort(rows[ROW].to_numpy()).astype(np.int64))


def _check(where: str, tracks: pl.DataFrame) -> None:
    bare = QUOTED.sub("", where)
    if not where.strip():
        raise _refused(where, "it is empty", tracks)
    if found := STATEMENT.search(bare):
        raise _refused(where, f"{found.group()!r} is not allowed in one plain condition", tracks)
    depth = 0
    for mark in re.findall(r"[()]", bare):
        depth += 1 if mark == "(" else -1
        if depth < 0:
            break
    if depth:
        raise _refused(where, "its brackets do not pair up", tracks)


def _refused(where: str, why: str, tracks: pl.DataFrame) -> QueryError:
    reason = why.splitlines()[0][:160] if why else "unknown error"
    known = ", ".join(name for name in tracks.columns)
    return QueryError(f"cannot filter by {where!r}: {reason}; write a condition over {known}")
