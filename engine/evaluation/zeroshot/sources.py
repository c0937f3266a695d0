"""Sounds with their labels: a folder of folders, or a manifest."""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from indexers.catalog.kinds import AUDIO
from indexers.errors import InputError

FEWEST = 2  # labels
WANTED = 'give a folder with one folder per label, or JSON lines or CSV with "file" and "label"'
_NUMBER = re.compile(r"^\d+\s*[-_.]\s*")  # before a label in a folder's name: "001 - Dog bark"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A file and the label it goes by."""

    path: Path
    label: str


def read_labelled(path: Path) -> tuple[Labelled, ...]:
    """Read sounds with their labels, sorted by label and path, or in the order of the manifest.

    Args:
        path: A folder whose folders are named by labels; or a manifest, whose files lie relative to it.

    Raises:
        InputError: there is nothing, a row cannot be read, or all sounds have one label.
    """
    found = tuple(_of_folders(path) if path.is_dir() else _of_rows(path))
    labels = {one.label for one in found}
    if len(labels) < FEWEST:
        raise InputError(f"{path} has {len(found)} sounds of {len(labels)} labels, {FEWEST} are needed: {WANTED}")
    return found


def label_of(folder: str) -> str:
    """The label that a folder's name tells, without a number before it."""
    return _NUMBER.sub("", folder).replace("_", " ").strip()


def _of_folders(path: Path) -> Iterator[Labelled]:
    for folder in sorted(one for one in path.iterdir() if one.is_dir()):
        files = sorted(one for one in folder.rglob("*") if one.suffix.lower() in AUDIO and one.is_file())
        yield from (Labelled(one, label_of(folder.name)) for one in files)


def _of_rows(path: Path) -> Iterator[Labelled]:
    for number, row in enumerate(_rows(path), start=1):
        file, label = row.get("file"), row.get("label")
        if not (isinstance(file, str) and isinstance(label, str) and file.strip() and label.strip()):
            raise InputError(f"{path}, row {number} has no file or no label: {WANTED}")
        yield Labelled(path.parent / file, label.strip())


def _rows(path: Path) -> list[Mapping[str, object]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix.lower() == ".csv":
            return list(csv.DictReader(text.splitlines()))
        rows = [json.loads(line) for line in text.splitlines() if line.strip()]
    except (OSError, ValueError, csv.Error) as error:
        raise InputError(f"{path} cannot be read ({error}): {WANTED}") from error
    if not all(isinstance(row, dict) for row in rows):
        raise InputError(f"{path} holds lines that are no JSON objects: {WANTED}")
    return rows
