"""The artist cap by hand counts."""

import pytest

from indexers.errors import ConfigError
from rankers.caps import within_cap


def test_the_fourth_track_of_an_artist_waits() -> None:
    kept, beyond = within_cap(["Bach", "bach ", "Holst", "BACH", "Bach", "Bach"], 3)
    assert kept.tolist() == [0, 1, 2, 3]
    assert beyond.tolist() == [4, 5]


def test_the_unknown_artist_is_never_capped() -> None:
    kept, beyond = within_cap([None, "", None, " ", "A", "A"], 1)
    assert kept.tolist() == [0, 1, 2, 3, 4]
    assert beyond.tolist() == [5]


def test_a_cap_of_none_is_refused() -> None:
    with pytest.raises(ConfigError, match="artist cap = 0"):
        within_cap(["A"], 0)
