"""Listens: who played what how often, read from a table in a text file."""

import csv
import gzip
import re
import zlib
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from math import isfinite
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

import numpy as np

from indexers.errors import InputError

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

ENDINGS = (".csv", ".tsv", ".txt", ".dat")  # each also with .gz after it
SEPARATORS = ("\t", "::", ";", ",")  # the first that the first line holds parts the columns
USER_COLUMNS = ("user", "userid", "username", "listener")
ITEM_COLUMNS = ("artistid", "trackid", "itemid", "songid", "artist", "track", "item", "song")
COUNT_COLUMNS = ("weight", "count", "plays", "playcount", "listens")
NAME_COLUMNS = ("name", "artistname", "title")
ID_COLUMNS = ("id", *ITEM_COLUMNS)
ONE = "1"  # the count of a line in a table that has no column of counts


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns of a table to read, by their headings, or by their numbers from 1 where the table has none.

    An empty heading means the usual ones, whatever their case and however their words are joined: userID, artistID and
    weight, for example. A table without a column of counts has one listen a line.
    """

    user: str = ""
    item: str = ""
    count: str = ""


@dataclass(frozen=True, slots=True)
class Listens:
    """How often each user played each item.

    `counts` is [n_users, n_items] of float32, above 0 where it is stored; `users` and `items` are the ids of its rows
    and columns in order of first appearance; `names` are what the items are called, their ids where nothing says.
    """

    users: tuple[str, ...]
    items: tuple[str, ...]
    names: tuple[str, ...]
    counts: "csr_matrix"


def read_listens(path: Path, columns: Columns | None = None, names: Path | None = None) -> Listens:
    """Read a table of listens: .csv, .tsv, .txt or .dat in UTF-8, packed with gzip or not.

    Lines about the same user and item add up; a count of 0 is no listen.

    Args:
        path: The table.
        columns: Where its users, items and counts stand; the usual headings where None.
        names: A table of the items' ids and names, such as the artists.dat of the HetRec set.

    Raises:
        InputError: a file, column, line or count that makes no sense, or no listen at all.
    """
    rows: dict[str, int] = {}
    places: dict[str, int] = {}
    plays, of_row, of_place = array("d"), array("q"), array("q")
    for line, (user, item, count) in _triples(path, columns or Columns()):
        if (number := _count(path, line, count)) > 0:
            plays.append(number)
            of_row.append(rows.setdefault(user, len(rows)))
            of_place.append(places.setdefault(item, len(places)))
    if not plays:
        raise InputError(f"{path} holds no listen: give a table with lines of user, item and a count above 0")
    named = read_names(names) if names else {}
    return Listens(
        tuple(rows), tuple(places), tuple(named.get(item, item) for item in places), _matrix(plays, of_row, of_place)
    )


def read_names(path: Path) -> dict[str, str]:
    """Read a table of ids and names.

    Raises:
        InputError: the file cannot be read or has no such columns.
    """
    lines = _fields(path)
    heading = next(lines, (1, []))[1]
    ids, names = _usual(heading, ID_COLUMNS), _usual(heading, NAME_COLUMNS)
    if not ids or not names:
        raise InputError(
            f"{path} has no columns id and name, but {', '.join(heading)[:200] or 'none'}: rename its headings"
        )
    return {fields[ids[0]]: fields[names[0]] for _, fields in lines if len(fields) > max(ids[0], names[0])}


def _matrix(plays: "array[float]", of_row: "array[int]", of_place: "array[int]") -> "csr_matrix":
    """Add up what was said of each user and item, in float64, so that large counts stay exact."""
    from scipy.sparse import csr_matrix

    where = (np.frombuffer(of_row, dtype=np.int64), np.frombuffer(of_place, dtype=np.int64))
    return csr_matrix((np.frombuffer(plays), where)).astype(np.float32)


def _triples(path: Path, columns: Columns) -> Iterator[tuple[int, tuple[str, str, str]]]:
    """Each line's number and its user, item and count, as they are written."""
    lines = _fields(path)
    first = next(lines, (1, []))
    numbered = columns.user.isdigit() and columns.item.isdigit()
    user, item, count = _places(path, first[1], columns)
    for line, fields in chain([first] if numbered else [], lines):
        if len(fields) <= max(user, item, -1 if count is None else count):
            raise InputError(
                f"{path}, line {line}: {len(fields)} columns of the {len(first[1])}; mend or drop the line"
            )
        if not fields[user] or not fields[item]:
            raise InputError(f"{path}, line {line}: no user or no item; mend or drop the line")
        yield line, (fields[user], fields[item], ONE if count is None else fields[count])


def _places(path: Path, heading: Sequence[str], columns: Columns) -> tuple[int, int, int | None]:
    """Where user, item and count stand in a line, from 0."""
    user = _find(path, heading, columns.user, USER_COLUMNS, "user")
    item = _find(path, heading, columns.item, ITEM_COLUMNS, "item")
    if not columns.count and (columns.user.isdigit() or not _usual(heading, COUNT_COLUMNS)):
        return user, item, None
    return user, item, _find(path, heading, columns.count, COUNT_COLUMNS, "count")


def _find(path: Path, heading: Sequence[str], wanted: str, usual: Sequence[str], what: str) -> int:
    if wanted.isdigit() and 1 <= int(wanted) <= len(heading):
        return int(wanted) - 1
    if wanted and wanted in heading:
        return heading.index(wanted)
    if not wanted and (found := _usual(heading, usual)):
        return found[0]
    shown = ", ".join(heading)[:200] or "none"
    asked = repr(wanted) if wanted else f"for the {what}"
    raise InputError(f"{path} has no column {asked}; there are {shown}: name it with --{what}-column")


def _usual(heading: Sequence[str], usual: Sequence[str]) -> list[int]:
    """The columns with a usual heading, the most usual first."""
    folded = [re.sub(r"[\W_]", "", name).casefold() for name in heading]
    return [folded.index(name) for name in usual if name in folded]


def _count(path: Path, line: int, text: str) -> float:
    try:
        count = float(text)
    except ValueError:
        raise InputError(f"{path}, line {line}: a count of {text!r} is no number; mend or drop the line") from None
    if not isfinite(count) or count < 0:
        raise InputError(
            f"{path}, line {line}: a count of {text} is out of range, the least is 0; mend or drop the line"
        )
    return count


def _fields(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Each line that is not blank: its number, from 1, and its columns."""
    ending = "".join(path.suffixes[-2:] if path.suffix.lower() == ".gz" else path.suffixes[-1:]).lower()
    if ending.removesuffix(".gz") not in ENDINGS:
        raise InputError(f"{path} is not one of {', '.join(ENDINGS)} (.gz): export the listens as one of these")
    try:
        with _opened(path) as stream:
            yield from _split(stream)
    except (OSError, EOFError, csv.Error, zlib.error) as error:
        raise InputError(f"{path} cannot be read ({getattr(error, 'strerror', None) or error}): mend it") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 ({error.reason}): save it as UTF-8") from error


def _opened(path: Path) -> IO[str]:
    if path.suffix.lower() == ".gz":
        return cast("IO[str]", gzip.open(path, "rt", encoding="utf-8-sig", newline=None))
    return path.open(encoding="utf-8-sig")


def _split(stream: IO[str]) -> Iterator[tuple[int, list[str]]]:
    """Part lines at the separator that the first one holds; only where that is one letter may columns be quoted."""
    first = stream.readline()
    separator = next((mark for mark in SEPARATORS if mark in first), ",")
    stream.seek(0)
    if separator in {"\t", "::"}:
        parted: Iterator[list[str]] = (line.rstrip("\r\n").split(separator) for line in stream)
    else:
        parted = csv.reader(stream, delimiter=separator, skipinitialspace=True)
    for number, fields in enumerate(parted, start=1):
        if any(field.strip() for field in fields):
            yield number, [field.strip() for field in fields]
