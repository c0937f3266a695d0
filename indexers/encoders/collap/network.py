"""Clips that see the other clips of their track, and sentences those of their text, and the score that fuses them.

Source: J. Wu et al., "CoLLAP: Contrastive Long-form Language-Audio Pretraining with Musical Temporal Structure
Augmentation" (2024): a global similarity and one by temporal attention between clips and text, fused. The equations
below are this project's reading of it, over frozen towers.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from indexers.encoders.collap.places import N_PLACES
from indexers.encoders.collap.settings import CollapSettings

HOTTEST = 100.0  # the largest factor on scores
FAINT = 1e-9


class Layer(nn.Module):
    """One layer of a transformer, normed before its two parts."""

    def __init__(self, hidden: int, heads: int, dropout: float) -> None:
        """Start at random."""
        super().__init__()
        self.heads = heads
        self.before, self.after = nn.LayerNorm(hidden), nn.LayerNorm(hidden)
        self.ask, self.give = nn.Linear(hidden, 3 * hidden), nn.Linear(hidden, hidden)
        self.up, self.down = nn.Linear(hidden, 2 * hidden), nn.Linear(2 * hidden, hidden)
        self.drop = nn.Dropout(dropout)

    def forward(self, rows: Tensor, there: Tensor) -> Tensor:
        """[n, length, hidden] and which rows are there [n, length]."""
        n, length, hidden = rows.shape
        parts = self.ask(self.before(rows)).view(n, length, 3, self.heads, hidden // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        seen = nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=there[:, None, None, :])
        rows = rows + self.drop(self.give(seen.transpose(1, 2).reshape(n, length, hidden)))
        bent: Tensor = self.drop(self.down(nn.functional.gelu(self.up(self.after(rows)))))
        return rows + bent


class Mixer(nn.Module):
    """Unit vectors and their places to unit vectors in context and weights of a pool; at first as they were."""

    def __init__(self, settings: CollapSettings) -> None:
        """Start with no change to what the towers below say."""
        super().__init__()
        hidden = settings.hidden
        self.drop = nn.Dropout(settings.dropout)
        self.read = nn.Linear(settings.base_dim, hidden)
        self.place = nn.Linear(N_PLACES, hidden, bias=False)
        self.layers = nn.ModuleList(Layer(hidden, settings.heads, settings.dropout) for _ in range(settings.layers))
        self.norm = nn.LayerNorm(hidden)
        self.say = nn.Linear(hidden, settings.base_dim, bias=False)
        self.gate = nn.Linear(hidden, 1, bias=False)
        nn.init.zeros_(self.say.weight)
        nn.init.zeros_(self.gate.weight)

    def forward(self, vectors: Tensor, places: Tensor, there: Tensor) -> tuple[Tensor, Tensor]:
        """Take vectors [n, length, dim], places [n, length, N_PLACES] and which are there [n, length], one at least."""
        rows = self.read(math.sqrt(vectors.shape[2]) * self.drop(vectors)) + self.place(places)
        for layer in self.layers:
            rows = layer(rows, there)
        rows = self.norm(rows)
        said = nn.functional.normalize(vectors + self.say(rows), dim=2)
        weights = self.gate(rows).squeeze(2).masked_fill(~there, float("-inf")).softmax(dim=1)
        return said, weights


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a batch in context: vectors [n, length, dim], their weights in a pool, and which are there."""

    vectors: Tensor
    weights: Tensor
    there: Tensor

    @property
    def whole(self) -> Tensor:
        """The pooled vectors, [n, dim], unit rows."""
        return nn.functional.normalize((self.weights.unsqueeze(2) * self.vectors).sum(dim=1), dim=1)


class Collap(nn.Module):
    """Both sides and what fuses them."""

    def __init__(self, settings: CollapSettings) -> None:
        """Start at random; torch's seed decides."""
        super().__init__()
        self.audio, self.text = Mixer(settings), Mixer(settings)
        self.log_scale = nn.Parameter(torch.tensor([1.0 / settings.temperature]).log())
        self.log_sharpness = nn.Parameter(torch.tensor([settings.sharpness]).log())
        self.tilt = nn.Parameter(torch.tensor([settings.balance]).logit())
        self.lump = nn.Parameter(torch.tensor([settings.lumped]).logit())

    @property
    def scale(self) -> Tensor:
        """What scores are multiplied by, the inverse of the temperature."""
        return self.log_scale.exp().clamp(max=HOTTEST)

    @property
    def sharpness(self) -> Tensor:
        """What cosines are multiplied by before a sentence's attention is shared out among clips."""
        return self.log_sharpness.exp().clamp(max=HOTTEST)

    @property
    def balance(self) -> Tensor:
        """The share of the global cosine in the fused score."""
        return self.tilt.sigmoid()

    @property
    def lumped(self) -> Tensor:
        """The share of the text as a whole among the sentences that attend to clips."""
        return self.lump.sigmoid()

    def sentences(self, text: Side) -> Side:
        """Sentences with the text as a whole before them, as one more; weights still sum to one."""
        weights = torch.cat([self.lumped.expand(len(text.weights), 1), (1.0 - self.lumped) * text.weights], dim=1)
        there = torch.cat([torch.ones_like(text.there[:, :1]), text.there], dim=1)
        return Side(torch.cat([text.whole.unsqueeze(1), text.vectors], dim=1), weights, there)

    def scores(self, audio: Side, text: Side) -> tuple[Tensor, Tensor, Tensor]:
        """The fused score of every text with every track, the global one, and the local one, [n_texts, n_tracks] each.

        With sentences s_j of weights w_j, the whole text among them, and clips x_i: local = sum_j w_j sum_i a_ji
        s_j.x_i, where the attention a_j is the softmax over i of sharpness * s_j.x_i; global is the cosine of the
        pools; fused = balance * global + (1 - balance) * local.
        """
        said = self.sentences(text)
        cosines = torch.einsum("tmd,and->tamn", said.vectors, audio.vectors)
        heat = (self.sharpness * cosines).masked_fill(~audio.there[None, :, None, :], float("-inf"))
        best = (heat.softmax(dim=3) * cosines).sum(dim=3)
        local = torch.einsum("tm,tam->ta", said.weights, best)
        whole = text.whole @ audio.whole.T
        return self.balance * whole + (1.0 - self.balance) * local, whole, local

    def attended(self, audio: Side, text: Side) -> Tensor:
        """How each sentence shares its attention out among the clips of its own track, [n, n_sentences, n_clips]."""
        heat = self.sharpness * torch.einsum("nmd,nid->nmi", text.vectors, audio.vectors)
        return heat.masked_fill(~audio.there[:, None, :], float("-inf")).softmax(dim=2)
