"""AudioSet's ontology: what its sounds are like, in a sentence each."""

import json
from pathlib import Path

from indexers.errors import PairsError
from indexers.pairs.real.hearing.roles import plain

MOST_CHARS = 240  # of a description that is taken; longer ones are cut after a sentence


def read_ontology(path: Path) -> dict[str, str]:
    """Read descriptions from a file of AudioSet's ontology: JSON, a list of objects with `name` and `description`.

    Returns:
        Name, as captions say it, to the first sentence of its description; sounds without one are left out.

    Raises:
        PairsError: the file cannot be read or is something else.
    """
    try:
        rows = json.loads(path.expanduser().read_text(encoding="utf-8"))
        pairs = [(str(row["name"]), str(row["description"])) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PairsError(f"ontology {path} cannot be read ({error}): give AudioSet's ontology.json") from error
    found = ((plain(name), _first(text)) for name, text in pairs)
    return {name: text for name, text in found if text}


def _first(text: str) -> str:
    """The first sentence; empty where it is too long."""
    first = text.strip().partition(". ")[0].strip().rstrip(".")
    return f"{first}." if first and len(first) < MOST_CHARS else ""
