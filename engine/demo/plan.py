"""Which pieces a demo has: the same number gives the same pieces, everywhere."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.demo.sources import SOURCES, Source
from indexers.errors import ConfigError

SEED = 1722
ENDINGS = (
    "ogg",
    "mp3",
    "ogg",
    "m4a",
    "ogg",
    "flac",
    "ogg",
    "mp3",
    "ogg",
    "ogg",
    "m4a",
    "ogg",
    "mp3",
    "ogg",
    "ogg",
    "wav",
    "ogg",
)
SUPERSEDED = ("_old", "_bak")
TUNE = re.compile(r"^X:\s*(\d+)", re.MULTILINE)
PER_PIECE = 4  # tunes kept of a collection of books for each piece of the demo


@dataclass(frozen=True, slots=True)
class Piece:
    """One track to be: a score, how it is played, and where it goes.

    `number` is the tune's in a book of tunes, 0 elsewhere; `path` is relative to the demo's folder.
    """

    source: Source
    score: str  # path inside the corpus
    number: int
    setting: str
    tempo_bpm: int
    path: str
    artist: str
    title: str  # empty: the score's own
    year: int


def plan(n_pieces: int, corpus: Path) -> list[Piece]:
    """Choose pieces, spread over all sources in proportion to their counts.

    Args:
        n_pieces: At least 1.
        corpus: The folder of music21's corpus.

    Returns:
        n_pieces pieces; fewer pieces are a prefix of more.

    Raises:
        ConfigError: n_pieces is below 1, or more than the corpus has.
    """
    queues = [_pieces(source, corpus, n_pieces) for source in SOURCES]
    turns = [(place / source.count, which) for which, source in enumerate(SOURCES) for place in _places(n_pieces)]
    chosen: list[Piece] = []
    for _, which in sorted(turns):
        piece = next(queues[which], None)
        if piece is not None and len(chosen) < n_pieces:
            chosen.append(piece)
    if not 1 <= n_pieces == len(chosen):
        raise ConfigError(f"{n_pieces} pieces is out of range: ask for 1 to {max(len(chosen), 1)}")
    return chosen


def _places(n_pieces: int) -> Iterator[float]:
    return (turn + 0.5 for turn in range(n_pieces))


def _pieces(source: Source, corpus: Path, most: int) -> Iterator[Piece]:
    rng = np.random.default_rng([SEED, *source.album.encode()])
    scores = _scores(source, corpus, rng, most)
    for place, (score, number) in enumerate(scores):
        setting = source.settings[place % len(source.settings)]
        artist, title, year = source.named.get(score, (source.artist, title_of(source, score), source.year))
        stem = re.sub(r"\W+", "-", f"{Path(score).parent.name}-{Path(score).stem}").strip("-")
        name = f"{stem}{f'-{number}' if number else ''} ({setting})"
        ending = ENDINGS[(place + len(source.album)) % len(ENDINGS)]
        tempo_bpm = int(rng.integers(source.tempo_bpm[0], source.tempo_bpm[1] + 1))
        path = f"{source.album}/{name}.{ending}"
        yield Piece(source, score, number, setting, tempo_bpm, path, artist, title, year)


def _scores(source: Source, corpus: Path, rng: np.random.Generator, most: int) -> list[tuple[str, int]]:
    """Corpus paths and tune numbers of one source, in a shuffled order that does not depend on the machine."""
    if source.named:
        return [(score, 0) for score in source.named]
    files = sorted(
        str(path.relative_to(corpus).as_posix())
        for path in corpus.glob(source.pattern)
        if not path.stem.endswith(SUPERSEDED)
    )
    shuffled = [files[place] for place in rng.permutation(len(files))]
    if not source.tunes:
        return [(score, 0) for score in shuffled]
    books = {score: TUNE.findall((corpus / score).read_text("utf-8", "replace")) for score in shuffled}
    found = [(score, int(number)) for score, numbers in books.items() for number in numbers]
    return [found[place] for place in rng.permutation(len(found))[: most * PER_PIECE]]


def title_of(source: Source, score: str) -> str:
    """The title that a score's file name gives; empty where its source has no pattern."""
    found = re.search(source.naming, score) if source.naming else None
    if found is None:
        return ""
    return source.title.format(*(re.sub(r"[_\s]+", " ", part).strip() for part in found.groups()))
