"""What can be set about the playlist encoders; docs/playlist-encoders.md says how the defaults were found."""

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from indexers.settings import Section


class Item2VecSettings(Section):
    """How track vectors are learnt."""

    dim: PositiveInt = 128
    epochs: PositiveInt = 10
    window: PositiveInt = 10  # tracks on either side at most, drawn for each; 50 takes five times as long
    negative: PositiveInt = 5
    sample: NonNegativeFloat = 1e-4  # of all listings: tracks more frequent than this are thinned out
    ns_exponent: float = Field(default=0.0, ge=-2.0, le=2.0)  # of the counts that negatives are drawn by
    alpha: PositiveFloat = 0.025
    seed: NonNegativeInt = 0


class BowSettings(Section):
    """How track vectors are averaged."""

    tracks: Item2VecSettings = Item2VecSettings()


class SifSettings(Section):
    """How track vectors are averaged by rarity: a track of share p of all listings weighs a/(a + p)."""

    tracks: Item2VecSettings = Item2VecSettings()
    a: PositiveFloat = 1e-4


class Seq2SeqSettings(Section):
    """How the autoencoder is built and trained."""

    tracks: Item2VecSettings = Item2VecSettings()
    dim: PositiveInt = Field(default=256, multiple_of=2)  # of the playlist vector; two halves where bidirectional
    hidden: PositiveInt = 256  # of the decoder
    negatives: PositiveInt = 1024  # tracks that each batch is told apart from
    word_dropout: float = Field(default=0.3, ge=0.0, lt=1.0)  # of the tracks that the decoder is given
    attention_dropout: float = Field(default=0.5, ge=0.0, le=1.0)  # of the playlists: decoded from the vector alone
    mix: float = Field(default=0.6, ge=0.0, le=1.0)  # of the playlists in an epoch: some of their tracks are replaced
    dropout: float = Field(default=0.2, ge=0.0, lt=1.0)  # of what the network is given and of what it says
    crop: float = Field(default=0.3, ge=0.0, le=1.0)  # of the playlists in an epoch: only a part of them is read
    chunk_tracks: PositiveInt = 100  # longer playlists are cut in training
    encode_tracks: PositiveInt = 300  # and longer ones in encoding
    batch_tracks: PositiveInt = 1000
    learning_rate: PositiveFloat = 2e-3
    table_rate: float = Field(default=0.03, ge=0.0, le=1.0)  # of the learning rate, for track vectors and biases
    clip: PositiveFloat = 1.0  # the longest gradient
    epochs: PositiveInt = 12
    patience: PositiveInt = 3  # epochs without a better validation loss
    seed: NonNegativeInt = 0
