"""Genres of playlists, from what listeners wrote about tracks: the Last.fm tags of the Yes.com songs."""

import gzip
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import comb, log
from pathlib import Path

from indexers.catalog.corpus import Key, Vocabulary, fold
from indexers.errors import InputError
from indexers.schema import Rows

AGREEMENT = 0.7  # more than this share of a playlist's known tracks must be of one genre for the playlist to be
MIN_KNOWN = 3  # known tracks below which no genre is said
SAMPLE = 5  # tracks among which genres are counted for diversity
ARTIST_SHARE = 0.5  # more than this share of an artist's tagged tracks must be of one genre for the artist to be

GENRES: dict[str, tuple[str, ...]] = {
    "rock": (
        "rock", "classic rock", "hard rock", "soft rock", "pop rock", "poprock", "pop-rock", "rock n roll",
        "rock and roll", "folk rock", "glam rock", "southern rock", "progressive rock", "progressive",
        "psychedelic rock", "psychedelic", "christian rock", "blues", "blues rock",
    ),
    "alternative": (
        "alternative", "alternative rock", "alt rock", "indie", "indie rock", "indie pop", "garage rock", "grunge",
        "britpop", "punk", "punk rock", "alternative  punk", "post-punk", "new wave", "emo", "lo-fi",
    ),
    "metal": ("metal", "heavy metal", "alternative metal", "hardcore"),
    "pop": ("pop", "top 40", "adult contemporary", "my pop music"),
    "hip hop": ("hip-hop", "hip hop", "hiphop", "rap"),
    "soul": (
        "soul", "rnb", "r&b", "rb", "r and b", "rhythm and blues", "funk", "funky", "motown", "disco", "gospel",
        "old school soul", "classic soul", "soulful", "slow jams", "quiet storm", "urban",
    ),
    "jazz": ("jazz", "smooth jazz", "vocal jazz", "jazz vocal", "jazzy", "swing", "fusion", "lounge"),
    "electronic": ("electronic", "electronica", "electro", "dance", "downtempo", "ambient", "synthpop"),
    "folk and country": (
        "country", "classic country", "alt-country", "americana", "folk", "singer-songwriter", "acoustic",
    ),
    "latin and reggae": ("latin", "spanish", "reggae"),
}  # fmt: skip
"""Which tags speak for which genre; the other tags say nothing of it."""

SPOKEN_FOR = {tag: genre for genre, names in GENRES.items() for tag in names}


@dataclass(frozen=True, slots=True)
class GenreBook:
    """The genre of each tagged track by its folded names, and of each artist that keeps to one genre."""

    by_track: Mapping[Key, str]
    by_artist: Mapping[str, str]


def read_genre_book(folder: Path) -> GenreBook:
    """Read the genres of the tagged tracks.

    Args:
        folder: Holds song_hash.txt.gz (row, title and artist, by tabs), tag_hash.txt.gz (row and tag, by a comma) and
            tags.txt.gz (a line per song: rows of tags, or # where it has none).

    Raises:
        InputError: a file is missing, or songs and tags differ in number.
    """
    tags = [line.split(", ", 1)[-1] for line in _lines(folder / "tag_hash.txt.gz")]
    songs = [line.split("\t") for line in _lines(folder / "song_hash.txt.gz")]
    tagged = _lines(folder / "tags.txt.gz")
    if len(songs) != len(tagged):
        raise InputError(f"{folder} has {len(songs)} songs and tags for {len(tagged)}: fetch the set again")
    of_song = [[tags[int(row)] for row in line.split() if row != "#"] for line in tagged]
    weights = telling(of_song)
    by_track: dict[Key, str] = {}
    for (_, title, artist), names in zip(songs, of_song, strict=True):
        if votes := votes_of(names, weights):
            by_track.setdefault((fold(artist), fold(title)), max(sorted(votes), key=votes.__getitem__))
    return GenreBook(by_track, _artists(by_track))


def telling(of_song: Sequence[Sequence[str]]) -> dict[str, float]:
    """How much each tag says: the logarithm of all tagged songs over those that carry it.

    So "rock", which is said of nearly everything, says less than "metal".
    Source: Sparck Jones 1972, inverse document frequency.
    """
    carried = Counter(tag for names in of_song for tag in set(names))
    n_tagged = sum(bool(names) for names in of_song)
    return {tag: log(n_tagged / count) for tag, count in carried.items()}


def votes_of(tags: Iterable[str], weights: Mapping[str, float]) -> dict[str, float]:
    """The weight of a song's tags for each genre that any of them speaks for."""
    votes: dict[str, float] = defaultdict(float)
    for tag in tags:
        if tag in SPOKEN_FOR:
            votes[SPOKEN_FOR[tag]] += weights[tag]
    return dict(votes)


def _artists(by_track: Mapping[Key, str]) -> dict[str, str]:
    genres: dict[str, Counter[str]] = defaultdict(Counter)
    for (artist, _), genre in by_track.items():
        genres[artist][genre] += 1
    leading = {artist: counts.most_common(1)[0] for artist, counts in genres.items()}
    return {
        artist: genre for artist, (genre, count) in leading.items() if count > ARTIST_SHARE * genres[artist].total()
    }


def _lines(path: Path) -> list[str]:
    try:
        return gzip.decompress(path.read_bytes()).decode("utf-8").splitlines()
    except OSError as error:
        raise InputError(
            f"tags {path} cannot be read ({error.strerror or error}): name the folder of the set"
        ) from error


def track_genres(vocabulary: Vocabulary, book: GenreBook, *, by_artist: bool) -> dict[int, str]:
    """The genre of each row of the vocabulary that has one.

    Args:
        vocabulary: The known tracks.
        book: What is known of genres.
        by_artist: Whether an untagged track takes its artist's genre, where the artist keeps to one.
    """
    genre_of = {row: book.by_track[key] for row, key in enumerate(vocabulary.keys) if key in book.by_track}
    if by_artist:
        for row, (artist, _) in enumerate(vocabulary.keys):
            if artist in book.by_artist:
                genre_of.setdefault(row, book.by_artist[artist])
    return genre_of


def playlist_genres(lists: Sequence[Rows], genre_of: Mapping[int, str]) -> dict[int, str]:
    """The genre of each playlist that has one: that of more than 70 % of its tracks with a genre, at least three.

    Args:
        lists: Rows of each playlist's tracks.
        genre_of: The genre of a row, where it is known.

    Returns:
        Playlist number to genre; playlists without one are left out.
    """
    counted = ((number, _counts(rows, genre_of)) for number, rows in enumerate(lists))
    leading = ((number, counts.most_common(1)[0], counts.total()) for number, counts in counted if counts)
    return {
        number: genre for number, (genre, count), total in leading if total >= MIN_KNOWN and count > AGREEMENT * total
    }


def playlist_diversity(lists: Sequence[Rows], genre_of: Mapping[int, str]) -> dict[int, float]:
    """How many genres five of a playlist's tracks with a genre span on average, 1 to 5.

    Fewer than five such tracks give no number. The plain number of genres grows with the length of a playlist, the mean
    over all its fives does not.
    Source: Hurlbert 1971, "The nonconcept of species diversity", equation 14 (rarefaction).
    """
    counted = ((number, _counts(rows, genre_of)) for number, rows in enumerate(lists))
    return {number: _rarefied(counts.values()) for number, counts in counted if counts.total() >= SAMPLE}


def _rarefied(counts: Iterable[int]) -> float:
    sizes = list(counts)
    total = sum(sizes)
    return sum(1 - comb(total - size, SAMPLE) / comb(total, SAMPLE) for size in sizes)


def _counts(rows: Rows, genre_of: Mapping[int, str]) -> Counter[str]:
    return Counter(genre_of[row] for row in rows.tolist() if row in genre_of)
