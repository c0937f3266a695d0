"""What can be set about the towers and their training."""

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from indexers.settings import Section


class ClapSettings(Section):
    """How the towers are built and trained."""

    content: PositiveInt = 384  # dims of a vector for what sounds
    order: PositiveInt = 128  # and for its order
    hidden: PositiveInt = 256  # of the audio tower's transformer
    layers: PositiveInt = 2
    heads: PositiveInt = 4
    text_hidden: PositiveInt = 1024
    dropout: float = Field(default=0.2, ge=0.0, lt=1.0)
    original: float = Field(default=0.4, ge=0.0, le=1.0)  # of the pairs keep their caption, the others take a rewrite
    shorter: float = Field(default=0.5, ge=0.0, le=1.0)  # of the clips are heard in part: a library has single windows
    alike: float = Field(default=0.95, ge=-1.0, le=1.0)  # cosine from which two texts say the same: no negatives
    tags_alone: float = Field(default=0.3, ge=0.0, lt=1.0)  # of the clips are known by the words of their tags only
    anchor: NonNegativeFloat = 0.2  # what finding a tag by its own text counts beside finding a clip
    wordings: NonNegativeFloat = 0.5  # what finding a text by another wording counts beside finding its sound
    batch: PositiveInt = 512
    learning_rate: PositiveFloat = 1e-3
    slower: float = Field(default=0.1, gt=0.0, le=1.0)  # of the rate, for what starts from words that are known
    weight_decay: NonNegativeFloat = 0.05
    warmup: float = Field(default=0.05, ge=0.0, lt=1.0)  # of all steps
    temperature: PositiveFloat = 0.07  # at first; it is learnt
    epochs: PositiveInt = 40
    patience: PositiveInt = 8  # epochs without a better validation
    seed: NonNegativeInt = 0

    @property
    def dim(self) -> int:
        """The length of a vector."""
        return self.content + self.order
