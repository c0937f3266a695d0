"""A small world of playlists whose structure is known: two scenes that never mix."""

import numpy as np
import pytest

from indexers.catalog.corpus import Corpus, Vocabulary

N_TRACKS = 40  # the first half is one scene, the second half the other


def vocabulary_of(n_tracks: int) -> Vocabulary:
    names = tuple(str(row) for row in range(n_tracks))
    return Vocabulary(
        tuple((f"artist{row // 4}", f"title{row}") for row in range(n_tracks)),
        tuple(f"Artist {row // 4}" for row in range(n_tracks)),
        tuple(f"Title {row}" for row in range(n_tracks)),
        names,
    )


def corpus_of(lists, n_tracks=N_TRACKS) -> Corpus:
    rows = tuple(np.array(each, dtype=np.int64) for each in lists)
    names = tuple(f"playlist {number}" for number in range(len(rows)))
    sources = ("made",) * len(rows)
    return Corpus(vocabulary_of(n_tracks), rows, names, names, sources, np.arange(len(rows), dtype=np.int64))


@pytest.fixture(scope="session")
def scenes() -> Corpus:
    """120 playlists of 8 to 12 tracks, each from one half of the tracks only."""
    rng = np.random.default_rng(3)
    half = N_TRACKS // 2
    lists = [rng.permutation(half)[: rng.integers(8, 13)] + half * (number % 2) for number in range(120)]
    return corpus_of(lists)
