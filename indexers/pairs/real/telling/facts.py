"""What is told of a clip or a track of real audio."""

from dataclasses import asdict, dataclass
from typing import Any

from indexers.pairs.real.hearing.heard import Heard
from indexers.pairs.real.measuring.measure import Measured
from indexers.pairs.real.recordings import Recording

MOST_GENRES = 3
PARTS = ";/,"  # between several genres in one tag
NOT_TOLD = ("is_music", "genres")  # of what was heard: the genres that are told may be those of the tags
UNTOLD = frozenset({"game", "soundtrack", "other", "unknown", "misc", "none", "music"})  # genres that say nothing


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true of a stretch, as far as it is sure; "" and empty where there is nothing to tell.

    `label` is the name of the sound, `genres` are those of the file's tags, or else heard; `title` is the file's own.
    """

    start_s: float
    end_s: float
    label: str
    title: str
    genres: tuple[str, ...]
    heard: Heard
    measured: Measured

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end_s - self.start_s

    @property
    def is_music(self) -> bool:
        """Whether it is told as music: no name of a sound, and music is heard or a tag says its genre."""
        return not self.label and (self.heard.is_music or bool(self.genres))

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell of what sounds."""
        return not self.label and not self.genres and self.heard.is_empty

    def as_json(self) -> dict[str, Any]:
        """Plain values for a manifest, without what there is nothing to tell of."""
        heard = {name: list(words) for name, words in asdict(self.heard).items() if name not in NOT_TOLD and words}
        measured = {name: value for name, value in asdict(self.measured).items() if value not in (None, "")}
        named = {"label": self.label, "title": self.title, "genres": list(self.genres)}
        told = {name: value for name, value in named.items() if value}
        return {"start_s": self.start_s, "end_s": self.end_s, **heard, **measured, **told}


def facts_of(recording: Recording, span: tuple[float, float], heard: Heard, measured: Measured) -> Facts:
    """Put together what is told of a stretch of a recording.

    The pulse and the key are told of music alone.
    """
    tagged = genres_of(recording)
    titled = recording.tags.title if recording.tags.artist else ""  # without an artist the title is a file's name
    if not (heard.is_music and not recording.label):
        measured = Measured(measured.level_db, measured.level, measured.change)
    genres = tagged or heard.genres
    return Facts(*span, recording.label, titled or "", () if recording.label else genres, heard, measured)


def genres_of(recording: Recording) -> tuple[str, ...]:
    """The genres that a file's tags or its collection name, in lower case."""
    written = recording.tags.genre or recording.collection.genre
    for mark in PARTS:
        written = written.replace(mark, PARTS[0])
    named = (" ".join(part.split()).lower() for part in written.split(PARTS[0]))
    return tuple(dict.fromkeys(name for name in named if name and name not in UNTOLD))[:MOST_GENRES]
