"""Leave-k-out: some of what each user played is hidden, to be found again."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from indexers.errors import InputError
from indexers.schema import Rows

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@dataclass(frozen=True, slots=True)
class LeaveOut:
    """One division of a table of listens.

    `train` is the table without what is hidden, [n_users, n_items]; `users` are the rows of the users who are asked
    about, ascending, and `held_out` what is hidden of each, [n_asked, n_held_out], ascending. All other users are
    wholly in training.
    """

    train: "csr_matrix"
    users: Rows
    held_out: Rows

    @property
    def lists(self) -> "csr_matrix":
        """What is left of the users who are asked about, [n_asked, n_items]."""
        return self.train[self.users]

    def sample(self, n: int, rng: np.random.Generator) -> "LeaveOut":
        """The same division with at most n of its users asked about; what is hidden of the others stays hidden."""
        if len(self.users) <= n:
            return self
        kept = np.sort(rng.choice(len(self.users), n, replace=False))
        return LeaveOut(self.train, self.users[kept], self.held_out[kept])

    @property
    def n_unknown(self) -> int:
        """How many hidden items no one plays in training: they can not be found, and count as missed."""
        listeners = np.bincount(self.train.indices, minlength=self.train.shape[1])
        return int((listeners[self.held_out] == 0).sum())


def leave_out(counts: "csr_matrix", n_held_out: int, rng: np.random.Generator) -> LeaveOut:
    """Hide some items of every user who has at least twice as many; the others stay as they are.

    Args:
        counts: [n_users, n_items], above 0 where it is stored.
        n_held_out: How many items of a user, drawn alike whatever their counts; at least 1.
        rng: The source of chance.

    Raises:
        InputError: no user has twice as many items, or n_held_out is below 1.
    """
    if n_held_out < 1:
        raise InputError(f"{n_held_out} items cannot be held out: give at least 1")
    sizes = np.diff(counts.indptr)
    users = np.flatnonzero(sizes >= 2 * n_held_out).astype(np.int64)
    if not len(users):
        raise InputError(
            f"no user has {2 * n_held_out} items left, twice what is held out (most have {sizes.max(initial=0)} or "
            "fewer): hold out fewer"
        )
    starts = counts.indptr[users]
    places = np.stack(
        [start + rng.choice(size, n_held_out, replace=False) for start, size in zip(starts, sizes[users], strict=True)]
    )
    train = counts.copy()
    train.data[places.ravel()] = 0.0
    train.eliminate_zeros()
    return LeaveOut(train, users, np.sort(counts.indices[places], axis=1).astype(np.int64))
