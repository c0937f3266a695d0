"""Cards and weights of what was learnt, on disk."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from indexers.errors import ModelError
from indexers.files import write_atomically, write_text

WEIGHTS, CARD = "weights.safetensors", "card.json"
Tensors = Mapping[str, npt.NDArray[Any]]


def read_card(path: Path, newest: int, remedy: str) -> dict[str, Any]:
    """Read the card of something that was learnt.

    Raises:
        ModelError: it cannot be read, is no card, or has a format above `newest`.
    """
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} cannot be read ({error}): {remedy}") from error
    if not isinstance(card, dict) or not isinstance(card.get("format"), int):
        raise ModelError(f"{path} is not a card: {remedy}")
    if card["format"] > newest:
        raise ModelError(f"{path} has format {card['format']}, this Segue reads up to {newest}: upgrade Segue")
    return card


def read_tensors(path: Path, remedy: str) -> dict[str, npt.NDArray[Any]]:
    """Read all arrays of a .safetensors file.

    Raises:
        ModelError: it is damaged or missing.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        return dict(load_file(path))
    except (OSError, SafetensorError) as error:
        raise ModelError(f"{path} is damaged or missing ({error}): {remedy}") from error


def write_tensors(path: Path, tensors: Tensors) -> None:
    """Write arrays into a .safetensors file in one step.

    Raises:
        StorageError: the disk refused.
    """
    from safetensors.numpy import save_file

    kept = {name: np.ascontiguousarray(values) for name, values in tensors.items()}
    write_atomically(path, lambda temporary: save_file(kept, temporary))


def write_learnt(folder: Path, tensors: Tensors, card: Mapping[str, Any]) -> None:
    """Write weights and their card; the card comes last, so that a folder with a card is whole.

    Raises:
        StorageError: the disk refused.
    """
    (folder / CARD).unlink(missing_ok=True)
    write_tensors(folder / WEIGHTS, tensors)
    write_text(folder / CARD, json.dumps(card, indent=2) + "\n")


def halved(weights: Mapping[str, Any]) -> Tensors:
    """The tensors of a network as arrays, in half precision where a number's last digits do not matter."""
    wholes = {name: values.detach().cpu().numpy() for name, values in weights.items()}
    return {name: whole.astype(np.float16 if whole.ndim > 1 else np.float32) for name, whole in wholes.items()}


def digest_of(told: str, tensors: Tensors) -> str:
    """The SHA-256 of some words and of all tensors, in hex."""
    digest = hashlib.sha256(told.encode())
    for name, values in sorted(tensors.items()):
        digest.update(f"{name} {values.dtype} {values.shape}".encode())
        digest.update(np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()
