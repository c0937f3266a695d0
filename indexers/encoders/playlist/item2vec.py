"""A vector per track, learnt from which tracks share playlists: tracks are words, playlists sentences."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from indexers.catalog.corpus import Corpus
from indexers.encoders.playlist.settings import Item2VecSettings
from indexers.errors import InputError
from indexers.schema import Rows, Vectors

if TYPE_CHECKING:
    from gensim.models import Word2Vec

SENTENCE_WORDS = 10_000  # gensim drops what a sentence has beyond this


def learn_track_vectors(corpus: Corpus, settings: Item2VecSettings | None = None) -> Vectors:
    """Learn a vector per track by skip-gram with negative sampling over whole playlists.

    One thread and numbers for words make it reproducible to the bit, whatever PYTHONHASHSEED is.

    Args:
        corpus: The training playlists; those of fewer than two tracks teach nothing.
        settings: The defaults without.

    Returns:
        [n_tracks, dim], row r for row r of the vocabulary; zeros for a track that no playlist of two holds.

    Raises:
        InputError: no playlist holds two tracks.

    Source:
        Mikolov et al. 2013, "Distributed Representations of Words and Phrases"; Barkan and Koenigstein 2016,
        "Item2vec".
    """
    from gensim.models import Word2Vec

    chosen = settings or Item2VecSettings()
    sentences = list(_sentences(corpus.lists))
    if not sentences:
        raise InputError(f"none of {len(corpus.lists)} playlists holds two known tracks: add playlists that share some")
    model = Word2Vec(
        sentences,
        vector_size=chosen.dim,
        window=chosen.window,
        min_count=1,
        sg=1,
        negative=chosen.negative,
        ns_exponent=chosen.ns_exponent,
        sample=chosen.sample,
        alpha=chosen.alpha,
        epochs=chosen.epochs,
        workers=1,
        seed=chosen.seed,
    )
    return _by_row(model, len(corpus.vocabulary))


def _sentences(lists: Sequence[Rows]) -> Iterator[list[str]]:
    for rows in lists:
        words = [str(row) for row in rows.tolist()]
        for start in range(0, len(words), SENTENCE_WORDS):
            if len(sentence := words[start : start + SENTENCE_WORDS]) > 1:
                yield sentence


def _by_row(model: "Word2Vec", n_tracks: int) -> Vectors:
    vectors = np.zeros((n_tracks, model.vector_size), dtype=np.float32)
    rows = np.array(model.wv.index_to_key, dtype=np.int64)
    vectors[rows] = model.wv.vectors
    return vectors
