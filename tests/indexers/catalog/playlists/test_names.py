import pytest

from indexers.catalog.playlists.names import normal_artist, normal_title, numbers_in


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("Lose Control (feat. Ciara & Fat Man Scoop)", "lose control"),
        ("Don’t Stop", "dont stop"),
        ("Don't  Stop!", "dont stop"),
        ("Yesterday - Remastered 2009", "yesterday"),
        ("Yesterday - 2009 Remaster", "yesterday"),
        ("Yesterday (Remastered)", "yesterday"),
        ("Song [Official Video]", "song"),
        ("Song ft. Somebody", "song"),
        ("Yesterday (Live)", "yesterday live"),
        ("Yesterday (Club Remix)", "yesterday club remix"),
        ("Café del Mar", "cafe del mar"),
        ("Rock & Roll", "rock and roll"),
        ("Straße", "strasse"),
        ("日本", "日本"),
        ("!!!", "!!!"),
        ("Left", "left"),
    ],
)
def test_titles_come_to_one_spelling(title: str, plain: str) -> None:
    assert normal_title(title) == plain


@pytest.mark.parametrize(
    ("artist", "plain"),
    [
        ("The Beatles", "beatles"),
        ("Beatles, The", "beatles"),
        ("The The", "the"),
        ("The", "the"),
        ("Sigur Rós", "sigur ros"),
        ("AC/DC", "ac dc"),
        ("Rihanna feat. Jay-Z", "rihanna"),
        ("!!!", "!!!"),
    ],
)
def test_artists_come_to_one_spelling(artist: str, plain: str) -> None:
    assert normal_artist(artist) == plain


def test_numbers_of_a_title() -> None:
    assert numbers_in("Symphony No. 05, part 12") == ("5", "12")
    assert numbers_in("none") == ()
