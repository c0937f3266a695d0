"""`segue train playlist` from files and from a library, and every way it refuses."""

import json
from xml.etree import ElementTree

import numpy as np
import pytest
from typer.testing import CliRunner

from engine.cli import app
from indexers.encoders.playlist import learn, load_playlist_encoder
from indexers.encoders.playlist.settings import BowSettings, Item2VecSettings, Seq2SeqSettings, SifSettings

TRACKS = Item2VecSettings(dim=8, epochs=2)


def segue(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Models that are trained in a second."""

    def network():
        return Seq2SeqSettings(tracks=TRACKS, dim=8, hidden=8, negatives=10, epochs=2)

    sizes = {
        "bow": lambda: BowSettings(tracks=TRACKS),
        "sif": lambda: SifSettings(tracks=TRACKS),
        "seq2seq-uni": network,
        "seq2seq-bi": network,
    }
    monkeypatch.setattr(learn, "SETTINGS", sizes)


def write(path, n_playlists):
    rng = np.random.default_rng(0)
    lines = (
        {
            "playlist_id": f"p{number}",
            "source": "radio",
            "date": f"2020-01-{1 + number % 28:02d}",
            "tracks": [[f"Artist {row}", f"Title {row}"] for row in rng.permutation(30)[:6].tolist()],
        }
        for number in range(n_playlists)
    )
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_a_network_from_a_file(tmp_path):
    lists, out = write(tmp_path / "lists.jsonl", 80), tmp_path / "out"
    words = ("train", "playlist", "--playlists", lists, "--kind", "seq2seq-bi", "--out", out, "--device", "cpu")
    result = segue(*words, "--library", tmp_path / "none", "--json")
    assert result.exit_code == 0, result.stderr
    card = json.loads(result.stdout)
    assert card["kind"] == "seq2seq-bi"
    assert card["data"]["files"] == ["lists.jsonl"]
    assert (card["data"]["playlists"], card["data"]["listings"], card["dim"]) == (80, 480, 8)
    assert card["figures"]["device"] == "cpu"
    assert card["command"] == "segue train playlist --kind seq2seq-bi --playlists lists.jsonl"
    assert str(tmp_path) not in (out / "card.json").read_text()
    records = [json.loads(line) for line in (out / "training.jsonl").read_text().splitlines()]
    assert [record["epoch"] for record in records if "val_loss" in record] == [0, 1]
    ElementTree.parse(out / "curves.svg")  # noqa: S314 - our own file
    assert not (out / "training").exists()
    encoder = load_playlist_encoder(out)
    rows = encoder.vocabulary.row_of()
    vector = encoder.encode([np.array([rows["artist1", "title1"], rows["artist2", "title2"]])])
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("kind", ["bow", "sif"])
def test_averages_for_people(tmp_path, kind):
    lists = write(tmp_path / "lists.jsonl", 60)
    result = segue("train", "playlist", "--playlists", lists, "--kind", kind, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.stderr
    assert f"learnt {kind}, 8 numbers a playlist" in result.stdout
    assert "from 60 playlists of 30 known tracks" in result.stdout
    assert load_playlist_encoder(tmp_path / "out").name == kind


def test_the_same_twice(tmp_path):
    lists = write(tmp_path / "lists.jsonl", 60)
    prints = []
    for out in ("one", "two"):
        words = ("--playlists", lists, "--kind", "seq2seq-uni", "--out", tmp_path / out, "--json")
        prints.append(json.loads(segue("train", "playlist", *words).stdout)["fingerprint"])
    assert prints[0] == prints[1]


def test_a_folder_of_the_library_is_the_default(tmp_path):
    library, music = tmp_path / "library", tmp_path / "music"
    music.mkdir()
    lists = write(music / "lists.jsonl", 60)
    assert segue("scan", music, "--library", library).exit_code == 0
    result = segue("train", "playlist", "--kind", "bow", "--library", library)
    assert result.exit_code == 0, result.stderr
    assert "from 60 playlists" in result.stdout
    assert (library / "models" / "playlist" / "bow" / "card.json").exists()
    both = segue("train", "playlist", "--kind", "bow", "--library", library, "--playlists", lists)
    assert "from 120 playlists" in both.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--kind", "lstm"), "no playlist encoder 'lstm'; there are bow, sif, seq2seq-uni, seq2seq-bi"),
        (("--device", "tpu"), "no device 'tpu'; there are auto, cpu, cuda"),
        (("--playlists", "nowhere.jsonl"), "nowhere.jsonl cannot be read"),
        (("--playlists", "few.jsonl"), "9 of 9 playlists hold two tracks that other playlists hold too, at least 50"),
        (("--playlists", "empty.jsonl"), "empty.jsonl holds no playlist"),
    ],
)
def test_a_bad_training_is_one_line(tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "lists.jsonl", 60)
    write(tmp_path / "few.jsonl", 9)
    (tmp_path / "empty.jsonl").write_text("")
    given = words if words[0] == "--playlists" else ("--playlists", "lists.jsonl", *words)
    result = segue("train", "playlist", *given, "--out", "out")
    assert result.exit_code == 1
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "out" / "card.json").exists()


def test_what_a_training_cut_short_has_left(tmp_path, monkeypatch):
    lists, out = write(tmp_path / "lists.jsonl", 60), tmp_path / "out"
    words = ("train", "playlist", "--playlists", lists, "--kind", "seq2seq-uni", "--out", out)

    def killed(*_):
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(learn, "train", killed)
        assert isinstance(segue(*words).exception, ZeroDivisionError)
    with monkeypatch.context() as patched:
        patched.setattr(learn, "learn_track_vectors", killed)  # what was left is taken instead
        assert segue(*words).exit_code == 0
    with monkeypatch.context() as patched:
        patched.setattr(learn, "train", killed)
        assert isinstance(segue(*words).exception, ZeroDivisionError)
    tracks = out / "training" / "tracks.safetensors"
    assert tracks.exists()
    tracks.write_bytes(tracks.read_bytes()[:20])
    result = segue(*words)
    assert result.exit_code == 1
    assert "is damaged" in result.stderr
    assert "start again with --fresh" in result.stderr
    assert segue(*words, "--fresh", "--minutes", "0.2").exit_code == 0


def test_without_a_library_and_files(tmp_path):
    result = segue("train", "playlist", "--library", tmp_path / "none")
    assert result.exit_code == 1
    assert "no library at" in result.stderr
