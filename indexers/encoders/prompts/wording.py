"""From a label to the prompts that stand for it, and from prompts to one row of weights or one vector."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from indexers.encoders.music import unit
from indexers.encoders.prompts.scenes import SCENES, TEMPLATE, Kind
from indexers.encoders.prompts.table import Table
from indexers.errors import ConfigError
from indexers.schema import Vectors

PROMPTS = 50  # of one label at most
MUSICAL = (Kind.GENRE, Kind.MOOD)  # labels that stand before the word "music"


class Way(StrEnum):
    """How a label is put into words."""

    NAME = "name"
    TEMPLATE = "template"
    DESCRIBED = "described"


@dataclass(frozen=True, slots=True)
class Prompts:
    """What stands for one label.

    `texts` are what a joint space is asked by. `plain` are the same without scenes: an encoder that weighs the words
    of a text one by one would take a scene's for the label's. `described` is false where a description was asked for
    and nobody wrote one; the name in scenes stands for it then.
    """

    label: str
    texts: tuple[str, ...]
    plain: tuple[str, ...]
    described: bool = True


def way_called(name: str) -> Way:
    """A way by its name.

    Raises:
        ConfigError: there is no such way.
    """
    if name not in set(Way):
        raise ConfigError(f"no prompts {name!r}; there are {', '.join(Way)}")
    return Way(name)


def prompts_of(label: str, way: Way, table: Table) -> Prompts:
    """Put a label into words.

    A described label gives its name and each of its descriptions, in turn in each scene of its kind, up to `PROMPTS`.
    """
    if way is Way.NAME:
        return Prompts(label, (label,), (label,))
    if way is Way.TEMPLATE:
        text = TEMPLATE.format(label)
        return Prompts(label, (text,), (text,))
    known = table.find(label)
    kind, texts = (known.kind, known.texts) if known else (Kind.SOUND, ())
    named = f"{label} music" if kind in MUSICAL and "music" not in label.casefold() else label
    return Prompts(label, _staged((named, *texts), SCENES[kind]), (label, *texts), described=known is not None)


def _staged(texts: Sequence[str], scenes: Sequence[str]) -> tuple[str, ...]:
    """Each text in each scene, the first scene of all texts first, no more than `PROMPTS`."""
    staged = [scene.format(text) for scene in scenes for text in texts]
    return tuple(dict.fromkeys(staged))[:PROMPTS]


def mean_vectors(encode: Callable[[Sequence[str]], Vectors], lists: Sequence[Sequence[str]]) -> Vectors:
    """Average the vectors of each list of texts, [n_lists, dim], unit rows; a text in several is encoded once.

    Args:
        encode: Turns texts into unit vectors [n_texts, dim].
        lists: At least one list, with at least one text in each.
    """
    distinct = list(dict.fromkeys(text for texts in lists for text in texts))
    rows = dict(zip(distinct, encode(distinct), strict=True))
    return unit(np.stack([np.mean([rows[text] for text in texts], axis=0) for texts in lists]))
