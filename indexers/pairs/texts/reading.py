"""Reading files of captions into groups of texts that say the same."""

import ast
import csv
import gzip
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from indexers.errors import PairsError
from indexers.pairs.texts.sources import TextSource

GROUPS = ("group", "file_name", "youtube_id", "ytid", "id")  # columns that say which texts belong together
TEXT = re.compile(r"^(?:text|caption|ground_truth|rewrite|prediction)(?:_?\d+)?$")
LISTS = ("rewrites", "aspect_list")  # of wordings; and of single aspects, which are told in a row
MANGLED = "\ufffd"  # stands for what is not UTF-8
SHOWN = 3

Group = tuple[str, tuple[str, ...]]  # its name, empty where it has none, and its texts


def read_groups(source: TextSource) -> list[Group]:
    """Read a file of CSV, of JSON lines, or of one JSON list, which may be packed with gzip.

    Texts are in the columns (or under the keys) text, caption, ground_truth, rewrite and prediction, with or without a
    number, and in the lists rewrites and aspect_list. Rows with one value in the group's column are one group; a row
    without such a column is one by itself.

    Returns:
        Groups in order, each text once, those of one text too; texts with letters that are mangled are left out.

    Raises:
        PairsError: the file cannot be read, or holds no texts.
    """
    groups: dict[str, list[str]] = {}
    for number, row in enumerate(_rows(source.path)):
        name = _name(row, source)
        groups.setdefault(name or f"\0{number}", []).extend(_texts(row))
    found = [("" if name.startswith("\0") else name, tuple(dict.fromkeys(texts))) for name, texts in groups.items()]
    kept = [(name, texts) for name, texts in found if texts]
    if not kept:
        raise PairsError(
            f"{source.path} holds no texts: name a column text, caption or caption_1, or write JSON lines of text and "
            "rewrites"
        )
    return kept


def _rows(path: Path) -> Iterator[Mapping[str, Any]]:
    text = _read(path)
    names = path.name.removesuffix(".gz")
    try:
        yield from csv.DictReader(io.StringIO(text)) if names.endswith((".csv", ".tsv")) else _json(text)
    except (ValueError, csv.Error, RecursionError) as error:
        raise PairsError(f"{path} is no CSV, no JSON lines and no list in JSON ({error}): mend it") from error


def _read(path: Path) -> str:
    try:
        raw = path.expanduser().read_bytes()
        unpacked = gzip.decompress(raw) if path.name.endswith(".gz") else raw
    except (OSError, EOFError) as error:
        raise PairsError(f"texts {path} cannot be read ({error}): give a file of CSV or JSON lines") from error
    return unpacked.decode("utf-8-sig", errors="replace")  # other columns may be in other encodings


def _json(text: str) -> Iterable[Mapping[str, Any]]:
    whole = text.lstrip().startswith("[")
    rows = json.loads(text) if whole else [json.loads(line) for line in text.split("\n") if line.strip()]
    if not all(isinstance(row, dict) for row in rows):
        raise ValueError("a row is no object")
    return rows


def _name(row: Mapping[str, Any], source: TextSource) -> str:
    if source.group and source.group not in row:
        raise PairsError(f"{source.path} has no column {source.group!r}; there are {', '.join(map(str, row))}")
    columns = (source.group,) if source.group else GROUPS
    return next((str(row[column]).strip() for column in columns if row.get(column)), "")


def _texts(row: Mapping[str, Any]) -> list[str]:
    named = sorted((str(column) for column in row if TEXT.match(str(column))), key=_first)
    found = [row[column] for column in named] + [text for column in LISTS for text in _listed(row.get(column), column)]
    plain = (" ".join(text.split()) for text in found if isinstance(text, str))
    return [text for text in plain if text and MANGLED not in text]


def _first(column: str) -> tuple[bool, str]:
    """What people wrote comes before what was made of it."""
    return column.startswith(("rewrite", "prediction")), column


def _listed(value: Any, column: str) -> list[str]:
    """The texts of a list, which a CSV file holds as it is written in Python or JSON; aspects become one text."""
    if isinstance(value, str):
        try:
            value = ast.literal_eval(value)
        except (ValueError, SyntaxError):
            return []
    if not isinstance(value, list):
        return []
    texts = [text for text in value if isinstance(text, str)]
    return texts if column == LISTS[0] else [", ".join(texts)] if len(texts) > 1 else []
