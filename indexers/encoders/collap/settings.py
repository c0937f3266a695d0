"""What can be set about collap and its training."""

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from indexers.settings import Section


class CollapSettings(Section):
    """How the network is built and trained; `base_dim` is that of the towers below it."""

    base_dim: PositiveInt = 512
    hidden: PositiveInt = 128
    layers: PositiveInt = 1
    heads: PositiveInt = 4
    dropout: float = Field(default=0.2, ge=0.0, lt=1.0)
    whole: float = Field(default=0.3, ge=0.0, le=1.0)  # of the texts drawn are the caption,
    summary: float = Field(default=0.3, ge=0.0, le=1.0)  # this share a summary, all others tell of one section
    crop: float = Field(default=0.3, ge=0.0, le=1.0)  # of the texts of one section stand beside that section alone
    untimed: float = Field(default=0.7, ge=0.0, le=1.0)  # of the texts have no clocks: people seldom give any
    dropped: float = Field(default=0.3, ge=0.0, lt=1.0)  # sentences of a caption left out, at most
    most_sentences: PositiveInt = 20  # of a text; of a longer one some, in their order
    fewest_windows: PositiveInt = 10  # of a track, spread evenly: a library has twelve
    most_windows: PositiveInt = 20
    medleys: NonNegativeInt = 384  # composed of clips for each epoch
    reordered: NonNegativeFloat = 1.0  # weight of telling a track from itself with its sections in another order
    located: NonNegativeFloat = 0.2  # weight of attending to the section that a sentence is about
    batch: PositiveInt = 48
    learning_rate: PositiveFloat = 1e-3
    weight_decay: NonNegativeFloat = 0.05
    warmup: float = Field(default=0.05, ge=0.0, lt=1.0)  # of all steps
    temperature: PositiveFloat = 0.05  # at first; it is learnt, as are the next three
    sharpness: PositiveFloat = 12.0  # of the attention
    balance: float = Field(default=0.3, gt=0.0, lt=1.0)  # the lambda of the fused score
    lumped: float = Field(default=0.4, gt=0.0, lt=1.0)  # of the attention is that of the text as a whole
    epochs: PositiveInt = 45
    patience: PositiveInt = 12  # epochs without a better validation
    seed: NonNegativeInt = 0
