"""What can be set about the towers and their training."""

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from indexers.settings import Section


class ClapSettings(Section):
    """How the towers are built and trained."""

    dim: PositiveInt = 512  # of the joint space
    hidden: PositiveInt = 256  # of the audio tower's transformer
    layers: PositiveInt = 2
    heads: PositiveInt = 4
    text_hidden: PositiveInt = 1024
    dropout: float = Field(default=0.2, ge=0.0, lt=1.0)
    original: float = Field(default=0.4, ge=0.0, le=1.0)  # of the pairs keep their caption, the others take a rewrite
    shorter: float = Field(default=0.5, ge=0.0, le=1.0)  # of the clips are heard in part: a library has single windows
    alike: float = Field(default=0.95, ge=-1.0, le=1.0)  # cosine from which two texts say the same: no negatives
    batch: PositiveInt = 512
    learning_rate: PositiveFloat = 1e-3
    weight_decay: NonNegativeFloat = 0.05
    warmup: float = Field(default=0.05, ge=0.0, lt=1.0)  # of all steps
    temperature: PositiveFloat = 0.07  # at first; it is learnt
    epochs: PositiveInt = 40
    patience: PositiveInt = 8  # epochs without a better validation
    seed: NonNegativeInt = 0
