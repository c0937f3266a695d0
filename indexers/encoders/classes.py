"""The classes that the tagging encoders know: their names, and the texts that say how they sound."""

import json
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files

from indexers.errors import ConfigError
from indexers.models.cards import tag_names

TAG_ENCODERS = ("musicnn_msd", "musicnn_mtt", "yamnet")


def _fake_names() -> tuple[str, ...]:
    return ("bass", "drum", "voice", "flute", "bell")  # of the five bands that the fake encoder calls tags


_NAMES: dict[str, Callable[[], tuple[str, ...]]] = {
    **{name: lambda name=name: tag_names(name) for name in TAG_ENCODERS},  # type: ignore[misc]
    "fake": _fake_names,
}


def tagging(encoders: Sequence[str]) -> tuple[str, ...]:
    """Those of some encoders that give tags, in the order in which their tags are put side by side.

    Raises:
        ConfigError: none of them does.
    """
    found = tuple(name for name in _NAMES if name in encoders)
    if not found:
        raise ConfigError(f"none of the encoders {', '.join(encoders)} gives tags; add one of {', '.join(_NAMES)}")
    return found


def class_names(encoders: Sequence[str]) -> tuple[str, ...]:
    """Name the classes of encoders, in the order of their concatenated tags: 50 + 50 + 521 for `TAG_ENCODERS`.

    Raises:
        ConfigError: no encoder gives tags.
    """
    return tuple(name for encoder in tagging(encoders) for name in _NAMES[encoder]())


def class_texts(encoders: Sequence[str]) -> tuple[str, ...]:
    """The text that stands for each class when it is compared with a query, in the order of `class_names`.

    Most are the class's own name; a name that is no word for a sound has a better one in class_texts.json.

    Raises:
        ConfigError: no encoder gives tags.
    """
    return tuple(
        _better().get(encoder, {}).get(name, name).lower()
        for encoder in tagging(encoders)
        for name in _NAMES[encoder]()
    )


@cache
def _better() -> dict[str, dict[str, str]]:
    loaded: dict[str, dict[str, str]] = json.loads(
        (files(__package__) / "class_texts.json").read_text(encoding="utf-8")
    )
    return loaded
