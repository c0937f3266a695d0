"""What is usual for each class elsewhere: the start for libraries too small to tell.

tag_reference.json says what it was learnt from; tests/benchmarks/learn_reference.py made it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from indexers.encoders.classes import class_names, tagging

UNKNOWN_CENTRE, UNKNOWN_SPREAD = -3.0, 2.0  # log-odds, for encoders that the reference does not know


@dataclass(frozen=True, slots=True)
class Reference:
    """Mean and standard deviation of the evidence of tracks for each class, each [n_classes] of log-odds."""

    centre: npt.NDArray[np.float64]
    spread: npt.NDArray[np.float64]


def reference(encoders: Sequence[str]) -> Reference:
    """Look up what is usual for the classes of encoders, in the order of `class_names`.

    Raises:
        ConfigError: no encoder gives tags.
    """
    parts = [_of(name) for name in tagging(encoders)]
    return Reference(np.concatenate([part.centre for part in parts]), np.concatenate([part.spread for part in parts]))


def _of(encoder: str) -> Reference:
    known = _learnt()["encoders"].get(encoder)
    if known is None:
        n_classes = len(class_names((encoder,)))
        return Reference(np.full(n_classes, UNKNOWN_CENTRE), np.full(n_classes, UNKNOWN_SPREAD))
    return Reference(np.array(known["centre"]), np.array(known["spread"]))


@cache
def _learnt() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((files(__package__) / "tag_reference.json").read_text(encoding="utf-8"))
    return loaded
