"""Dividing examples into folds, whole lists at a time."""

import numpy as np
import numpy.typing as npt

from engine.evaluation.probes.task import Examples
from indexers.errors import InputError


def group_folds(
    examples: Examples, n_folds: int, seed: int
) -> list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Rows to learn from and rows to be asked about, per fold; no list is in both, labels are spread evenly.

    Raises:
        InputError: there are fewer lists than folds.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    if (n_groups := len(np.unique(examples.groups))) < n_folds:
        raise InputError(f"{n_groups} lists cannot be divided into {n_folds} folds: give playlists of more lists")
    folds = StratifiedGroupKFold(n_folds, shuffle=True, random_state=seed)
    return list(folds.split(np.zeros(len(examples)), examples.labels, examples.groups))
