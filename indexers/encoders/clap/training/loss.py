"""What pulls fitting pairs together and pushes the others apart."""

import torch
from torch import Tensor


def contrast(audio: Tensor, text: Tensor, scale: Tensor, same: Tensor, false: Tensor | None = None) -> Tensor:
    """The symmetric cross-entropy of finding each clip's text among all texts and each text's clip among all clips.

    Args:
        audio: [n, dim], unit rows.
        text: [n, dim], unit rows; row i fits row i of `audio`.
        scale: A factor on the cosines.
        same: [n, n], which other texts say the same: those are no negatives of one another.
        false: [n, dim], a text that is false of row i of `audio`, for it alone to be told from; zeros where there is
            none. None is zeros everywhere.

    Source: A. van den Oord et al., "Representation learning with contrastive predictive coding" (2018), eq. 4, taken
    both ways as in A. Radford et al., CLIP (2021), figure 3; the false texts are the masked hard negatives of
    S. Ghosh et al., "CompA: Addressing the gap in compositional reasoning in audio-language models" (2024).
    """
    logits = scale * audio @ text.T
    others = same & ~torch.eye(len(audio), dtype=torch.bool, device=audio.device)
    logits = logits.masked_fill(others, float("-inf"))
    own = torch.arange(len(audio), device=audio.device)
    there = logits
    if false is not None:
        against = (scale * audio * false).sum(dim=1, keepdim=True)
        none = (false == 0).all(dim=1, keepdim=True)
        there = torch.cat([logits, against.masked_fill(none, float("-inf"))], dim=1)
    there_and_back = (torch.nn.functional.cross_entropy(way, own) for way in (there, logits.T))
    return torch.stack(list(there_and_back)).mean()
