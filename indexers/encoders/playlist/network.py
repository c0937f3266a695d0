"""The autoencoder's network: a recurrent encoder, its last states as the vector, a decoder that attends."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from indexers.encoders.playlist.settings import Seq2SeqSettings

if TYPE_CHECKING:
    from indexers.schema import Vectors

SPREAD = 0.3  # the standard deviation that a component of the track vectors starts with
MEMORY_TRACKS = 50  # the longest time scale that the encoder begins with
FIRST_ECHO = 2.5  # the length of what the decoder begins to say of the average, at most
FIRST_SAY = 0.3  # of the usual weights that it begins to say the rest with
HIDDEN_SCORE = -1e9  # of a place that attention must not see
BOTH_WAYS = {"seq2seq-uni": False, "seq2seq-bi": True}


@dataclass(frozen=True, slots=True)
class Encoded:
    """What the encoder made of some playlists.

    `vectors` are the unit vectors [n_playlists, dim]; `states` [n_playlists, n_places, dim] and `there`
    [n_playlists, n_places], true where a track is, are what attention looks at.
    """

    vectors: Tensor
    states: Tensor
    there: Tensor


class Network(nn.Module):
    """Reads playlists into unit vectors and writes playlists from them.

    The tracks are rows 0 to n_tracks - 1 of `table`; after them come the start of a playlist and the blank that stands
    for a track the decoder is not told. One table serves encoder, decoder and output. Whether a playlist ends is asked
    apart from which track comes next: among tens of thousands of tracks the end would always be the likeliest word.

    The decoder cannot go round the vector: it starts from it, is fed it at every step, and learns to write without
    attention, whose whole context is withheld from a part of the playlists.

    Source: Papreja et al. 2019, "Representation, Exploration and Recommendation of Music Playlists"; attention after
    Luong et al. 2015, "Effective Approaches to Attention-based Neural Machine Translation", section 3.1 (general).
    """

    def __init__(self, n_tracks: int, settings: Seq2SeqSettings, *, both_ways: bool) -> None:
        """Make the layers; see `start` for the track vectors."""
        super().__init__()
        width, dim, hidden = settings.tracks.dim, settings.dim, settings.hidden
        self.n_tracks, self.dim, self.dropout = n_tracks, dim, settings.dropout
        self.first, self.blank = n_tracks, n_tracks + 1
        self.table = nn.Embedding(n_tracks + 2, width, sparse=True)
        self.bias = nn.Parameter(torch.zeros(n_tracks))
        self.reader = nn.GRU(width, dim // (2 if both_ways else 1), batch_first=True, bidirectional=both_ways)
        self.writer = nn.GRU(width, hidden, batch_first=True)
        self.fed = nn.Linear(dim, width)
        self.begin = nn.Linear(dim, hidden)
        self.asks = nn.Linear(hidden, dim, bias=False)
        self.says = nn.Linear(hidden + 2 * dim, width + 1)
        self._begin_as_mean()

    @torch.no_grad()
    def _begin_as_mean(self) -> None:
        """Let the network begin as a bag of words, from where it has to learn order, length and the rest.

        The encoder begins by averaging its tracks, turned, over memories of one to `MEMORY_TRACKS` tracks; what the
        decoder says begins with that average, turned back.

        Source: Tallec and Ollivier 2018, "Can Recurrent Neural Networks Warp Time?", section 2 (chrono initialisation).
        """
        size, turns = self.reader.hidden_size, []
        for one in self.reader.all_weights:  # per direction; each in the order reset, update (how much is kept), new
            from_track, from_state, bias, state_bias = one
            turns.append(nn.init.orthogonal_(from_track[2 * size :]))
            for part in (from_state, bias, state_bias):
                part[2 * size :] = 0.0
            bias[size : 2 * size] = torch.rand(size).mul(MEMORY_TRACKS - 2).add(1).log()
        self.says.weight.mul_(FIRST_SAY)
        self.says.weight[:-1, -self.dim :] = FIRST_ECHO * torch.cat(turns).T / math.sqrt(self.dim)

    @torch.no_grad()
    def start(self, track_vectors: "Vectors", shares: "Vectors") -> None:
        """Begin from learnt track vectors, centred and made equally long, so that inner products are cosines.

        Args:
            track_vectors: [n_tracks, width].
            shares: [n_tracks], how often each track is the next one; sums to 1.
        """
        vectors = torch.from_numpy(track_vectors)
        turned = functional.normalize(vectors - vectors.mean(dim=0), dim=1)
        self.table.weight.mul_(SPREAD)
        self.table.weight[: self.n_tracks] = turned * SPREAD * math.sqrt(vectors.shape[1])
        self.bias.copy_(torch.from_numpy(shares).clamp_min(1e-9).log())

    def encode(self, rows: Tensor, lengths: Tensor) -> Encoded:
        """Read playlists.

        Args:
            rows: [n_playlists, n_places], padded with any row.
            lengths: [n_playlists] on the CPU, each at least 1.
        """
        packed = pack_padded_sequence(self._drop(self.table(rows)), lengths, batch_first=True, enforce_sorted=False)
        states, last = self.reader(packed)
        padded, _ = pad_packed_sequence(states, batch_first=True, total_length=rows.shape[1])
        vectors = functional.normalize(last.transpose(0, 1).reshape(len(rows), self.dim), dim=1)
        there = torch.arange(rows.shape[1], device=rows.device) < lengths.to(rows.device)[:, None]
        return Encoded(vectors, padded, there)

    def decode(self, given: Tensor, encoded: Encoded, attends: Tensor) -> Tensor:
        """Write the whole of each playlist when told what came before each place.

        Args:
            given: [n_playlists, n_places], the row before each place.
            encoded: What to write from.
            attends: [n_playlists], 1 where attention is allowed, 0 where its context is withheld.

        Returns:
            [n_playlists, n_places, width + 1]: `scores` and `ends` tell what they say.
        """
        written, _ = self.step(given, encoded, attends, self.opening(encoded.vectors))
        return written

    def opening(self, vectors: Tensor) -> Tensor:
        """The decoder's first state, [1, n_playlists, hidden]."""
        state: Tensor = self.begin(self._spread(vectors)).tanh()
        return state.unsqueeze(0)

    def step(self, given: Tensor, encoded: Encoded, attends: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Write on from a state of the decoder; see `decode`. Gives the next state too."""
        vectors = self._spread(encoded.vectors)[:, None]
        states, state = self.writer(self._drop(self.table(given)) + self.fed(vectors), state)
        context = self._attend(states, encoded) * attends[:, None, None]
        parts = (states, context, vectors.expand(-1, states.shape[1], -1))
        written: Tensor = self.says(self._drop(torch.cat(parts, dim=2)))
        return written, state

    def scores(self, written: Tensor) -> Tensor:
        """Score every track as what is written: [..., width + 1] gives [..., n_tracks] logits."""
        scored: Tensor = functional.linear(written[..., :-1], self.table.weight[: self.n_tracks], self.bias)
        return scored

    @staticmethod
    def ends(written: Tensor) -> Tensor:
        """Score whether the playlist has ended before each place: [..., width + 1] gives [...] logits."""
        return written[..., -1]

    def _drop(self, values: Tensor) -> Tensor:
        return functional.dropout(values, self.dropout, self.training)

    def _attend(self, states: Tensor, encoded: Encoded) -> Tensor:
        asked = self.asks(states) @ encoded.states.transpose(1, 2) / math.sqrt(self.dim)
        weights: Tensor = asked.masked_fill(~encoded.there[:, None], HIDDEN_SCORE).softmax(dim=2)
        context: Tensor = weights @ encoded.states
        return context

    def _spread(self, vectors: Tensor) -> Tensor:
        """Give unit vectors components of about 1."""
        spread: Tensor = vectors * math.sqrt(self.dim)
        return spread


def sampled_loss(network: Network, written: Tensor, targets: Tensor, drawn: Tensor, shares: Tensor) -> Tensor:
    """The mean loss of telling each target from drawn rows.

    Args:
        network: Whose table and bias score the rows.
        written: [n_places, width + 1].
        targets: [n_places], the rows that belong there.
        drawn: [n_drawn], rows drawn by `shares` with replacement; one that is a place's target is left out there.
        shares: [n_tracks], the probability that a draw gives each row.

    Source: Bengio and Senécal 2008, "Adaptive Importance Sampling"; Jean et al. 2015, section 3: each score is lowered
        by the logarithm of how often its row is expected among the drawn ones.
    """
    expected = (shares * len(drawn)).clamp_min(1e-12).log()
    rows = network.table(torch.cat([targets, drawn]))
    right, others = rows[: len(targets)], rows[len(targets) :]
    written = written[:, :-1]
    own = (written * right).sum(dim=1) + network.bias[targets] - expected[targets]
    rest = written @ others.T + (network.bias[drawn] - expected[drawn])
    rest = rest.masked_fill(drawn[None] == targets[:, None], HIDDEN_SCORE)
    loss: Tensor = (torch.logsumexp(torch.cat([own[:, None], rest], dim=1), dim=1) - own).mean()
    return loss
