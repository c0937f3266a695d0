"""The arms of retrieval: each ranks the library by one kind of likeness, and can say why a track is there."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np

from engine.query import Span
from indexers.encoders.prompts import Prompts
from indexers.schema import Rows, Vectors

Why = tuple[tuple[str, float], ...]
"""Names of what carried a match with their weights, strongest first."""


def no_rows() -> Rows:
    """An empty array of rows."""
    return np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Reading:
    """What turns words into one row [dim], of weights over classes or of a joint space: a text, and a tag's prompts."""

    text: Callable[[str], Vectors]
    tag: Callable[[Prompts], Vectors]

    def all_of(self, request: "Request") -> list[Vectors]:
        """A row for the text and one for each tag of a request; none without words."""
        texts = [self.text(request.text)] if request.text else []
        return texts + [self.tag(tag) for tag in request.tags]


@dataclass(frozen=True, slots=True)
class Request:
    """A query in the terms of one generation: rows instead of names, vectors instead of files."""

    text: str = ""
    tags: tuple[Prompts, ...] = ()
    sound: Vectors | None = None  # [dim], the unit music vector of a clip
    own: Rows = field(default_factory=no_rows)  # the clip's own recording, where the library has it
    liked: Rows = field(default_factory=no_rows)
    unliked: Rows = field(default_factory=no_rows)
    allowed: Rows | None = None  # sorted; None means all


class Question(Protocol):
    """One arm's reading of one request."""

    def retrieve(self, k: int, allowed: Rows | None) -> tuple[Rows, Vectors]:
        """The k best rows among the allowed ones and their scores, best first; fewer where fewer fit."""

    def match(self, row: int) -> Span | None:
        """The stretch of a track that fits best; None where the arm knows no times."""

    def why(self, row: int) -> Why:
        """What carried the match of a track."""


@runtime_checkable
class AttendingQuestion(Question, Protocol):
    """A question that can be held against tracks more closely than an index does."""

    def attend(self, rows: Rows) -> Vectors:
        """The closer score of each of some tracks, [n_rows]; higher is better."""


class Arm(Protocol):
    """One kind of likeness."""

    @property
    def name(self) -> str:
        """The key of its weight, its contribution and its evidence."""

    @property
    def calibrated_as(self) -> str:
        """The key of its threshold in the generation's calibration."""

    def ask(self, request: Request) -> Question | None:
        """Read a request; None where it holds nothing for this arm to go by."""

    def votes(self, scores: Vectors) -> Vectors:
        """How much of a full vote in fusion each hit is worth, in [0, 1], from the arm's own scores [n]."""


def best_span(scores: Vectors, spans: Vectors) -> Span | None:
    """The span with the highest score, the earliest of equals; None without clips."""
    if not len(scores):
        return None
    start_s, end_s = spans[int(np.argmax(scores))].tolist()
    return Span(round(start_s, 3), round(end_s, 3))


def strongest(names: list[str], weights: Vectors, top: int = 3) -> Why:
    """The names with the highest weights above zero, strongest first; names that differ only in case are one."""
    sums: dict[str, tuple[str, float]] = {}
    for name, weight in zip(names, weights.tolist(), strict=True):
        if weight > 0:
            label, before = sums.get(name.casefold(), (name, 0.0))
            sums[name.casefold()] = (label, before + weight)
    ordered = sorted(sums.values(), key=lambda named: -named[1])
    return tuple((label, round(weight, 4)) for label, weight in ordered[:top])
