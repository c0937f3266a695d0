"""Which files of texts are read, and what is known of them: a table per file."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from indexers.settings import Section


class TextSource(Section):
    """A file whose texts belong together in groups.

    `group` is the column that says which texts say the same; without it the first of the usual names that is there.
    All groups are on the side `split`; without it a hash of the group's name says so, and `held_out` is the test's
    share. Of groups in several files the first file decides.
    """

    path: Path
    source: str = ""
    licence: str = ""
    group: str = ""
    split: Literal["", "train", "validation", "test"] = ""
    held_out: float = Field(default=0.1, gt=0.0, le=0.8)

    @property
    def name(self) -> str:
        """What it is called in the manifest."""
        return self.source or self.path.name.partition(".")[0]
