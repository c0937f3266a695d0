"""The way of one file through zero-shot classification: heard, scored by each label, told with the best span."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.query import Span
from engine.zeroshot.answer import Classification, LabelScore
from engine.zeroshot.hearing import HeardFile, hear_file
from engine.zeroshot.labels import check_labels, notes_on
from engine.zeroshot.scorers import Scorer
from indexers.base import AudioEncoder
from indexers.encoders.prompts import Table, Way, built_in, prompts_of, read_descriptions, read_ontology, way_called
from indexers.errors import QueryError
from indexers.settings import AnalysisSettings

if TYPE_CHECKING:
    from engine.build import Models

DEFAULT_ENCODER = "taggram"  # the best that needs no training by the user; others join by "+"


@dataclass(frozen=True, slots=True)
class Asked:
    """How labels are looked for.

    `encoder` is "taggram", the name of a joint encoder ("clap:/folder", "hub:id"), or several joined by "+".
    `prompts` is "name", "template" or "described". `descriptions` and `ontology` are files that add descriptions.
    `library` is a library by whose tracks is judged what is usual, instead of the built-in reference.
    """

    encoder: str = DEFAULT_ENCODER
    prompts: str = Way.DESCRIBED
    descriptions: Path | None = None
    ontology: Path | None = None
    library: Path | None = None

    def table(self) -> Table:
        """The descriptions: the built-in ones, AudioSet's beside them, the user's instead of both.

        Raises:
            ConfigError: a file cannot be read, or holds something else.
        """
        table = built_in()
        if self.ontology is not None:
            table = table.beside(read_ontology(self.ontology))
        return table if self.descriptions is None else table.instead(read_descriptions(self.descriptions))


class Classifier:
    """Labels ready to be looked for in files; it keeps nothing of a file."""

    def __init__(
        self, scorer: Scorer, encoders: Sequence[AudioEncoder], labels: Iterable[str], way: Way, table: Table
    ) -> None:
        """Take what scores, the encoders that it hears by, and the labels.

        Raises:
            QueryError: there are fewer than two labels.
        """
        kept, notes = check_labels(labels)
        self._scorer, self._encoders, self._way = scorer, tuple(encoders), way
        self._prompts = tuple(prompts_of(label, way, table) for label in kept)
        self.notes = (*notes, *notes_on(self._prompts))

    @classmethod
    def open(cls, labels: Iterable[str], asked: Asked | None = None, models: "Models | None" = None) -> "Classifier":
        """Get ready to look for labels.

        Raises:
            QueryError: there are fewer than two labels.
            ConfigError: there is no such encoder or way, or a file of descriptions cannot be used.
            ModelError: an encoder's weights are missing.
            LibraryError: the library is none, or holds nothing yet.
        """
        from engine.build import Models, zero_shot

        asked, kept = asked or Asked(), tuple(labels)
        check_labels(kept)  # before anything is loaded
        way, table, used = way_called(asked.prompts), asked.table(), models or Models()
        scorer = zero_shot(asked.encoder, used, asked.library)
        return cls(scorer, [used.audio(name) for name in scorer.hears], kept, way, table)

    def classify(self, path: Path | str) -> Classification:
        """Label one file.

        Raises:
            MediaError: there is no such file, it is no sound, or nothing can be heard in it.
        """
        heard = hear_file(Path(path), self._encoders, AnalysisSettings().windows)
        scores = self._scorer.file(self._prompts, heard.outputs)
        order = np.argsort(-scores, kind="stable").tolist()
        return Classification(
            path=str(path),
            labels=tuple(LabelScore(self._prompts[row].label, round(float(scores[row]), 4)) for row in order),
            match=self._match(heard, order[0]),
            encoder=self._scorer.name,
            prompts=self._way,
            unit=self._scorer.unit,
            duration_s=round(heard.duration_s, 3),
            notes=self.notes,
        )

    def _match(self, heard: HeardFile, row: int) -> Span:
        clips = self._scorer.clips(self._prompts, heard.outputs)
        return heard.span(self._scorer.hears[0], clips[:, row])


def classify(
    path: Path | str, labels: Iterable[str], asked: Asked | None = None, *, models: "Models | None" = None
) -> Classification:
    """Tell by which of some labels a file goes; needs no library. For many files keep a `Classifier`.

    Args:
        path: Any file with sound.
        labels: At least two, in English.
        asked: How they are looked for.
        models: The model store; None is the default one.

    Raises:
        QueryError: there are fewer than two labels, or one text was given for a list.
        MediaError: there is no such file, it is no sound, or nothing can be heard in it.
        ConfigError: there is no such encoder or way, or a file of descriptions cannot be used.
        ModelError: an encoder's weights are missing.
    """
    if isinstance(labels, str):
        raise QueryError(f"labels are one text, {labels!r}: give a list of at least two")
    return Classifier.open(labels, asked, models).classify(path)
