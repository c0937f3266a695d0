"""A CLAP checkpoint as a joint space: its own audio tower hears the library, its text tower reads queries."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from indexers.encoders.hub.checkpoint import Checkpoint
from indexers.encoders.hub.clap_audio import OUTPUT, hearing_of
from indexers.encoders.hub.clap_text import ClapTextEncoder
from indexers.encoders.music import unit
from indexers.schema import Vectors


class HubJoint:
    """See `JointEncoder` for its promises. The text tower is loaded at the first text."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        """Take a checkpoint of kind `Kind.CLAP`; only its settings are read.

        Raises:
            ModelError: its settings make no sense.
        """
        self.name = checkpoint.name
        self.languages = checkpoint.card.languages
        self.dim = hearing_of(checkpoint).dim
        self.hears: Mapping[str, tuple[str, ...]] = {checkpoint.name: (OUTPUT,)}
        self._checkpoint = checkpoint

    @cached_property
    def fingerprint(self) -> str:
        """A hex digest over all files that numbers depend on."""
        return self._checkpoint.fingerprint

    @cached_property
    def _text(self) -> ClapTextEncoder:
        return ClapTextEncoder(self._checkpoint)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts into [n_texts, dim], unit rows, zeros for blank ones; no texts give [0, dim].

        Raises:
            ModelError: the checkpoint is damaged.
        """
        return self._text.encode(texts)

    def clips(self, outputs: Mapping[str, Mapping[str, Vectors]]) -> Vectors:
        """What its audio tower gave, made unit again after the cache's 16 bits: [n_clips, dim]."""
        return unit(outputs[self.name][OUTPUT])
