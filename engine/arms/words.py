"""Words to words: BM25 over title, artist, album, genre, caption and path."""

import numpy as np

from engine.arms import Request, Why
from engine.query import Span
from indexers.generation import Generation
from indexers.schema import Rows, Vectors
from indexers.words import K1


class WordsArm:
    """Ranks by the words that query and metadata share."""

    name = "words"
    calibrated_as = "words"

    def __init__(self, generation: Generation) -> None:
        self._generation = generation

    def ask(self, request: Request) -> "WordsQuestion | None":
        """Take the words; None without words."""
        return WordsQuestion(self._generation, request.text) if request.text else None

    def votes(self, scores: Vectors) -> Vectors:
        """The square of the share of the query's information that a track's words hold.

        All of it is a full vote, the "solo" of "solo piano" about a quarter of one, a shared "in" nearly nothing.
        All of it is every word once among words of average number, which BM25 scores 1 / (1 + k1).
        """
        return np.asarray(np.minimum(scores * (1 + K1), 1) ** 2, dtype=np.float32)


class WordsQuestion:
    """One text as words."""

    def __init__(self, generation: Generation, text: str) -> None:
        self._generation = generation
        self._text = text

    def retrieve(self, k: int, allowed: Rows | None) -> tuple[Rows, Vectors]:
        """The tracks whose metadata share words with the query."""
        return self._generation.words.search(self._text, k, allowed)

    def match(self, row: int) -> Span | None:  # noqa: ARG002
        """Words have no time."""
        return None

    def why(self, row: int) -> Why:  # noqa: ARG002
        """Nothing beyond the words themselves, which the result shows."""
        return ()
