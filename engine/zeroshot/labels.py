"""The labels that a user gives: read, checked, and told what is odd about them."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from engine.language import foreign
from indexers.encoders.prompts import Prompts
from indexers.errors import QueryError

FEWEST = 2
SHOWN = 5  # labels named in one note


def read_labels(path: Path) -> tuple[str, ...]:
    """Read labels from a text file, one a line, or from a JSON list.

    Raises:
        QueryError: the file cannot be read, or is no list of texts.
    """
    try:
        text = path.read_text(encoding="utf-8")
        labels = json.loads(text) if path.suffix.lower() == ".json" else text.splitlines()
    except (OSError, ValueError) as error:
        raise QueryError(f"labels cannot be read from {path} ({error}): write one label a line") from error
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        raise QueryError(f"{path} is no list of labels: write one label a line, or a JSON list of texts")
    return tuple(labels)


def split_labels(text: str) -> tuple[str, ...]:
    """Labels out of one text that parts them by commas."""
    return tuple(text.split(","))


def check_labels(labels: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Tidy labels up: no spaces around them, none empty, each once whatever its capitals.

    Returns:
        The labels in their order, and a note where some came twice.

    Raises:
        QueryError: fewer than two are left.
    """
    said = [" ".join(label.split()) for label in labels]
    first: dict[str, str] = {}
    for label in filter(None, said):
        first.setdefault(label.casefold(), label)
    kept = tuple(first.values())
    if len(kept) < FEWEST:
        what = f"a single label, {kept[0]!r}" if kept else "no labels"
        raise QueryError(f"{what}: give at least {FEWEST} to choose between, such as --labels 'dog, rain, piano'")
    twice = sum(map(bool, said)) - len(kept)
    return kept, ((f"{twice} of the labels came before and count once.",) if twice else ())


def notes_on(prompts: Sequence[Prompts]) -> tuple[str, ...]:
    """Say which labels nobody described, and which are plainly not English."""
    notes = []
    if lacking := [one.label for one in prompts if not one.described]:
        notes.append(f"Nobody described {_named(lacking)}: its plain name is asked for in several templates.")
    told = {one.label: language for one in prompts if (language := foreign(one.label)) is not None}
    if told:
        notes.append(f"{_named(list(told))} looks like {next(iter(told.values()))}: labels are read in English alone.")
    return tuple(notes)


def _named(labels: Sequence[str]) -> str:
    shown = ", ".join(map(repr, labels[:SHOWN]))
    return shown if len(labels) <= SHOWN else f"{shown} and {len(labels) - SHOWN} more"
