import gzip
from collections import Counter
from itertools import combinations
from math import log
from pathlib import Path

import numpy as np
import pytest

from engine.evaluation.probes.labels import (
    GENRES,
    GenreBook,
    playlist_diversity,
    playlist_genres,
    read_genre_book,
    telling,
    track_genres,
    votes_of,
)
from indexers.catalog.corpus import Vocabulary
from indexers.errors import InputError

TAGS = ("rock", "jazz", "favorites", "heavy metal", "metal", "hard rock", "classic rock")
SONGS = (
    ("Für Elise", "Some Band", "0 1"),  # rock and jazz: jazz is rarer
    ("Two", "Some Band", "0 5"),  # both of rock
    ("Three", "Some Band", "0 3 4 5 6"),  # three tags of rock weigh less than two of metal
    ("Four", "Some Band", "5 6"),
    ("Five", "Some Band", "0"),
    ("Six", "Other", "2"),  # says nothing of genre
    ("Seven", "Other", "#"),
    ("Eight", "Half", "1"),
    ("Nine", "Half", "0 5 6"),
)


def write(folder: Path, name: str, lines: list[str]) -> None:
    (folder / name).write_bytes(gzip.compress("\n".join(lines).encode()))


@pytest.fixture
def tagged(tmp_path: Path) -> Path:
    write(tmp_path, "tag_hash.txt.gz", [f"{row}, {tag}" for row, tag in enumerate(TAGS)])
    write(tmp_path, "song_hash.txt.gz", [f"{row} \t{title}\t{artist}" for row, (title, artist, _) in enumerate(SONGS)])
    write(tmp_path, "tags.txt.gz", [tags for _, _, tags in SONGS])
    return tmp_path


def test_tracks_take_the_genre_their_tags_say_most_of(tagged: Path) -> None:
    book = read_genre_book(tagged)
    assert book.by_track == {
        ("someband", "fürelise"): "jazz",
        ("someband", "two"): "rock",
        ("someband", "three"): "metal",
        ("someband", "four"): "rock",
        ("someband", "five"): "rock",
        ("half", "eight"): "jazz",
        ("half", "nine"): "rock",
    }


def test_artists_have_a_genre_where_more_than_half_of_their_tracks_do(tagged: Path) -> None:
    assert read_genre_book(tagged).by_artist == {"someband": "rock"}  # 3 of 5; the other has 1 of 2


def test_untagged_tracks_take_their_artists_genre_only_when_asked() -> None:
    keys = (("a", "one"), ("a", "two"), ("b", "three"))
    vocabulary = Vocabulary(keys, ("",) * 3, ("",) * 3, ("",) * 3)
    book = GenreBook({("a", "one"): "jazz"}, {"a": "rock"})
    assert track_genres(vocabulary, book, by_artist=False) == {0: "jazz"}
    assert track_genres(vocabulary, book, by_artist=True) == {0: "jazz", 1: "rock"}


def test_no_tag_speaks_for_two_genres() -> None:
    assert max(Counter(tag for tags in GENRES.values() for tag in tags).values()) == 1


def test_a_tag_says_the_more_the_fewer_songs_carry_it() -> None:
    weights = telling([["rock", "metal"], ["rock"], ["rock"], ["seen live"], []])
    assert weights == pytest.approx({"rock": log(4 / 3), "metal": log(4), "seen live": log(4)})
    votes = votes_of(["rock", "metal", "poprock", "seen live"], {**weights, "poprock": 0.25})
    assert votes == pytest.approx({"rock": log(4 / 3) + 0.25, "metal": log(4)})


@pytest.mark.parametrize(
    ("genres", "expected"),
    [
        (["rock"] * 7 + ["jazz"] * 3, {}),  # exactly 70 % is not more
        (["rock"] * 8 + ["jazz"] * 3, {0: "rock"}),
        (["rock"] * 3, {0: "rock"}),
        (["rock"] * 2, {}),
        ([], {}),
    ],
)
def test_a_playlist_has_a_genre_where_more_than_seventy_percent_agree(genres: list[str], expected: dict) -> None:
    genre_of = dict(enumerate(genres))
    rows = np.arange(len(genres) + 5)  # five more tracks of which no genre is known
    assert playlist_genres([rows], genre_of) == expected


def test_diversity_is_the_mean_over_all_fives() -> None:
    genres = ["rock", "rock", "rock", "jazz", "jazz", "pop", "metal", "rock"]
    genre_of = dict(enumerate(genres))
    fives = [len(set(five)) for five in combinations(genres, 5)]
    assert playlist_diversity([np.arange(20)], genre_of)[0] == pytest.approx(np.mean(fives))


def test_diversity_needs_five_tracks_with_a_genre() -> None:
    genre_of = dict.fromkeys(range(5), "rock")
    assert playlist_diversity([np.arange(4), np.arange(5)], genre_of) == {1: 1.0}


def test_songs_and_tags_must_match(tagged: Path) -> None:
    write(tagged, "tags.txt.gz", ["0"])
    with pytest.raises(InputError, match="9 songs and tags for 1"):
        read_genre_book(tagged)


def test_missing_tags_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"tag_hash.txt.gz cannot be read .*: name the folder"):
        read_genre_book(tmp_path)


def test_the_real_tags_are_all_there(shared_data: Path) -> None:
    folder = shared_data / "tags" / "yes_songs"
    lines = gzip.decompress((folder / "tag_hash.txt.gz").read_bytes()).decode().splitlines()
    tags = {line.split(", ", 1)[1] for line in lines}
    assert {tag for names in GENRES.values() for tag in names} <= tags
    book = read_genre_book(folder)
    assert book.by_track[("milesdavis", "sowhat")] == "jazz"
    assert book.by_artist["metallica"] == "metal"
