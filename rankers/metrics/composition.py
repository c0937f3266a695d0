"""Is a sound told from its twin by what is said of both? The scores of Winoground and CompA."""

from collections.abc import Mapping

import numpy as np

from indexers.errors import ShapeError
from indexers.schema import Bools, Vectors

CHANCE: Mapping[str, float] = {"text": 1 / 4, "audio": 1 / 4, "group": 1 / 6}


def composition(scores: Vectors) -> dict[str, Bools]:
    """Tell which couples are told apart.

    Args:
        scores: [n_couples, 2, 2], of audio 0 and 1 against text 0 and 1, where text i is true of audio i alone.

    Returns:
        For "text", that each audio has its own text above the other; for "audio", that each text has its own audio
        above the other; for "group", both: [n_couples] each. Equal scores count as wrong.

    Raises:
        ShapeError: the scores have another shape.

    Source: T. Thrush et al., "Winoground" (2022), eqs. 1 to 3; S. Ghosh et al., "CompA" (2024), section 3. Scores in a
    random order are right with the probabilities `CHANCE`.
    """
    if scores.ndim != 3 or scores.shape[1:] != (2, 2):
        raise ShapeError(f"scores have the shape {scores.shape}, not [n_couples, 2, 2]")
    own = np.stack([scores[:, 0, 0], scores[:, 1, 1]], axis=1)
    other_text = np.stack([scores[:, 0, 1], scores[:, 1, 0]], axis=1)
    text = np.asarray((own > other_text).all(axis=1))
    audio = np.asarray((own > other_text[:, ::-1]).all(axis=1))
    return {"text": text, "audio": audio, "group": np.asarray(text & audio)}
