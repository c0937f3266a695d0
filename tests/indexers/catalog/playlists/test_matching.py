import polars as pl
import pytest

from indexers.catalog.playlists.entry import Entry
from indexers.catalog.playlists.matching import Match, Matcher

TRACKS = pl.DataFrame(
    [
        ("t1", "The Beatles", "Yesterday", "Help!", 125.0),
        ("t2", "The Beatles", "Yesterday (Live)", "Anthology", 140.0),
        ("t3", "Björk", "Jóga", "Homogenic", 305.0),
        ("t4", "Ludwig van Beethoven", "Symphony No. 5", None, 1800.0),
        ("t5", None, "Some Artist - Some Title", None, 200.0),
        ("t6", "Ann", "Twice", "First", 100.0),
        ("t7", "Ann", "Twice", "Second", 200.0),
        ("t8", "Bob", "Encoded", "Album", 100.4),  # one recording in two encodings
        ("t9", "Bob", "Encoded", "Album", 100.0),
        ("ta", "Carol", "Wandering Star", "X", 100.0),
        ("tb", "Carol", "Wandering Stag", "Y", 100.0),
    ],
    schema=["track_id", "artist", "title", "album", "duration_s"],
    orient="row",
)
TRACK_OF = {f"/m/{track_id}.mp3": track_id for track_id in TRACKS["track_id"]}


def match(entry: Entry, threshold: float = 0.9) -> tuple[str | None, str]:
    (found,) = Matcher(TRACKS, TRACK_OF, threshold).match([entry], ["/lists"])
    return (found.track_id, found.tier)


def named(artist: str, title: str, album: str = "", duration_s: float = 0.0) -> Entry:
    return Entry(artist=artist, title=title, album=album, duration_s=duration_s)


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        (Entry("/m/t3.mp3", "The Beatles", "Yesterday"), ("t3", "path")),  # the path goes before the name
        (Entry("../m/t3.mp3"), ("t3", "path")),
        (Entry("/gone/x.mp3", "The Beatles", "Yesterday"), ("t1", "tags")),
        (named("The Beatles", "Yesterday"), ("t1", "tags")),
        (named("The Beatles", "Yesterday", album="A collection", duration_s=999.0), ("t1", "tags")),
        (Entry("/gone/t1.mp3"), (None, "unmatched")),  # a file name alone is not enough
        (named("beatles", "YESTERDAY - Remastered 2009"), ("t1", "normalised")),
        (named("Beatles, The", "Yesterday (live)"), ("t2", "normalised")),
        (named("Bjork", "Joga"), ("t3", "normalised")),
        (named("Some Artist", "Some Title"), ("t5", "normalised")),  # an untagged file's name
        (named("Ludwig van Beethoven", "Symphony Nr. 5"), ("t4", "fuzzy")),
        (named("Ludwig von Beethoven", "Symphony No.5"), ("t4", "fuzzy")),
        (named("Ludwig van Beethoven", "Symphony No. 6"), (None, "unmatched")),  # near, but another number
        (named("Ann", "Twice"), (None, "ambiguous")),
        (named("Ann", "Twice", album="second"), ("t7", "tags")),
        (named("Ann", "Twice", duration_s=101.5), ("t6", "tags")),
        (named("ann", "twice!", duration_s=199.0), ("t7", "normalised")),
        (named("Bob", "Encoded"), ("t8", "tags")),  # the first by track_id
        (named("Carol", "Wandering Stax"), (None, "ambiguous")),
        (named("Nobody", "Yesterday"), (None, "unmatched")),  # a title alone is not enough
        (named("", "Yesterday"), (None, "unmatched")),
        (named("The Beatles", ""), (None, "unmatched")),
        (Entry(), (None, "unmatched")),
    ],
)
def test_tiers(entry: Entry, found: tuple[str | None, str]) -> None:
    assert match(entry) == found


def test_the_threshold_decides_what_is_near_enough() -> None:
    entry = named("Bjoerk", "Joga")  # the artist agrees in 10 of 11 letters
    assert match(entry, 0.90) == ("t3", "fuzzy")
    assert match(entry, 0.92) == (None, "unmatched")


def test_every_entry_has_its_own_answer_in_order() -> None:
    entries = [named("Bjoerk", "Joga"), Entry("t1.mp3"), named("Nobody", "Nothing"), named("Bjoerk", "Joga")]
    found = Matcher(TRACKS, TRACK_OF, 0.9).match(entries, ["/x", "/m", "/x", "/x"])
    near = Match("t3", "fuzzy")
    assert found == [near, Match("t1", "path"), Match(None, "unmatched"), near]


def test_an_empty_library_matches_nothing() -> None:
    found = Matcher(TRACKS.clear(), {}, 0.9).match([named("Ann", "Twice")], ["/x"])
    assert found == [Match(None, "unmatched")]


def test_no_entries_have_no_matches() -> None:
    assert Matcher(TRACKS, TRACK_OF, 0.9).match([], []) == []
