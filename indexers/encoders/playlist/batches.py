"""Playlists cut, grouped by length and padded, for the network."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexers.encoders.playlist.settings import Seq2SeqSettings
from indexers.schema import Rows

LEAST_CROP = 3  # tracks that a cropped playlist keeps at least
JITTER = 0.15  # of a length: how far apart playlists of one batch may be in it


@dataclass(frozen=True, slots=True)
class Batch:
    """Playlists side by side, [n_playlists, n_places], padded with row 0 beyond their `lengths` [n_playlists]."""

    rows: Rows
    lengths: Rows

    @property
    def there(self) -> npt.NDArray[np.bool_]:
        """Where a track is, [n_playlists, n_places]."""
        return np.arange(self.rows.shape[1]) < self.lengths[:, None]


def pad(lists: Sequence[Rows]) -> Batch:
    """Put playlists side by side; there must be at least one, and none may be empty."""
    lengths = np.array([len(rows) for rows in lists], dtype=np.int64)
    padded = np.zeros((len(lists), lengths.max()), dtype=np.int64)
    for place, rows in enumerate(lists):
        padded[place, : len(rows)] = rows
    return Batch(padded, lengths)


def epoch_batches(lists: Sequence[Rows], settings: Seq2SeqSettings, epoch: int) -> list[Batch]:
    """Mix, cut, crop and group the playlists of one epoch; the same epoch gives the same batches."""
    rng = np.random.default_rng((settings.seed, epoch))
    mixed = mix(lists, settings.mix, rng)
    chunks = [chunk for rows in mixed for chunk in _cut(rows, settings, rng)]
    groups = list(_groups(chunks, settings.batch_tracks, rng))
    return [pad([chunks[row] for row in groups[at]]) for at in rng.permutation(len(groups))]


def mix(lists: Sequence[Rows], share: float, rng: np.random.Generator) -> list[Rows]:
    """Replace tracks by others that share a playlist with them, so that no playlist can be learnt by heart.

    Args:
        lists: Playlists without repeats.
        share: Of the playlists that are changed: in each a part of the tracks, drawn evenly from none to all.
        rng: Of the draws.

    Returns:
        Playlists of the same lengths, still without repeats.
    """
    holding = _holding(lists)
    return [_mixed(rows, lists, holding, rng) if rng.random() < share else rows for rows in lists]


def _mixed(rows: Rows, lists: Sequence[Rows], holding: Mapping[int, Sequence[int]], rng: np.random.Generator) -> Rows:
    found = rows.tolist()
    held = set(found)
    for place in np.flatnonzero(rng.random(len(found)) < rng.random()).tolist():
        others = holding[found[place]]
        other = lists[others[int(rng.integers(len(others)))]]
        track = int(other[int(rng.integers(len(other)))])
        if track not in held:
            held.add(track)
            found[place] = track
    return np.array(found, dtype=np.int64)


def _holding(lists: Sequence[Rows]) -> dict[int, list[int]]:
    """Which playlists hold each track."""
    holding: dict[int, list[int]] = defaultdict(list)
    for number, rows in enumerate(lists):
        for row in rows.tolist():
            holding[row].append(number)
    return holding


def fixed_batches(lists: Sequence[Rows], longest: int, batch_tracks: int) -> list[tuple[Rows, Batch]]:
    """Group playlists of similar length without chance; each batch comes with the rows of `lists` that it holds.

    Only the first `longest` tracks of each are read; playlists without tracks are in no batch.
    """
    cut = [rows[:longest] for rows in lists]
    order = sorted((row for row, rows in enumerate(cut) if len(rows)), key=lambda row: (len(cut[row]), row))
    groups = _fill(order, [len(rows) for rows in cut], batch_tracks)
    return [(np.array(group, dtype=np.int64), pad([cut[row] for row in group])) for group in groups]


def _cut(rows: Rows, settings: Seq2SeqSettings, rng: np.random.Generator) -> Iterator[Rows]:
    """Cut a playlist where it is too long, at other places each time, or read only a part of it."""
    longest = settings.chunk_tracks
    if rng.random() < settings.crop and len(rows) > LEAST_CROP:
        kept = int(rng.integers(LEAST_CROP, min(len(rows), longest) + 1))
        at = int(rng.integers(0, len(rows) - kept + 1))
        yield rows[at : at + kept]
        return
    shift = int(rng.integers(1, longest + 1)) if len(rows) > longest else longest
    for part in np.split(rows, range(shift, len(rows), longest)):
        if len(part):
            yield part


def _groups(chunks: Sequence[Rows], batch_tracks: int, rng: np.random.Generator) -> Iterator[list[int]]:
    lengths = np.array([len(chunk) for chunk in chunks], dtype=np.float64)
    order = np.argsort(lengths * rng.uniform(1 - JITTER, 1 + JITTER, len(lengths)), kind="stable")
    yield from _fill(order.tolist(), lengths.astype(int).tolist(), batch_tracks)


def _fill(order: Sequence[int], lengths: Sequence[int], batch_tracks: int) -> Iterator[list[int]]:
    """Fill groups in order until the next playlist would make one larger than `batch_tracks` with its padding."""
    group: list[int] = []
    widest = 0
    for row in order:
        widest = max(widest, lengths[row])
        if group and widest * (len(group) + 1) > batch_tracks:
            yield group
            group, widest = [], lengths[row]
        group.append(row)
    if group:
        yield group
