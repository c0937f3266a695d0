"""What the audio tower takes of a window of sound: embeddings and tags of the frozen encoders, side by side."""

from collections.abc import Mapping

import numpy as np

from indexers.encoders.music import unit
from indexers.encoders.taggram import clip_evidence
from indexers.models.cards import CARDS
from indexers.schema import Vectors

TAGGED = ("musicnn_msd", "musicnn_mtt", "yamnet")
EMBEDDED = (("musicnn_msd", "penultimate"), ("musicnn_mtt", "penultimate"), ("yamnet", "embedding"))
HEARS: Mapping[str, tuple[str, ...]] = {name: (output, "tags") for name, output in EMBEDDED}
N_FEATURES = sum(CARDS[name].outputs[output] for name, outputs in HEARS.items() for output in outputs)
N_TAGS = sum(CARDS[name].outputs["tags"] for name in TAGGED)
N_FRAMES = 4  # windows of 3 s that one clip of 10 s is heard by, each overlapping the next


def frames_of(outputs: Mapping[str, Mapping[str, Vectors]]) -> Vectors:
    """Put what the encoders heard side by side: unit embeddings, then the log-odds of all tags.

    Args:
        outputs: Encoder to output to [n_windows, dim], those of `HEARS` among them.

    Returns:
        [n_windows, N_FEATURES].
    """
    embedded = [unit(np.asarray(outputs[name][output], dtype=np.float32)) for name, output in EMBEDDED]
    tags = clip_evidence({name: {"tags": outputs[name]["tags"]} for name in TAGGED})
    return np.concatenate([*embedded, tags], axis=1)
