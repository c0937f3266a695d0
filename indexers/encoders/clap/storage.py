"""Trained towers on disk: weights in half precision and a card, in one folder."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexers.encoders.clap.settings import ClapSettings
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
from indexers.errors import ModelError
from indexers.settings import parse

if TYPE_CHECKING:
    from indexers.encoders.clap.network import Towers

FORMAT = 2
REMEDY = "train it again with `segue train clap --fresh`"


@dataclass(frozen=True, slots=True)
class Stored:
    """Everything that the towers are made from again; `about` is the rest of the card."""

    settings: ClapSettings
    tensors: Tensors
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of settings and weights."""
        return digest_of(f"{FORMAT} {self.settings.model_dump_json()}", self.tensors)


def stored_of(towers: "Towers", settings: ClapSettings, about: Mapping[str, Any]) -> Stored:
    """Take the towers' weights, in half precision where a number's last digits do not matter."""
    return Stored(settings, halved(towers.state_dict()), about)


def write_towers(folder: Path, stored: Stored) -> None:
    """Write trained towers; see `write_learnt`.

    Raises:
        StorageError: the disk refused.
    """
    write_learnt(folder, stored.tensors, card_of(stored))


def card_of(stored: Stored) -> dict[str, Any]:
    """The card of trained towers, as JSON types."""
    settings = stored.settings.model_dump(mode="json")
    return {"format": FORMAT, "kind": "clap", "fingerprint": stored.fingerprint, "settings": settings, **stored.about}


def read_fingerprint(folder: Path) -> str:
    """The fingerprint on the card, without reading the weights.

    Raises:
        ModelError: there are no towers, or the card is damaged.
    """
    return str(_card(folder)["fingerprint"])


def read_towers(folder: Path) -> Stored:
    """Read trained towers.

    Raises:
        ModelError: there are none, they are of a newer format, or a file is damaged or not the one the card tells of.
    """
    card = _card(folder)
    about = {name: value for name, value in card.items() if name not in ("format", "kind", "fingerprint", "settings")}
    stored = Stored(parse(ClapSettings, "settings", card["settings"]), read_tensors(folder / WEIGHTS, REMEDY), about)
    if stored.fingerprint != card["fingerprint"]:
        raise ModelError(f"{folder} is not what its card tells of: {REMEDY}")
    return stored


def _card(folder: Path) -> dict[str, Any]:
    if not (folder / CARD).exists():
        raise ModelError(f"no towers of clap at {folder}: make them with `segue train clap`")
    card = read_card(folder / CARD, FORMAT, REMEDY)
    if card["format"] != FORMAT:
        raise ModelError(f"{folder / CARD} has the earlier format {card['format']}: {REMEDY}")
    if card.get("kind") != "clap" or not {"fingerprint", "settings"} <= set(card):
        raise ModelError(f"{folder / CARD} is no card of clap: {REMEDY}")
    return card
