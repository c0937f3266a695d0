"""The order of a list: relevance, varied by MMR, with an artist cap that relaxes rather than starves the list."""

from dataclasses import dataclass

import numpy as np

from engine.config import SearchSettings
from indexers.schema import Rows, Vectors
from indexers.words import words_of
from rankers.caps import within_cap
from rankers.fusion import Pool
from rankers.mmr import diversify

AHEAD = 2  # MMR looks at this many times k: its cost grows with k times the candidates
LONG_WORD = 4  # letters; a shared shorter word does not name an artist


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is for: its length, the words asked, and the score of a track that every arm ranks first."""

    k: int
    text: str
    best_score: float


def arrange(
    pool: Pool, artists: list[str | None], vectors: Vectors, avoid: Vectors, wanted: Wanted, settings: SearchSettings
) -> Rows:
    """Choose positions of the pool and their order.

    Args:
        pool: Distinct recordings, best first.
        artists: The artist of each, None where unknown.
        vectors: [n_tracks, dim], the music vectors of the whole library.
        avoid: [n_avoid, dim], the music vectors of unliked tracks.
        wanted: What the list is for.
        settings: MMR's balance and the artist cap.

    Returns:
        Up to k positions: those within the artist cap in MMR's order, then, where they are fewer than k, those beyond
        it by score. An artist whom the query names is not capped.
    """
    kept, beyond = _within_cap(artists, wanted.text, settings.artist_cap)
    near = kept[: AHEAD * wanted.k]
    order = diversify(
        pool.scores[near] / wanted.best_score,
        np.asarray(vectors[pool.rows[near]], dtype=np.float32),
        wanted.k,
        balance=settings.relevance,
        avoid=avoid,
    )
    return np.concatenate([near[order], beyond])[: wanted.k]


def _within_cap(artists: list[str | None], text: str, limit: int) -> tuple[Rows, Rows]:
    kept, beyond = within_cap(artists, limit)
    capped = {artists[place] for place in beyond.tolist()}
    asked_for = {artist for artist in capped if names_artist(text, artist)}
    if not asked_for:  # nearly always: then no name was read that the cap does not touch
        return kept, beyond
    return within_cap([None if artist in asked_for else artist for artist in artists], limit)


def names_artist(text: str, artist: str | None) -> bool:
    """Whether a text names an artist: it holds the whole name, or one word of it with four letters or more."""
    asked, name = set(words_of(text)), set(words_of(artist or ""))
    return bool(name) and (name <= asked or any(len(word) >= LONG_WORD for word in name & asked))
