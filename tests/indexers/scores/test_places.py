"""Where scores lie: the corpus, folders and archives."""

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from indexers.errors import InputError, MediaError
from indexers.pairs.playing.palette import PLAYERS
from indexers.scores.places import COLLECTIONS, Place, list_corpus, list_places, read_place, style_of

pretty_midi = pytest.importorskip("pretty_midi")


@pytest.fixture(scope="module")
def content() -> bytes:
    midi = pretty_midi.PrettyMIDI()
    player = pretty_midi.Instrument(0)
    player.notes = [pretty_midi.Note(80, 60 + at, at / 2, at / 2 + 0.4) for at in range(12)]
    midi.instruments.append(player)
    stream = io.BytesIO()
    midi.write(stream)
    return stream.getvalue()


@pytest.fixture
def folder(tmp_path: Path, content: bytes) -> Path:
    folder = tmp_path / "tunes"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "jigs1.mid").write_bytes(content)
    (folder / "two.MIDI").write_bytes(content)
    (folder / "readme.txt").write_text("no score")
    return folder


def packed(folder: Path, kind: str) -> Path:
    path = folder.parent / f"tunes.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            for one in sorted(folder.rglob("*.*")):
                archive.write(one, one.relative_to(folder))
    else:
        with tarfile.open(path, "w:gz") as archive:
            archive.add(folder, ".")
    return path


@pytest.mark.parametrize("kind", ["folder", "zip", "tar.gz"])
def test_folders_and_archives(folder: Path, kind: str) -> None:
    path = folder if kind == "folder" else packed(folder, kind)
    places = list_places(path)
    assert [Path(place.member).name for place in places] == ["jigs1.mid", "two.MIDI"]
    assert {place.source for place in places} == {path.name}
    assert [len(read_place(place).parts[0]) for place in places] == [12, 12]
    assert style_of(places[0], "") == "jig"
    assert style_of(places[1], "") == ""


def test_what_holds_no_scores_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is no folder and no \.zip"):
        list_places(tmp_path / "missing")
    with pytest.raises(InputError, match=r"holds no \.mid"):
        list_places(tmp_path)
    (tmp_path / "bad.zip").write_bytes(b"nothing")
    with pytest.raises(InputError, match="cannot be read"):
        list_places(tmp_path / "bad.zip")


def test_a_member_that_is_gone(folder: Path) -> None:
    place = list_places(folder)[0]
    (folder / place.member).unlink()
    with pytest.raises(MediaError, match=r"jigs1\.mid cannot be read"):
        read_place(place)


def test_the_corpus_is_listed_by_tune() -> None:
    places = list_corpus()
    assert len(places) > 10_000
    assert len({place.name for place in places}) == len(places)
    book = next(place for place in places if place.member.startswith("airdsAirs"))
    assert book.number > 0
    assert not any(Path(place.member).stem.endswith(("_old", "_bak")) for place in places)


@pytest.mark.parametrize(
    ("member", "style", "title", "said"),
    [
        ("ryansMammoth/RoseReel.abc", "dance tune", "Rose - Reel", "reel"),
        ("oneills1850/x.abc", "Irish tune", "The Jigger", "Irish tune"),
        ("bach/bwv1.mxl", "chorale", "March", "chorale"),
    ],
)
def test_styles(member: str, style: str, title: str, said: str) -> None:
    assert style_of(Place("music21", "", member, style=style), title) == said


def test_real_archives(shared_data: Path) -> None:
    pop = list_places(shared_data / "midi" / "pop909.zip")
    assert len(pop) == 909
    assert read_place(pop[0]).names == ("MELODY", "BRIDGE", "PIANO")
    tunes = list_places(shared_data / "midi" / "nottingham.tar.gz")
    assert len(tunes) == 1034
    jig = next(place for place in tunes if place.member.endswith("jigs107.mid"))
    assert (read_place(jig).metre, read_place(jig).upbeat) == ("6/8", 0.5)


def test_no_kind_of_piece_names_an_instrument_that_may_not_play_it() -> None:
    names = {name for player in PLAYERS for name in (player.name, *player.other)} | {"string", "vocal", "song"}
    assert not [style for style in COLLECTIONS.values() if any(name in style for name in names)]
