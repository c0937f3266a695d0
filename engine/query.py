"""What is asked and what is answered: plain values, each with its JSON form."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from indexers.encoders.clap import CLAP
from indexers.encoders.collap import COLLAP
from indexers.encoders.hub.names import PREFIX as HUB
from indexers.encoders.shipped import SHIPPED
from indexers.errors import QueryError

MAX_K = 1_000
JOINT_MARKS = (HUB, CLAP, COLLAP)  # begin the names of encoders of joint spaces, and so of their arms


def joint_called(arm: str) -> str | None:
    """What the encoder of a joint space's arm is called for short, the last part of its name; None for other arms."""
    if arm in SHIPPED:
        return arm
    mark = next((mark for mark in JOINT_MARKS if arm.startswith(mark)), None)
    return None if mark is None else arm.removeprefix(mark).rstrip("/").rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class Query:
    """What a listener asks: words, tags, a sound, liked tracks, or any of these together.

    `tags` are labels such as "dog" or "bossa nova": each is looked for by what is known of how it sounds.
    `like` and `unlike` name tracks by track id, by the first six or more digits of one, or by path. `where` is one SQL
    expression over the catalogue's columns, such as "genre = 'rock' AND year < 1980".
    """

    text: str = ""
    sound: Path | str | None = None
    like: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    where: str | None = None
    tags: tuple[str, ...] = ()

    def check(self, k: int) -> None:
        """Refuse what cannot be answered.

        Raises:
            QueryError: there is nothing to look for, or k is out of range.
        """
        if not 1 <= k <= MAX_K:
            raise QueryError(f"k = {k} is out of range: ask for 1 to {MAX_K} results")
        if not all(map(str.strip, self.tags)):
            raise QueryError("a tag is empty: give a label, such as --tag 'bossa nova', or leave it out")
        if not (self.text.strip() or self.tags or self.sound or self.like):
            raise QueryError("nothing to look for: give words, a tag, a sound or at least one liked track")

    def as_json(self) -> dict[str, Any]:
        """The query as JSON types; paths as text."""
        sound = None if self.sound is None else str(self.sound)
        lists = {name: list(getattr(self, name)) for name in ("like", "unlike", "tags")}
        return {**asdict(self), "sound": sound, **lists}

    @classmethod
    def parse(cls, table: Mapping[str, Any]) -> "Query":
        """The query of which `as_json` gave these JSON types.

        Raises:
            QueryError: a part is missing, unknown or of another type.
        """
        expected = cls().as_json()
        if table.keys() != expected.keys():
            raise QueryError(f"a query has {', '.join(expected)}, not {', '.join(map(str, table)) or 'nothing'}")
        lists = {name: table[name] for name, usual in expected.items() if isinstance(usual, list)}
        one = [table["text"], *(table[name] for name in ("sound", "where") if table[name] is not None)]
        if not all(isinstance(names, list) for names in lists.values()):
            raise QueryError(f"the lists of a query are {', '.join(lists)}; one of them is none")
        if not all(isinstance(text, str) for text in (*one, *chain.from_iterable(lists.values()))):
            raise QueryError("a query is made of texts; write numbers and the like in quotes")
        return cls(**{**table, **{name: tuple(names) for name, names in lists.items()}})


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a track, in seconds from its start.

    `short` is true where it is all of a track that an arm could only hear filled up, for its clips are longer.
    """

    start_s: float
    end_s: float
    short: bool = False

    def as_json(self) -> dict[str, Any]:
        """The span as JSON types; `short` is there where it is true."""
        span: dict[str, Any] = {"start_s": self.start_s, "end_s": self.end_s}
        return {**span, "short": True} if self.short else span


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where one arm had a track before fusion: its rank from 1 and the arm's own score."""

    rank: int
    score: float


@dataclass(frozen=True, slots=True)
class Confidence:
    """How sure one arm was of its best track: `best` is None where the arm found nothing at all."""

    best: float | None
    threshold: float | None  # None where this generation has no calibration for the arm

    @property
    def sure(self) -> bool:
        """Whether the best score reaches the threshold; without a threshold any find counts."""
        if self.best is None:
            return False
        return self.threshold is None or self.best >= self.threshold


@dataclass(frozen=True, slots=True)
class Result:
    """One track of an answer and why it is there.

    `score` is the fused score (higher is better, never rescaled); `arms` splits it by arm and sums to it. `evidence`
    has each arm's own rank and score. `why` names what carried the match, strongest first. `match` is the stretch that
    matches best, None where only words matched. `duplicates` are other files with the same recording.
    """

    rank: int
    track_id: str
    path: str
    title: str
    artist: str | None
    album: str | None
    genre: str | None
    year: int | None
    duration_s: float
    score: float
    arms: Mapping[str, float]
    evidence: Mapping[str, Evidence]
    why: tuple[tuple[str, float], ...] = ()
    match: Span | None = None
    duplicates: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The result as JSON types."""
        return {
            **{name: getattr(self, name) for name in self.__slots__},
            "arms": dict(self.arms),
            "evidence": {arm: asdict(evidence) for arm, evidence in self.evidence.items()},
            "why": [[name, weight] for name, weight in self.why],
            "match": None if self.match is None else self.match.as_json(),
            "duplicates": list(self.duplicates),
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """The results of one query, best first, and what the answer rests on.

    `abstained` is true where no arm was sure (see `confidence`): the results are the nearest there are, none of them
    fits well. The order is the fused score's, then varied: near neighbours, and more than a few tracks of one artist,
    move down. `settings` are the constants of fusion and diversity that were used. `notes` are sentences about the
    question, such as that an arm does not read its language.
    """

    query: Query
    results: tuple[Result, ...]
    abstained: bool
    generation: int
    latency_ms: float
    confidence: Mapping[str, Confidence] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The document of `segue search --json`."""
        return {
            "query": self.query.as_json(),
            "results": [result.as_json() for result in self.results],
            "abstained": self.abstained,
            "generation": self.generation,
            "latency_ms": round(self.latency_ms, 3),
            "confidence": {arm: asdict(confidence) for arm, confidence in self.confidence.items()},
            "settings": dict(self.settings),
            "notes": list(self.notes),
        }
