"""The two towers: a small transformer over frames of sound, and a head on sentence vectors.

Source: Y. Wu et al., "Large-scale contrastive language-audio pretraining with feature fusion and keyword-to-caption
augmentation" (2023); the frozen encoders below the audio tower are this project's own choice.
"""

from typing import cast

import torch
from torch import Tensor, nn

from indexers.encoders.clap.frames import N_FEATURES, N_FRAMES
from indexers.encoders.clap.settings import ClapSettings

TEXT_DIM = 384
HOTTEST = 100.0  # the largest factor on cosines, as in CLIP
LEAST_SPREAD = 1e-3  # of a feature


class AudioTower(nn.Module):
    """Frames [n, n_frames, N_FEATURES] and which of them are there [n, n_frames] to unit vectors [n, dim]."""

    def __init__(self, settings: ClapSettings) -> None:
        """Start at random."""
        super().__init__()
        hidden = settings.hidden
        self.register_buffer("centre", torch.zeros(N_FEATURES))
        self.register_buffer("spread", torch.ones(N_FEATURES))
        self.read = nn.Sequential(nn.Dropout(settings.dropout), nn.Linear(N_FEATURES, hidden), nn.LayerNorm(hidden))
        self.place = nn.Parameter(0.02 * torch.randn(N_FRAMES, hidden))
        layer = nn.TransformerEncoderLayer(
            hidden, settings.heads, 4 * hidden, settings.dropout, "gelu", batch_first=True, norm_first=True
        )
        self.mix = nn.TransformerEncoder(layer, settings.layers, nn.LayerNorm(hidden), enable_nested_tensor=False)
        self.say = nn.Linear(hidden, settings.dim, bias=False)  # what all have in common would only blur cosines

    def forward(self, frames: Tensor, there: Tensor) -> Tensor:
        """Pool the frames that are there; every row has one at least."""
        standard = (frames - cast("Tensor", self.centre)) / cast("Tensor", self.spread)
        mixed = self.mix(self.read(standard) + self.place[: frames.shape[1]], src_key_padding_mask=~there)
        weights = there.to(mixed.dtype).unsqueeze(2)
        pooled = (mixed * weights).sum(dim=1) / weights.sum(dim=1)
        return nn.functional.normalize(self.say(pooled), dim=1)

    @torch.no_grad()
    def standardise_by(self, frames: Tensor) -> None:
        """Take what is usual from frames [n, N_FEATURES]."""
        cast("Tensor", self.centre).copy_(frames.mean(dim=0))
        cast("Tensor", self.spread).copy_(frames.std(dim=0).clamp(min=LEAST_SPREAD))


class TextHead(nn.Module):
    """Sentence vectors [n, 384] to unit vectors [n, dim]: a straight way and a bent one."""

    def __init__(self, settings: ClapSettings) -> None:
        """Start at random."""
        super().__init__()
        self.straight = nn.Linear(TEXT_DIM, settings.dim, bias=False)
        self.bent = nn.Sequential(
            nn.Linear(TEXT_DIM, settings.text_hidden),
            nn.GELU(),
            nn.Dropout(settings.dropout),
            nn.Linear(settings.text_hidden, settings.dim, bias=False),
        )

    def forward(self, sentences: Tensor) -> Tensor:
        """Add the ways up."""
        return nn.functional.normalize(self.straight(sentences) + self.bent(sentences), dim=1)


class Towers(nn.Module):
    """Both towers and the factor on their cosines."""

    def __init__(self, settings: ClapSettings) -> None:
        """Start at random; torch's seed decides."""
        super().__init__()
        self.audio = AudioTower(settings)
        self.text = TextHead(settings)
        self.log_scale = nn.Parameter(torch.tensor([1.0 / settings.temperature]).log())

    @property
    def scale(self) -> Tensor:
        """What cosines are multiplied by, the inverse of the temperature."""
        return self.log_scale.exp().clamp(max=HOTTEST)
