"""Which audio is told of, and what is known of it beforehand."""

import re
from pathlib import Path
from typing import Literal

from pydantic import Field, PositiveInt, field_validator

from indexers.settings import Section


class Collection(Section):
    """Audio files that belong together.

    `label` says what a file's name, or that of its folder, is: nothing, or the name of the sound. `ignore` are words of
    names that say nothing, `words` are words for certain though no vocabulary has them. `fold` is a regular expression
    whose first group, found in a file's name, is its fold: the highest fold is the test side, the next validation.
    Without one, `held_out` of the recordings are for validation and as many for the test, by a hash of their names;
    recordings whose names differ in numbers alone stay together, where `together` does not say that each file, or a
    whole folder, is one recording. `genre` is told of files that have no such tag.
    """

    path: Path
    source: str = ""
    licence: str = ""
    label: Literal["none", "name", "folder"] = "none"
    ignore: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    fold: str = ""
    held_out: float = Field(default=0.1, gt=0.0, le=0.4)
    together: Literal["name", "file", "folder"] = "name"
    genre: str = ""
    most_clips: PositiveInt = 12  # of one recording, spread evenly

    @field_validator("fold")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            groups = re.compile(value).groups
        except re.error as error:
            raise ValueError(f"no regular expression ({error})") from error
        if value and not groups:
            raise ValueError(r"it has no group: put the fold in brackets, such as ^(\d)-")
        return value

    @property
    def name(self) -> str:
        """What it is called in the manifest."""
        return self.source or self.path.absolute().name
