"""Which artists a query names."""

import pytest

from engine.arrange import names_artist


@pytest.mark.parametrize(
    ("text", "artist", "named"),
    [
        ("songs by Nina Simone", "Nina Simone", True),
        ("bach fugue", "Johann Sebastian Bach", True),
        ("beyonce", "Beyoncé", True),
        ("the sea", "The Who", False),  # shares a short word only
        ("u2 live", "U2", True),
        ("rain", None, False),
        ("", "Nina Simone", False),
        ("rain", "", False),
    ],
)
def test_names_artist(text, artist, named):
    assert names_artist(text, artist) is named
