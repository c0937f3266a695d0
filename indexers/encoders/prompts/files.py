"""Descriptions of a user's own, and those of AudioSet's ontology."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from indexers.errors import ConfigError

Texts = Mapping[str, tuple[str, ...]]
"""Label to descriptions."""

WANTED = '{"label": ["how it sounds", …]}'


def read_descriptions(path: Path) -> Texts:
    """Read a JSON object of labels, each with a list of descriptions.

    Raises:
        ConfigError: the file cannot be read, or holds something else.
    """
    loaded = _read(path, WANTED)
    if not isinstance(loaded, dict) or not loaded:
        raise ConfigError(f"{path} holds no descriptions: write {WANTED}")
    for label, texts in loaded.items():
        if not (label.strip() and isinstance(texts, list) and texts and all(map(_said, texts))):
            raise ConfigError(f"{path}: {label!r} needs a list of texts, none of them empty: write {WANTED}")
    return {label: tuple(text.strip() for text in texts) for label, texts in loaded.items()}


def read_ontology(path: Path) -> Texts:
    """Read the descriptions of AudioSet's ontology.json by name; each part of a name such as "Waves, surf" is one.

    Raises:
        ConfigError: the file cannot be read, or holds something else.
    """
    wanted = "give AudioSet's ontology.json"
    loaded = _read(path, wanted)
    if not isinstance(loaded, list) or not all(isinstance(one, dict) and _said(one.get("name")) for one in loaded):
        raise ConfigError(f"{path} is no ontology, a list of classes with name and description: {wanted}")
    told = [one for one in loaded if _said(one.get("description"))]
    return {part.strip(): (one["description"].strip(),) for one in told for part in one["name"].split(",")}


def _read(path: Path, remedy: str) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}): {remedy}") from error
    except ValueError as error:
        raise ConfigError(f"{path} is not JSON ({error}): {remedy}") from error


def _said(text: object) -> bool:
    return isinstance(text, str) and bool(text.strip())
