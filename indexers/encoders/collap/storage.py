"""What was learnt on disk: weights in half precision and a card, in one folder."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexers.encoders.clap import CLAP
from indexers.encoders.collap import COLLAP
from indexers.encoders.collap.settings import CollapSettings
from indexers.encoders.learning.cards import (
    CARD,
    WEIGHTS,
    Tensors,
    digest_of,
    halved,
    read_card,
    read_tensors,
    write_learnt,
)
from indexers.errors import ConfigError, ModelError
from indexers.settings import parse

if TYPE_CHECKING:
    from indexers.encoders.collap.network import Collap

FORMAT = 1
REMEDY = "train it again with `segue train collap --fresh`"
KNOWN = ("format", "kind", "fingerprint", "settings", "base")


@dataclass(frozen=True, slots=True)
class Base:
    """The towers below: their name, a path in it relative to the folder of the card, and their fingerprint."""

    name: str
    fingerprint: str

    def named_from(self, folder: Path) -> str:
        """Their name with an absolute path."""
        if not self.name.startswith(CLAP):
            return self.name
        return CLAP + os.path.normpath(folder.absolute() / self.name.removeprefix(CLAP))


def base_of(name: str, fingerprint: str, folder: Path) -> Base:
    """Remember towers for a card in a folder: the two folders can be moved together."""
    if not name.startswith(CLAP):
        return Base(name, fingerprint)
    path = os.path.relpath(Path(name.removeprefix(CLAP)).expanduser().absolute(), folder.absolute())
    return Base(CLAP + Path(path).as_posix(), fingerprint)


@dataclass(frozen=True, slots=True)
class Stored:
    """Everything that the encoder is made from again; `about` is the rest of the card."""

    settings: CollapSettings
    base: Base
    tensors: Tensors
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of settings, weights and the fingerprint of the towers below."""
        return digest_of(f"{FORMAT} {self.settings.model_dump_json()} {self.base.fingerprint}", self.tensors)


def stored_of(network: "Collap", settings: CollapSettings, base: Base, about: Mapping[str, Any]) -> Stored:
    """Take the network's weights, in half precision where a number's last digits do not matter."""
    return Stored(settings, base, halved(network.state_dict()), about)


def write_stored(folder: Path, stored: Stored) -> None:
    """Write what was learnt; see `write_learnt`.

    Raises:
        StorageError: the disk refused.
    """
    write_learnt(folder, stored.tensors, card_of(stored))


def card_of(stored: Stored) -> dict[str, Any]:
    """The card as JSON types."""
    return {
        "format": FORMAT,
        "kind": "collap",
        "fingerprint": stored.fingerprint,
        "settings": stored.settings.model_dump(mode="json"),
        "base": {"name": stored.base.name, "fingerprint": stored.base.fingerprint},
        **stored.about,
    }


def folder_of(name: str) -> Path:
    """The folder that a name such as "collap:/the/folder" is about.

    Raises:
        ConfigError: it is no absolute path.
    """
    folder = Path(name.removeprefix(COLLAP)).expanduser()
    if not name.startswith(COLLAP) or not folder.is_absolute():
        raise ConfigError(
            f"encoder {name!r} is not {COLLAP} and an absolute path: name the folder that `segue train collap` made"
        )
    return folder


def read_base(folder: Path) -> tuple[str, Base]:
    """The fingerprint on the card and the towers below, without reading the weights.

    Raises:
        ModelError: there is no card, or it is damaged.
    """
    card = _card(folder)
    return str(card["fingerprint"]), Base(**card["base"])


def read_stored(folder: Path) -> Stored:
    """Read what was learnt.

    Raises:
        ModelError: there is nothing, it is of a newer format, or a file is damaged or not the one the card tells of.
    """
    card = _card(folder)
    about = {name: value for name, value in card.items() if name not in KNOWN}
    settings = parse(CollapSettings, "settings", card["settings"])
    stored = Stored(settings, Base(**card["base"]), read_tensors(folder / WEIGHTS, REMEDY), about)
    if stored.fingerprint != card["fingerprint"]:
        raise ModelError(f"{folder} is not what its card tells of: {REMEDY}")
    return stored


def _card(folder: Path) -> dict[str, Any]:
    if not (folder / CARD).exists():
        raise ModelError(f"no collap at {folder}: make it with `segue train collap`")
    card = read_card(folder / CARD, FORMAT, REMEDY)
    whole = card.get("kind") == "collap" and {"fingerprint", "settings", "base"} <= set(card)
    if not whole or set(card["base"]) != {"name", "fingerprint"}:
        raise ModelError(f"{folder / CARD} is no card of collap: {REMEDY}")
    return card
