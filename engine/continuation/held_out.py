"""Held-out playlists as questions: some tracks are given, the others are to be found."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np

from indexers.catalog.corpus import Key, day_of, key_of
from indexers.catalog.playlists.entry import Playlist
from indexers.catalog.splits import are_editions
from indexers.schema import Rows, Seeds

TO_FIND = 5  # known held-out tracks that a playlist needs to count


@dataclass(frozen=True, slots=True)
class Scenario:
    """How many tracks are given: the first ones, or ones drawn at random; none where only the name is."""

    name: str
    n_seeds: int
    at_random: bool = False


NAME_ONLY = Scenario("name only", 0)
SCENARIOS = (
    NAME_ONLY,
    Scenario("first 1", 1),
    Scenario("first 5", 5),
    Scenario("first 10", 10),
    Scenario("first 25", 25),
    Scenario("random 25", 25, at_random=True),
)


@dataclass(frozen=True, slots=True)
class HeldOut:
    """One question: what is given, what is to be found, and what of both is not known.

    `relevant` are the rows of the known held-out tracks; `n_held_out` counts all of them, known or not;
    `held_out_artists` are the folded names of all their artists.
    """

    seeds: Seeds
    relevant: Rows
    n_held_out: int
    held_out_artists: frozenset[str]
    n_unknown_seeds: int
    group: str = ""


def hold_out(
    playlists: Sequence[Playlist], row_of: Mapping[Key, int], scenario: Scenario, seed: int = 0
) -> list[HeldOut]:
    """Turn playlists into questions.

    A playlist counts where at least one of its seeds is known (or none is asked for) and at least five held-out tracks
    are. Tracks are told apart by their folded names; each counts once. Editions of one list are one group: they are no
    independent witnesses.

    Args:
        playlists: Held out from what was learnt.
        row_of: The known tracks.
        scenario: What is given.
        seed: Of the seeds drawn at random; each playlist's are its own.
    """
    groups = _groups(playlists)
    asked = (_question(playlist, row_of, scenario, seed) for playlist in playlists)
    return [
        replace(question, group=group) for question, group in zip(asked, groups, strict=True) if question is not None
    ]


def _groups(playlists: Sequence[Playlist]) -> list[str]:
    """The group of each playlist: its list's name where it is one of several editions, else its own."""
    together: dict[tuple[str, str], list[Playlist]] = defaultdict(list)
    for playlist in sorted(playlists, key=lambda playlist: playlist.date):
        together[playlist.source, playlist.curator or playlist.name].append(playlist)
    editions = {called for called, lists in together.items() if are_editions(lists)}
    called = ((playlist.source, playlist.curator or playlist.name) for playlist in playlists)
    return ["/".join(name) if name in editions else f"#{row}" for row, name in enumerate(called)]


def _question(playlist: Playlist, row_of: Mapping[Key, int], scenario: Scenario, seed: int) -> HeldOut | None:
    keys = list(dict.fromkeys(key for entry in playlist.entries if all(key := key_of(entry))))
    given = _given(len(keys), scenario, np.random.default_rng((seed, crc32(playlist.given_id.encode()))))
    seeds = [keys[place] for place in given]
    held_out = [key for place, key in enumerate(keys) if place not in set(given)]
    known = _rows(seeds, row_of)
    relevant = _rows(held_out, row_of)
    if len(given) < scenario.n_seeds or len(relevant) < TO_FIND or (scenario.n_seeds and not len(known)):
        return None
    return HeldOut(
        Seeds(known, playlist.curator or playlist.name, day_of(playlist.date), playlist.source),
        relevant,
        len(held_out),
        frozenset(artist for artist, _ in held_out),
        len(seeds) - len(known),
    )


def _given(n_tracks: int, scenario: Scenario, rng: np.random.Generator) -> list[int]:
    """The places of the given tracks, in order; fewer where the playlist is shorter."""
    if not scenario.at_random:
        return list(range(min(scenario.n_seeds, n_tracks)))
    return sorted(rng.permutation(n_tracks)[: scenario.n_seeds].tolist())


def _rows(keys: Sequence[Key], row_of: Mapping[Key, int]) -> Rows:
    return np.array([row_of[key] for key in keys if key in row_of], dtype=np.int64)
