"""The two towers: frames of sound and texts as they were read, to unit vectors of one space.

A vector has two parts: what sounds, and in which order. What sounds starts as the words of the tags that are heard, in
the space of sentence vectors; a small transformer over the frames and a head on the sentences learn the rest. Order is
the first moment of what sounds over time on one side, and of what the clauses say on the other.

Source: Y. Wu et al., "Large-scale contrastive language-audio pretraining with feature fusion and keyword-to-caption
augmentation" (2023); the frozen encoders below the audio tower and the moments are this project's own choice.
"""

from typing import cast

import torch
from torch import Tensor, nn

from indexers.encoders.clap.settings import ClapSettings
from indexers.encoders.clap.sounds.frames import N_FEATURES, N_FRAMES, N_TAGS
from indexers.encoders.clap.texts.reading import TEXT_DIM
from indexers.encoders.taggram import TagNorm

HOTTEST = 100.0  # the largest factor on cosines, as in CLIP
LEAST_SPREAD = 1e-3  # of a feature
UNUSUAL, SHARPNESS = 1.0, 2.0  # a tag begins to count where it is so many deviations above what is usual


class AudioTower(nn.Module):
    """Frames [n, n_frames, N_FEATURES] and which of them are there [n, n_frames] to unit vectors [n, dim]."""

    def __init__(self, settings: ClapSettings) -> None:
        """Start at random, without words for the tags."""
        super().__init__()
        hidden = settings.hidden
        self.register_buffer("centre", torch.zeros(N_FEATURES))
        self.register_buffer("spread", torch.ones(N_FEATURES))
        self.register_buffer("usual", torch.zeros(N_TAGS))
        self.register_buffer("varies", torch.ones(N_TAGS))
        self.threshold = nn.Parameter(torch.full((N_TAGS,), UNUSUAL))
        self.words = nn.Linear(N_TAGS, settings.content, bias=False)
        self.forget = nn.Dropout(settings.dropout)
        self.tags_alone = settings.tags_alone
        self.read = nn.Sequential(nn.Dropout(settings.dropout), nn.Linear(N_FEATURES, hidden), nn.LayerNorm(hidden))
        self.place = nn.Parameter(0.02 * torch.randn(N_FRAMES, hidden))
        layer = nn.TransformerEncoderLayer(
            hidden, settings.heads, 4 * hidden, settings.dropout, "gelu", batch_first=True, norm_first=True
        )
        self.mix = nn.TransformerEncoder(layer, settings.layers, nn.LayerNorm(hidden), enable_nested_tensor=False)
        self.say = nn.Linear(hidden, settings.content, bias=False)  # what all have in common would only blur cosines
        nn.init.zeros_(self.say.weight)
        self.order = nn.Linear(settings.content, settings.order, bias=False)

    def forward(self, frames: Tensor, there: Tensor) -> Tensor:
        """Pool the frames that are there; every row has one at least."""
        standard = (frames - cast("Tensor", self.centre)) / cast("Tensor", self.spread)
        mixed = self.mix(self.read(standard) + self.place[: frames.shape[1]], src_key_padding_mask=~there)
        content = self._tagged(frames[:, :, -N_TAGS:]) + self._sometimes(self.say(mixed))
        weights = there.to(content.dtype)
        weights = weights / weights.sum(dim=1, keepdim=True)
        pooled = (content * weights.unsqueeze(2)).sum(dim=1)
        moment = (content * (weights * places_of(there)).unsqueeze(2)).sum(dim=1)
        return put_together(pooled, self.order(moment))

    def _tagged(self, tags: Tensor) -> Tensor:
        """What the unusual tags of each frame are called, [n, n_frames, content], unit rows."""
        unusual = (tags - cast("Tensor", self.usual)) / cast("Tensor", self.varies) - self.threshold
        heard = nn.functional.softplus(unusual, beta=SHARPNESS)
        return nn.functional.normalize(self.words(self.forget(heard)), dim=2)

    def _sometimes(self, said: Tensor) -> Tensor:
        """Leave out what the transformer says of some clips while learning, so that the tags' words stay true alone."""
        if not self.training:
            return said
        kept = torch.rand(len(said), 1, 1, device=said.device) >= self.tags_alone
        return said * kept

    @torch.no_grad()
    def standardise_by(self, frames: Tensor, norm: TagNorm) -> None:
        """Take what is usual for features from frames [n, N_FEATURES], and for tags from a norm."""
        cast("Tensor", self.centre).copy_(frames.mean(dim=0))
        cast("Tensor", self.spread).copy_(frames.std(dim=0).clamp(min=LEAST_SPREAD))
        cast("Tensor", self.usual).copy_(torch.from_numpy(norm.centre))
        cast("Tensor", self.varies).copy_(torch.from_numpy(norm.scale))


class TextHead(nn.Module):
    """Texts as they were read, [n, READ_DIM], to unit vectors [n, dim]: a straight way, a bent one, and the order."""

    def __init__(self, settings: ClapSettings) -> None:
        """Start with the space of sentence vectors as it is."""
        super().__init__()
        self.register_buffer("centre", torch.zeros(TEXT_DIM))
        self.straight = nn.Linear(TEXT_DIM, settings.content, bias=False)
        keep = nn.init.eye_ if settings.content == TEXT_DIM else nn.init.orthogonal_
        keep(self.straight.weight)
        self.bent = nn.Sequential(
            nn.Linear(TEXT_DIM, settings.text_hidden),
            nn.GELU(),
            nn.Dropout(settings.dropout),
            nn.Linear(settings.text_hidden, settings.content, bias=False),
        )
        nn.init.zeros_(cast("nn.Linear", self.bent[3]).weight)
        self.order = nn.Linear(TEXT_DIM, settings.order, bias=False)

    def forward(self, read: Tensor) -> Tensor:
        """Add the ways up and put the order beside them."""
        sentences = read[:, :TEXT_DIM] - cast("Tensor", self.centre)
        return put_together(self.straight(sentences) + self.bent(sentences), self.order(read[:, TEXT_DIM:]))


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

    @torch.no_grad()
    def name_tags(self, classes: Tensor) -> None:
        """Let both towers start from the words of the tags, and from one reading of order.

        Args:
            classes: Sentence vectors of the tags' texts, [N_TAGS, TEXT_DIM], unit rows.
        """
        centre = classes.mean(dim=0)
        cast("Tensor", self.text.centre).copy_(centre)
        said = self.text.straight(classes - centre)
        self.audio.words.weight.copy_(said.T)
        nn.init.orthogonal_(self.audio.order.weight)
        self.text.order.weight.copy_(self.audio.order.weight @ self.text.straight.weight)


def places_of(there: Tensor) -> Tensor:
    """Where each frame that is there lies between the first, -1, and the last, 1; 0 elsewhere: [n, n_frames]."""
    numbers = there.cumsum(dim=1) - 1
    last = (there.sum(dim=1, keepdim=True) - 1).clamp(min=1)
    single = there.sum(dim=1, keepdim=True) == 1
    return ((2.0 * numbers / last - 1.0) * there).masked_fill(single, 0.0)


def put_together(content: Tensor, order: Tensor) -> Tensor:
    """Unit vectors [n, content + order] of what sounds, as a direction, and of its order, as it is."""
    return nn.functional.normalize(torch.cat([nn.functional.normalize(content, dim=1), order], dim=1), dim=1)
