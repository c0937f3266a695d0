"""Texts longer than a tower reads at once: sentences, then words, and nothing left out."""

import re
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from indexers.schema import Vectors

SENTENCE_END = re.compile(r"(?<=[.!?;:…])\s+|\s*\n\s*|(?<=[。！？])")
SHORTEST = 1e-12  # of a mean of unit vectors

Fits = Callable[[str], bool]


def pieces_of(text: str, fits: Fits) -> list[str]:
    """Split a text into as few pieces as `fits` takes, at the ends of sentences where that is possible.

    A sentence that does not fit is split between words, a word that does not fit between letters. Joined, the pieces
    hold every letter of the text. A text that fits is its own only piece.
    """
    text = text.strip()
    if fits(text):
        return [text]
    sentences = (sentence for sentence in SENTENCE_END.split(text) if sentence)
    return _packed((part for sentence in sentences for part in _by_words(sentence, fits)), fits)


def _by_words(sentence: str, fits: Fits) -> list[str]:
    if fits(sentence):
        return [sentence]
    return _packed((part for word in sentence.split() for part in _by_letters(word, fits)), fits)


def _by_letters(word: str, fits: Fits) -> list[str]:
    if fits(word) or len(word) == 1:
        return [word]
    half = len(word) // 2
    return [*_by_letters(word[:half], fits), *_by_letters(word[half:], fits)]


def _packed(parts: Iterable[str], fits: Fits) -> list[str]:
    """Join neighbours for as long as they fit."""
    packed: list[str] = []
    for part in parts:
        joined = f"{packed[-1]} {part}" if packed else part
        if packed and fits(joined):
            packed[-1] = joined
        else:
            packed.append(part)
    return packed


def encode_whole(
    texts: Sequence[str], split: Callable[[str], list[str]], run: Callable[[list[str]], Vectors]
) -> Vectors:
    """Encode texts of any length.

    Args:
        texts: Blank ones get zeros.
        split: A text to the pieces that are encoded.
        run: Pieces to unit rows [n_pieces, dim]; no pieces give [0, dim].

    Returns:
        [n_texts, dim]: the mean of each text's pieces, made unit again.
    """
    found = [(row, piece) for row, text in enumerate(texts) if text.strip() for piece in split(text)]
    distinct = {piece: place for place, piece in enumerate(dict.fromkeys(piece for _, piece in found))}
    rows = run(list(distinct))  # each once: beside others a piece may come out a little different
    vectors = np.zeros((len(texts), rows.shape[1]), dtype=np.float32)
    owners = np.array([row for row, _ in found], dtype=np.int64)
    np.add.at(vectors, owners, rows[[distinct[piece] for _, piece in found]])
    several = np.bincount(owners, minlength=len(texts)) > 1  # a single piece is a unit vector as it is
    lengths = np.linalg.norm(vectors[several], axis=1, keepdims=True)
    vectors[several] /= np.maximum(lengths, SHORTEST)
    return vectors
