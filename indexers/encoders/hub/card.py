"""What the model card of a checkpoint says: licence, languages, and the prompts its queries are put into."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexers.errors import ModelError

FRONT = re.compile(r"\A---\s*\n(.*?)\n---\s*(\n|\Z)", re.DOTALL)
TEXT_ALONE = ("{}",)  # the prompts of a checkpoint that names none: a query is encoded as it was written
ENGLISH = ("en",)  # what a tower is taken to read that does not say
UNKNOWN = "not stated; read the checkpoint's own page"


@dataclass(frozen=True, slots=True)
class Card:
    """`prompts` are templates with one {} each; a text's vector is the mean over them."""

    licence: str = UNKNOWN
    languages: tuple[str, ...] = ENGLISH
    prompts: tuple[str, ...] = TEXT_ALONE


def read_card(folder: Path, config: Mapping[str, Any]) -> Card:
    """Read README.md's front matter (license, language, prompts); `prompts` in config.json come before those there.

    Raises:
        ModelError: prompts are no templates.
    """
    front = _front_matter(folder / "README.md")
    licence = front.get("license")
    told = config.get("prompts", front.get("prompts", TEXT_ALONE))
    return Card(
        licence=str(licence) if isinstance(licence, str) else UNKNOWN,
        languages=_listed(front.get("language")) or ENGLISH,
        prompts=_templates(told, folder),
    )


def _front_matter(path: Path) -> Mapping[str, Any]:
    import yaml

    try:
        found = FRONT.match(path.read_text(encoding="utf-8"))
        said = yaml.safe_load(found[1]) if found else {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return {}  # a card is a courtesy: its defaults are stated
    return said if isinstance(said, Mapping) else {}


def _listed(said: object) -> tuple[str, ...]:
    many = said if isinstance(said, list) else [said]
    return tuple(each.lower() for each in many if isinstance(each, str))


def _templates(told: object, folder: Path) -> tuple[str, ...]:
    prompts = tuple(told) if isinstance(told, list | tuple) else (told,)
    if not prompts or not all(isinstance(prompt, str) and prompt.count("{}") == 1 for prompt in prompts):
        raise ModelError(f"{folder}: prompts {told!r} are no templates; write each with one {{}} for the text")
    return prompts
