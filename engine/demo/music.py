"""Making the demo's folder of music: render what is missing, then write the side file and the playlists."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from engine.demo.plan import Piece, plan
from engine.demo.render import LONGEST_S, Job, Rendered, render
from indexers.errors import MediaError
from indexers.files import write_text
from indexers.pool import run_tasks
from indexers.scores.music21_reader import corpus_folder

SIDE_FILE = "metadata.jsonl"
SPARE = 0.1  # more pieces than asked for are planned, for scores that music21 cannot read
ENOUGH = 150 / 160  # of the pieces asked for; with fewer the demo would show too little
TIMEOUT_S = 120.0
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Made:
    """A folder of music: its tracks, and one line for each score that was left out."""

    folder: Path
    tracks: tuple[Rendered, ...]
    notes: tuple[str, ...]

    @property
    def side_file(self) -> Path:
        """Captions, instruments and tempi, joined by path."""
        return self.folder / SIDE_FILE


def make_music(
    folder: Path,
    n_pieces: int,
    *,
    workers: int = 2,
    longest_s: float = LONGEST_S,
    progress: Progress | None = None,
) -> Made:
    """Render pieces of the music21 corpus into a folder; files that are there already stay as they are.

    Args:
        folder: Made if missing; one folder per collection inside it.
        n_pieces: How many tracks, at least 1.
        workers: Processes.
        longest_s: A piece is faded out here.
        progress: Called with the number of pieces done and of all after each.

    Raises:
        ConfigError: the corpus has fewer pieces.
        MediaError: too many scores could not be read.
        StorageError: the disk refused.
    """
    folder, corpus = folder.expanduser().absolute(), corpus_folder()
    planned = plan(n_pieces + max(2, int(n_pieces * SPARE)), corpus)
    done, notes = _already(folder), []
    _write_side_file(folder, done.values())  # without what an interrupted run left half written
    wanted, spares = planned[:n_pieces], planned[n_pieces:]
    while missing := [piece for piece in wanted if piece.path not in done]:
        for piece, outcome in _rendered(missing, folder, corpus, workers, longest_s):
            if isinstance(outcome, str):
                notes.append(f"left out {piece.score}: {outcome}")
                wanted = [*(other for other in wanted if other is not piece), *spares[:1]]
                spares = spares[1:]
            else:
                done[piece.path] = outcome
                _remember(folder, outcome)
            if progress is not None:
                progress(sum(other.path in done for other in wanted), n_pieces)
    if len(wanted) < n_pieces * ENOUGH:
        raise MediaError(f"only {len(wanted)} of {n_pieces} pieces could be rendered; {notes[-1]}")
    tracks = tuple(done[piece.path] for piece in wanted)
    _write_lists(folder, tracks)
    return Made(folder, tracks, tuple(notes))


def _rendered(
    pieces: Iterable[Piece], folder: Path, corpus: Path, workers: int, longest_s: float
) -> Iterator[tuple[Piece, Rendered | str]]:
    jobs = [Job(piece, corpus, folder, longest_s) for piece in pieces]
    for outcome in run_tasks(render, jobs, workers=min(workers, len(jobs)), timeout_s=TIMEOUT_S):
        yield outcome.task.piece, outcome.error or outcome.value or "nothing was rendered"


def _already(folder: Path) -> dict[str, Rendered]:
    """What an earlier run rendered and is still there, by path."""
    file = folder / SIDE_FILE
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    tracks = (Rendered(**row) for row in map(_row, lines) if row)
    return {track.path: track for track in tracks if (folder / track.path).exists()}


def _row(line: str) -> Mapping[str, Any]:
    """One line of the side file; nothing for a line cut short by a crash or of another version."""
    try:
        row = json.loads(line)
    except ValueError:
        return {}
    return row if isinstance(row, dict) and set(row) == set(Rendered.__slots__) else {}


def _remember(folder: Path, track: Rendered) -> None:
    with (folder / SIDE_FILE).open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(asdict(track), ensure_ascii=False) + "\n")


def _write_side_file(folder: Path, tracks: Iterable[Rendered]) -> None:
    lines = (json.dumps(asdict(track), ensure_ascii=False) for track in sorted(tracks, key=lambda track: track.path))
    write_text(folder / SIDE_FILE, "".join(f"{line}\n" for line in lines))


def _write_lists(folder: Path, tracks: Iterable[Rendered]) -> None:
    """The side file in full and one playlist per collection."""
    _write_side_file(folder, tracks)
    albums: dict[str, list[Rendered]] = {}
    for track in sorted(tracks, key=lambda track: track.path):
        albums.setdefault(track.album, []).append(track)
    for album, members in albums.items():
        entries = [f"#EXTINF:-1,{track.artist} - {track.title}\n{track.path}" for track in members]
        write_text(folder / f"{album}.m3u8", "#EXTM3U\n" + "\n".join(entries) + "\n")
