"""What pulls fitting pairs together and pushes the others apart."""

import torch
from torch import Tensor


def contrast(audio: Tensor, text: Tensor, scale: Tensor, same: Tensor) -> Tensor:
    """The symmetric cross-entropy of finding each clip's text among all texts and each text's clip among all clips.

    Args:
        audio: [n, dim], unit rows.
        text: [n, dim], unit rows; row i fits row i of `audio`.
        scale: A factor on the cosines.
        same: [n, n], which other texts say the same: those are no negatives of one another.

    Source: A. van den Oord et al., "Representation learning with contrastive predictive coding" (2018), eq. 4, taken
    both ways as in A. Radford et al., CLIP (2021), figure 3.
    """
    logits = scale * audio @ text.T
    others = same & ~torch.eye(len(audio), dtype=torch.bool, device=audio.device)
    logits = logits.masked_fill(others, float("-inf"))
    own = torch.arange(len(audio), device=audio.device)
    there_and_back = (torch.nn.functional.cross_entropy(way, own) for way in (logits, logits.T))
    return torch.stack(list(there_and_back)).mean()
