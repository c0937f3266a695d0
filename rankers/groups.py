"""Duplicate groups: one recording is shown once."""

import numpy as np

from indexers.schema import Rows


def best_of_each(groups: Rows) -> Rows:
    """Positions of the first candidate of every group, in the order given.

    Args:
        groups: [n_candidates], the group of each candidate, best first.
    """
    _, first = np.unique(groups, return_index=True)
    return np.sort(first).astype(np.int64)


class Groups:
    """Which rows share a group, for many look-ups in one large library."""

    def __init__(self, groups: Rows) -> None:
        """Sort [n_tracks] group numbers once."""
        self._of_row = groups
        self._order = np.argsort(groups, kind="stable").astype(np.int64)
        self._sorted = groups[self._order]

    def of(self, rows: Rows) -> Rows:
        """The group of each row."""
        return self._of_row[rows]

    def others(self, row: int) -> Rows:
        """The other rows of a row's group, smallest first."""
        group = self._of_row[row]
        start, end = np.searchsorted(self._sorted, [group, group + 1])
        members = self._order[start:end]
        return np.asarray(members[members != row], dtype=np.int64)

    def members(self, rows: Rows) -> Rows:
        """All rows that share a group with any of these rows, these included; sorted, each once."""
        if not len(rows):
            return np.empty(0, dtype=np.int64)
        everyone = [np.append(self.others(row), row) for row in rows.tolist()]
        return np.unique(np.concatenate(everyone))
