"""From what playlists say to the tracks they mean, in tiers from certain to likely."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from indexers.catalog.paths import PathIndex
from indexers.catalog.playlists.entry import Entry
from indexers.catalog.playlists.fuzzy import Name, by_artist, nearest_names
from indexers.catalog.playlists.names import normal_artist, normal_title

SAME_LENGTH_S = 2.0  # lengths that differ less may belong to one recording


@dataclass(frozen=True, slots=True)
class Match:
    """The track an entry means and how that was found.

    `tier` is "path", "tags", "normalised" or "fuzzy"; "ambiguous" and "unmatched" have no track.
    """

    track_id: str | None
    tier: str


@dataclass(frozen=True, slots=True)
class _Track:
    track_id: str
    album: str
    duration_s: float


UNMATCHED = Match(None, "unmatched")
AMBIGUOUS = Match(None, "ambiguous")


class Matcher:
    """A library's tracks, findable by path and by name."""

    def __init__(self, tracks: pl.DataFrame, track_of: Mapping[str, str], threshold: float) -> None:
        """Index the tracks.

        Args:
            tracks: The catalogue; track_id, artist, title, album and duration_s are used.
            track_of: Every known path to its track_id, copies included.
            threshold: The least likeness, 0 to 1, of a fuzzy match.
        """
        self._threshold = threshold
        self._track_of = track_of
        self._paths = PathIndex(track_of)
        self._exact: dict[Name, list[_Track]] = defaultdict(list)
        self._normal: dict[Name, list[_Track]] = defaultdict(list)
        columns = ("track_id", "artist", "title", "album", "duration_s")
        for track_id, artist, title, album, duration_s in tracks.select(columns).iter_rows():
            track = _Track(track_id, album or "", duration_s or 0.0)
            self._exact[(artist or "", title)].append(track)
            self._normal[_normal_name(artist or "", title)].append(track)

    def match(self, entries: Sequence[Entry], folders: Sequence[str], *, nearly: bool = True) -> list[Match]:
        """Find the track of each entry.

        Tiers, each asked only where the one before found nothing: the path; artist and title as written; artist and
        title normalised (a track without an artist by "artist title" as its title); artist and title nearly the same.
        Where several tracks answer, album and then length decide, and several encodings of one length count as one;
        otherwise the entry is ambiguous and has no track.

        Args:
            entries: What playlists say.
            folders: The absolute folder of each entry's playlist.
            nearly: Whether to ask the last tier, whose cost grows with entries times artists.
        """
        by_name: dict[Entry, Match] = {}
        found = []
        for entry, folder in zip(entries, folders, strict=True):
            path = self._paths.find(entry.location, folder, parts=2) if entry.location else None
            if path is not None:
                found.append(Match(self._track_of[path], "path"))
                continue
            if entry not in by_name:
                by_name[entry] = self._by_name(entry)
            found.append(by_name[entry])
        return self._with_fuzzy(entries, found) if nearly and UNMATCHED in found else found

    def _by_name(self, entry: Entry) -> Match:
        if not (entry.artist and entry.title):
            return UNMATCHED
        if tracks := self._exact.get((entry.artist, entry.title)):
            return _decide(tracks, entry, "tags")
        artist, title = _normal_name(entry.artist, entry.title)
        tracks = self._normal.get((artist, title)) or self._normal.get(("", f"{artist} {title}"))
        return _decide(tracks, entry, "normalised") if tracks else UNMATCHED

    def _with_fuzzy(self, entries: Sequence[Entry], found: list[Match]) -> list[Match]:
        left = {
            entry: _normal_name(entry.artist, entry.title)
            for entry, match in zip(entries, found, strict=True)
            if match is UNMATCHED and entry.artist and entry.title
        }
        wanted = list(dict.fromkeys(left.values()))
        answers = dict(zip(wanted, nearest_names(wanted, self._titles_of, self._threshold), strict=True))
        fuzzy = {entry: self._decide_fuzzy(entry, answers[name].names) for entry, name in left.items()}
        return [
            fuzzy.get(entry, match) if match is UNMATCHED else match
            for entry, match in zip(entries, found, strict=True)
        ]

    @cached_property
    def _titles_of(self) -> dict[str, list[str]]:
        return by_artist(name for name in self._normal if all(name))

    def _decide_fuzzy(self, entry: Entry, names: tuple[Name, ...]) -> Match:
        if len(names) > 1:
            return AMBIGUOUS
        return _decide(self._normal[names[0]], entry, "fuzzy") if names else UNMATCHED


def _normal_name(artist: str, title: str) -> Name:
    return (normal_artist(artist), normal_title(title))


def _decide(tracks: Sequence[_Track], entry: Entry, tier: str) -> Match:
    """Choose among tracks of one name by album, then by length."""
    if entry.album:
        tracks = [track for track in tracks if normal_title(track.album) == normal_title(entry.album)] or tracks
    if entry.duration_s:
        near = [track for track in tracks if abs(track.duration_s - entry.duration_s) <= SAME_LENGTH_S]
        tracks = near or tracks
    if _spread_s(track.duration_s for track in tracks) > SAME_LENGTH_S:
        return AMBIGUOUS
    return Match(min(track.track_id for track in tracks), tier)


def _spread_s(durations: Iterable[float]) -> float:
    ordered = sorted(durations)
    return ordered[-1] - ordered[0]
