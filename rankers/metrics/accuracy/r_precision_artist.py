"""R-precision of the RecSys Challenge 2018: the right artist counts a quarter of the right track."""

from collections.abc import Set as AbstractSet

from indexers.schema import Rows
from rankers.metrics.hits import Hits, hits_of

ARTIST_BONUS = 0.25


def r_precision_artist(
    ranking: Rows, relevant: Rows, n_relevant: int, relevant_artists: AbstractSet[int], artist_of: Rows
) -> float:
    """The held-out tracks plus a quarter for each of their artists within the first |G| positions, over |G|.

    The published variant: the bonus looks at the first |G| positions alone, is given once per artist, and is also given
    where a track of the artist was itself hit. A perfect list therefore scores 1 + 0.25 · n_artists / |G|. Others look
    for artists among all 500 positions; their numbers are higher and do not compare.

    Denominator: |G| = n_relevant, however short the ranking is; an empty ranking has 0.

    Args:
        ranking: [n_ranked], distinct rows, best first, without the seeds.
        relevant: Distinct rows of the known held-out tracks.
        n_relevant: |G|, how many tracks were held out, known or not.
        relevant_artists: Numbers of the artists of the held-out tracks.
        artist_of: [n_tracks], the artist's number of every known track.

    Raises:
        InputError: nothing was held out.
        ShapeError: a row occurs twice, or |G| is smaller than `relevant`.

    Source: Zamani, Schedl, Lamere and Chen, "An analysis of approaches taken in the ACM RecSys Challenge 2018 for
    automatic music playlist continuation", ACM TIST 10(5), 2019 (R-precision).
    """
    artists = artist_of[ranking[:n_relevant]]
    return of_hits(hits_of(ranking, relevant, n_relevant), n_relevant, relevant_artists, artists)


def of_hits(hits: Hits, n_relevant: int, relevant_artists: AbstractSet[int], artists: Rows) -> float:
    """The same where the hits, and the artists at the first |G| positions, are known already."""
    n_artists = len(relevant_artists & set(artists.tolist()))
    return (int(hits[:n_relevant].sum()) + ARTIST_BONUS * n_artists) / n_relevant
