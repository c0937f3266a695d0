import random

import pytest
from rapidfuzz.fuzz import ratio

from indexers.catalog.playlists import fuzzy
from indexers.catalog.playlists.fuzzy import Name, by_artist, nearest_names

THRESHOLD = 0.75


def names(seed: int, count: int) -> list[Name]:
    """Short words of few letters, so that many are near one another."""
    rng = random.Random(seed)
    word = lambda: "".join(rng.choices("ab1", k=rng.randint(3, 7)))  # noqa: E731
    return sorted({(word(), word()) for _ in range(count)})


def digits(title: str) -> list[str]:
    return "".join(letter if letter.isdigit() else " " for letter in title).split()


def brute_force(name: Name, known: list[Name]) -> set[Name]:
    alike = {
        other: min(ratio(name[0], other[0]), ratio(name[1], other[1])) / 100
        for other in known
        if digits(name[1]) == digits(other[1])
    }
    best = max(alike.values(), default=0.0)
    return {other for other, score in alike.items() if score >= max(THRESHOLD, best - 0.02)}


@pytest.mark.parametrize("chunk", [1, 700, 10**7])
def test_is_what_comparing_all_pairs_gives(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzzy, "CHUNK", chunk)
    wanted, known = names(1, 60), names(2, 300)
    found = [set(nearest.names) for nearest in nearest_names(wanted, by_artist(known), THRESHOLD)]
    expected = [brute_force(name, known) for name in wanted]
    assert found == expected
    assert sum(len(nearest) == 1 for nearest in expected) >= 5  # the sample has all three kinds
    assert sum(len(nearest) > 1 for nearest in expected) >= 3
    assert sum(not nearest for nearest in expected) >= 5
