"""`segue demo`: from nothing to a searched library, by the commands that anyone would type."""

import time
from functools import partial
from pathlib import Path

import typer

from engine.commands import catalog, generations, playlists, searching
from engine.commands.output import progress_bar
from engine.demo.music import Made, make_music

SEARCHES = ("solo piano", "church organ", "heavy metal guitar and drums")
SHOWN = 3
PLAYLIST = "Chorales"  # one of those that lie beside the music, one for each collection
N_PIECES = 160


def main(folder: Path = Path("demo-music"), library: Path = Path("demo-library"), n_pieces: int = N_PIECES) -> None:
    """Make music, scan it, index it and search it; what is there already is not made again.

    Args:
        folder: Where the music goes.
        library: Where the library goes.
        n_pieces: How many tracks.

    Raises:
        SegueError: a step failed; its message says what to do.
    """
    started = time.monotonic()
    _pull_missing()
    made = _make(folder, n_pieces)
    _step(f"scanning {folder}")
    catalog.scan(paths=[made.folder], metadata=made.side_file, library=library)
    _step("analysing and indexing")
    generations.rebuild(library=library)
    for text in SEARCHES:
        _step(f'segue search "{text}" --k {SHOWN} --library {library}')
        searching.search(text=[text], k=SHOWN, library=library)
    _step(f'segue continue "{PLAYLIST}" --k {SHOWN} --library {library}')
    playlists.continue_playlist(playlist=PLAYLIST, k=SHOWN, library=library)
    minutes, seconds = divmod(int(time.monotonic() - started), 60)
    _step(f"done in {minutes} min {seconds} s; open the page with: segue ui --library {library}")


def _pull_missing() -> None:
    from indexers.models.store import ModelStore

    store = ModelStore()
    for listed in store.listing():
        if not listed.present:
            typer.echo(f"pulling model {listed.card.name}", err=True)
            store.pull(listed.card.name)


def _make(folder: Path, n_pieces: int) -> Made:
    _step(f"playing {n_pieces} pieces of the music21 corpus into {folder}")
    with progress_bar() as move:
        made = make_music(folder, n_pieces, progress=partial(move, "pieces played"))
    for note in made.notes:
        typer.echo(f"note: {note}", err=True)
    albums = {track.album for track in made.tracks}
    typer.echo(f"{len(made.tracks)} tracks in {len(albums)} collections, each with a playlist")
    return made


def _step(text: str) -> None:
    typer.echo(f"\n▸ {text}")
