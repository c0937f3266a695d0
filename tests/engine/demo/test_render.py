"""One piece from score to file: sound, tags and nothing left half written."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.demo.plan import Piece, plan
from engine.demo.render import Job, render
from indexers.errors import MediaError
from indexers.scores.music21_reader import corpus_folder

tinytag = pytest.importorskip("tinytag")


@pytest.fixture(scope="module")
def piece() -> Piece:
    chorale = next(piece for piece in plan(8, corpus_folder()) if piece.source.album == "Chorales")
    return replace(chorale, score="bach/bwv66.6.mxl", setting="organ", tempo_bpm=90, title="Chorale – Überall")


@pytest.mark.parametrize("ending", ["ogg", "mp3", "m4a", "flac", "wav"])
def test_sound_and_tags(piece: Piece, ending: str, tmp_path: Path) -> None:
    done = render(Job(replace(piece, path=f"Chorales/one.{ending}"), corpus_folder(), tmp_path, longest_s=6.0))
    path = tmp_path / done.path
    tags = tinytag.TinyTag.get(path)
    assert (tags.title, tags.artist, tags.album) == ("Chorale – Überall", "Johann Sebastian Bach", "Chorales")
    assert (tags.genre, tags.year) == ("baroque", "1730")
    assert 6.0 <= tags.duration <= 8.2
    assert done.caption == "baroque chorale played by church organ, moderate tempo"
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_it_is_loud_and_fades_to_silence(piece: Piece, tmp_path: Path) -> None:
    import soundfile

    render(Job(replace(piece, path="one.wav"), corpus_folder(), tmp_path, longest_s=6.0))
    sound, rate = soundfile.read(tmp_path / "one.wav")
    assert np.abs(sound).max() == pytest.approx(0.8, abs=0.01)
    assert np.abs(sound[-rate // 50 :]).max() < 0.02


def test_the_same_piece_sounds_the_same(piece: Piece, tmp_path: Path) -> None:
    for name in ("one.wav", "two.wav"):
        render(Job(replace(piece, path=name), corpus_folder(), tmp_path, longest_s=4.0))
    assert (tmp_path / "one.wav").read_bytes() == (tmp_path / "two.wav").read_bytes()


def test_a_bad_score_leaves_no_file(piece: Piece, tmp_path: Path) -> None:
    (tmp_path / "bad.mxl").write_bytes(b"nothing")
    with pytest.raises(MediaError):
        render(Job(replace(piece, score="bad.mxl", path="bad.ogg"), tmp_path, tmp_path / "out"))
    assert not (tmp_path / "out").exists()
