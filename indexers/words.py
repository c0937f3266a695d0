"""Metadata words: BM25 over title, artist, album, genre, caption and path, memory-mapped."""

import json
import logging
import re
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Self, TypeAlias

import numpy as np
import numpy.typing as npt

from indexers.errors import QueryError, ShapeError, StaleIndexError
from indexers.schema import Rows, Vectors
from indexers.vectors.storage import mapped, read_manifest, write_array, write_json, write_manifest
from indexers.vectors.top import top_rows

if TYPE_CHECKING:
    import polars as pl

FIELDS = ("title", "artist", "album", "genre", "caption")
PATH_PARTS = 3  # of the end of a path: the file, its folder and the one above
K1, B = 1.5, 0.75

Postings: TypeAlias = tuple[Vectors, npt.NDArray[np.int32], Rows]

_APOSTROPHES = re.compile(r"(?<=\w)['’`](?=\w)")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\d_\u3040-\u30ff\u3400-\u9fff]+|\d+")


def words_of(text: str) -> list[str]:
    """Split a text into folded words, in order.

    Case and accents go; underscores, hyphens and changes between letters and digits part words; a camel-case word is
    given whole and in parts; Chinese and Japanese signs are words each.
    """
    folded = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    words: list[str] = []
    for word in _WORD.findall(_APOSTROPHES.sub("", folded)):
        parts = _CAMEL.split(word)
        words += [part.casefold() for part in parts]
        if len(parts) > 1:
            words.append(word.casefold())
    return words


def track_texts(tracks: "pl.DataFrame") -> list[str]:
    """Join what is known in words about each track of a catalogue table; missing columns and values give nothing."""
    columns = [tracks[name].cast(str).fill_null("").to_list() for name in FIELDS if name in tracks.columns]
    paths = [_path_words(path) for path in tracks["path"].to_list()]
    return ["\n".join(parts) for parts in zip(paths, *columns, strict=True)]


def _path_words(path: str) -> str:
    parts = PurePath(path).parts[-PATH_PARTS:]
    return " ".join([*parts[:-1], PurePath(parts[-1]).stem]) if parts else ""


class WordIndex:
    """BM25 over folded words. A score is the share of the query's information that a track's words hold, in [0, 1).

    The sum over query words of BM25 is divided by the sum of their inverse document frequencies, words that no track
    has included: so scores of different queries compare, and one shared "the" in a long question weighs little.

    Source: Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond", equation 3.15 in the
    form of Lucene (k1 = 1.5, b = 0.75).
    """

    kind = "bm25"

    def __init__(self, vocabulary: dict[str, int], postings: Postings, size: int) -> None:
        self.vocabulary = vocabulary
        self.size = size
        self._weights, self._rows, self._starts = postings  # word w: entries starts[w]:starts[w + 1]

    @classmethod
    def build(cls, texts: Sequence[str]) -> Self:
        """Index one text per track."""
        lists = [words_of(text) for text in texts]
        vocabulary = {word: number for number, word in enumerate(sorted({word for words in lists for word in words}))}
        if not vocabulary:
            nothing = (np.empty(0, np.float32), np.empty(0, np.int32), np.zeros(1, np.int64))
            return cls({}, nothing, len(texts))
        return cls(vocabulary, _postings(lists, vocabulary), len(texts))

    def search(self, text: str, k: int, allowed: Rows | None = None) -> tuple[Rows, Vectors]:
        """Find the k tracks whose words answer a text best; only tracks that share a word with it.

        Args:
            text: Words in any case.
            k: At least 1.
            allowed: Sorted distinct rows to search among; None means all.

        Returns:
            Rows and scores, each [at most k], best first; equal scores keep row order.

        Raises:
            QueryError: k is below 1.
            ShapeError: an allowed row does not exist.
        """
        if k < 1:
            raise QueryError(f"k = {k} gives no list; ask for 1 or more")
        if allowed is not None and allowed.size and (allowed[0] < 0 or allowed[-1] >= self.size):
            raise ShapeError(f"allowed rows {allowed[0]} to {allowed[-1]} do not fit {self.size} tracks")
        scores = self.scores(text)
        if allowed is not None:
            scores = scores[allowed]
        best = top_rows(scores, k)
        best = best[scores[best] > 0]
        return (best if allowed is None else allowed[best]), scores[best]

    def scores(self, text: str) -> Vectors:
        """Score every track for a text, [n_tracks]; 0 where no word is shared."""
        scores = np.zeros(self.size, dtype=np.float32)
        mass = 0.0
        for word in sorted(set(words_of(text))):
            number = self.vocabulary.get(word)
            part = slice(0, 0) if number is None else slice(self._starts[number], self._starts[number + 1])
            mass += self._idf(part.stop - part.start)
            scores[self._rows[part]] += self._weights[part]
        return scores / np.float32(mass) if mass else scores

    def _idf(self, n_having: int) -> float:
        return float(np.log1p((self.size - n_having + 0.5) / (n_having + 0.5)))

    def save(self, folder: Path) -> None:
        """Write the index into a folder as .npy and JSON.

        Raises:
            StorageError: the disk refused.
        """
        write_array(folder / "weights.npy", self._weights)
        write_array(folder / "rows.npy", self._rows)
        write_array(folder / "starts.npy", self._starts)
        write_json(folder / "vocabulary.json", list(self.vocabulary))
        write_manifest(folder, self.kind, (self.size, len(self.vocabulary)), {"k1": K1, "b": B})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open a saved index, memory-mapped.

        Raises:
            StaleIndexError: it is missing, damaged or of another format.
        """
        manifest = read_manifest(folder, cls.kind)
        try:
            listed = json.loads((folder / "vocabulary.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise StaleIndexError(f"{folder}/vocabulary.json cannot be read ({error}): run `segue rebuild`") from error
        postings = (mapped(folder / "weights.npy"), mapped(folder / "rows.npy"), mapped(folder / "starts.npy"))
        return cls({word: number for number, word in enumerate(listed)}, postings, int(manifest["n"]))


def _postings(lists: Iterable[Sequence[str]], vocabulary: dict[str, int]) -> Postings:
    import bm25s

    logging.getLogger("bm25s").setLevel(logging.WARNING)  # it sets its own level and tells of every step
    ids = [[vocabulary[word] for word in words] for words in lists]
    ranker = bm25s.BM25(k1=K1, b=B, method="lucene", auto_compile=False)
    ranker.index((ids, vocabulary), show_progress=False, create_empty_token=False)
    starts = np.asarray(ranker.scores["indptr"], dtype=np.int64)[: len(vocabulary) + 1]
    return np.asarray(ranker.scores["data"]), np.asarray(ranker.scores["indices"], dtype=np.int32), starts
