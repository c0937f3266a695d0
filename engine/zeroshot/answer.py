"""What is answered about one file, as plain values with their JSON form."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from engine.query import Span


@dataclass(frozen=True, slots=True)
class LabelScore:
    """One label and how well it fits: higher is better, comparable between the labels of one answer alone."""

    label: str
    score: float


@dataclass(frozen=True, slots=True)
class Classification:
    """The labels of one file, best first; labels that fit equally keep the order in which they were given.

    `match` is where the best label fits most, marked as short where the file was shorter than a window and filled up.
    `prompts` is how the labels were put into words, `unit` what a score of this encoder is. `notes` are sentences about
    the labels, such as that nobody described one.
    """

    path: str
    labels: tuple[LabelScore, ...]
    match: Span
    encoder: str
    prompts: str
    unit: str
    duration_s: float
    notes: tuple[str, ...] = ()

    @property
    def best(self) -> LabelScore:
        """The label that fits most."""
        return self.labels[0]

    def as_json(self) -> dict[str, Any]:
        """The classification as JSON types."""
        told: Mapping[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        return {
            **told,
            "labels": [asdict(one) for one in self.labels],
            "match": self.match.as_json(),
            "notes": list(self.notes),
        }
