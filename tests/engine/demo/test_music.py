"""A folder of demo music: resumed, never rendered twice, with a side file and playlists that agree with it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.demo import music
from engine.demo.music import SIDE_FILE, make_music
from engine.demo.render import Job, Rendered, describe
from indexers.errors import MediaError
from indexers.pool import Outcome


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Rendering that only writes a name, in this process; the scores it was asked for."""
    asked: list[str] = []

    def here(_: object, jobs: list[Job], **__: Any) -> Iterator[Outcome[Job, Rendered]]:
        for job in jobs:
            asked.append(job.piece.score)
            if job.piece.source.album == "Chorales":
                yield Outcome(job, None, "music21 cannot read it")
                continue
            path = job.folder / job.piece.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("sound")
            yield Outcome(job, describe(job.piece, job.piece.title or "A title", 2.0), None)

    monkeypatch.setattr(music, "run_tasks", here)
    return asked


def test_real_pieces_in_processes(tmp_path: Path) -> None:
    made = make_music(tmp_path, 2, longest_s=3.0)
    assert len(made.tracks) == 2
    assert all((tmp_path / track.path).stat().st_size > 10_000 for track in made.tracks)
    rows = [json.loads(line) for line in made.side_file.read_text("utf-8").splitlines()]
    assert [row["path"] for row in rows] == sorted(track.path for track in made.tracks)
    assert all(row["caption"] and row["tempo_bpm"] for row in rows)


def test_a_score_that_fails_is_noted_and_replaced(quick: list[str], tmp_path: Path) -> None:
    made = make_music(tmp_path, 12)
    assert len(made.tracks) == 12
    assert "Chorales" not in {track.album for track in made.tracks}
    assert made.notes
    assert all("music21 cannot read it" in note for note in made.notes)


def test_too_many_failures_are_an_error(quick: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(music, "run_tasks", lambda _, jobs, **__: (Outcome(job, None, "broken") for job in jobs))
    with pytest.raises(MediaError, match=r"only 0 of 5 pieces .* broken"):
        make_music(tmp_path, 5)


def test_what_is_there_is_not_made_again(quick: list[str], tmp_path: Path) -> None:
    first = make_music(tmp_path, 6)
    lost = next(track for track in first.tracks)
    (tmp_path / lost.path).unlink()
    with (tmp_path / SIDE_FILE).open("a") as stream:
        stream.write('{"path": "cut sho')
    quick.clear()
    told: list[tuple[int, int]] = []
    again = make_music(tmp_path, 6, progress=lambda done, total: told.append((done, total)))
    chorales = [score for score in quick if score.startswith("bach/")]
    assert len(quick) - len(chorales) == 1
    assert again.tracks == first.tracks
    assert told[-1] == (6, 6)


def test_each_collection_has_a_playlist_of_its_files(quick: list[str], tmp_path: Path) -> None:
    made = make_music(tmp_path, 30)
    listed = set()
    for playlist in tmp_path.glob("*.m3u8"):
        entries = [line for line in playlist.read_text("utf-8").splitlines() if not line.startswith("#")]
        assert {Path(entry).parent.name for entry in entries} == {playlist.stem}
        listed |= set(entries)
    assert listed == {track.path for track in made.tracks}
