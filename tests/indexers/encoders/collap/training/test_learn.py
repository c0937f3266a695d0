"""From files and a manifest to what was learnt: hearing whole tracks, stories, and the whole of a training."""

import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import soundfile
import torch

from indexers.encoders import load_audio_encoder, load_joint_encoder
from indexers.encoders.clap.network import Towers
from indexers.encoders.clap.settings import ClapSettings
from indexers.encoders.clap.sounds import listening as clap_listening
from indexers.encoders.clap.sounds.frames import HEARS
from indexers.encoders.clap.sounds.listening import windows_of
from indexers.encoders.clap.storage import stored_of, write_towers
from indexers.encoders.collap.listening import hear_tracks, parts_of
from indexers.encoders.collap.settings import CollapSettings
from indexers.encoders.collap.storage import read_stored
from indexers.encoders.collap.training import learn as learning
from indexers.encoders.collap.training.learn import Lesson, train_collap
from indexers.encoders.collap.training.stories import encode_kept, gather_stories, spans_of
from indexers.errors import ConfigError, PairsError
from indexers.media.decode import Cut, read_cuts
from indexers.pairs.checks import read_checked
from indexers.pairs.manifest import Pair
from indexers.schema import Window
from indexers.testing import FakeJointEncoder, FakeTextEncoder

RATE, LENGTH_S = 16_000, 20.0
N_TRACKS = 6
TEXT = (
    "A piece of two parts. From 0:00 to 0:08 a tone of pitch {0} sounds. It is loud. "
    "From 0:08 to 0:20 noise {0} follows."
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Six long tracks of 20 s, a tone and then noise, and six clips of six."""
    made = tmp_path_factory.mktemp("long")
    rng = np.random.default_rng(1)
    at_s = np.arange(int(LENGTH_S * RATE)) / RATE
    sections = [{"start_s": 0.0, "end_s": 8.2}, {"start_s": 8.2, "end_s": LENGTH_S}]
    rows = []
    for number in range(N_TRACKS):
        tone, noise = np.sin(2 * np.pi * 220 * 2 ** (number / 3) * at_s), rng.normal(size=len(at_s))
        sound = np.where(at_s < 8.2, tone, (0.3 + 0.1 * number) * noise)
        soundfile.write(made / f"{number}.wav", (0.3 * sound).astype(np.float32), RATE)
        split = "train" if number < 3 else "validation" if number < 5 else "test"
        row = {"audio": f"{number}.wav", "split": split, "licence": "CC0"}
        rows.append({**row, "text": TEXT.format(number), "rewrites": [f"tone {number}, then noise"], "kind": "long"})
        rows[-1]["facts"] = {"sections": sections}
        rows.append({**row, "text": f"A tone {number}.", "end_s": 6.0})
    (made / "pairs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return made


@pytest.fixture(scope="module")
def base(folder, model_store):
    """Towers of clap at random."""
    torch.manual_seed(2)
    settings = ClapSettings(content=12, order=4, hidden=16, layers=1, heads=2, text_hidden=16)
    write_towers(folder / "clap", stored_of(Towers(settings), settings, {}))
    return load_joint_encoder(f"clap:{folder / 'clap'}", model_store)


@pytest.fixture(scope="module")
def settings():
    return CollapSettings(hidden=16, heads=2, epochs=3, batch=4, medleys=1, seed=3)


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(learning, "FEWEST", 3)
    monkeypatch.setattr(learning, "FEWEST_HELD_OUT", 2)


def test_a_long_track_is_heard_from_start_to_end(folder):
    pair = Pair(folder / "0.wav", "x", "train", start_s=1.5)
    parts = parts_of(pair)
    assert len(parts) == 2
    assert (parts[0].start_s, parts[-1].start_s + parts[-1].length_s) == pytest.approx((1.5, LENGTH_S))
    windows = [window for part in parts for window in windows_of(part, 3.008)]
    assert all(later.start_s - before.end_s < 0.4 for before, later in pairwise(windows))
    assert windows[-1].end_s == pytest.approx(LENGTH_S, abs=2e-3)
    assert len(parts_of(replace(pair, start_s=0.0, end_s=12.0))) == 1


def test_a_track_that_is_too_long_is_refused(folder):
    with pytest.raises(PairsError, match="is 2000 s long, 1800 s is the limit"):
        parts_of(Pair(folder / "0.wav", "x", "train", end_s=2000.0))


def test_clips_are_what_the_towers_make_of_each_window(folder, base, model_store, tmp_path, monkeypatch):
    pairs = [pair for pair in read_checked(folder / "pairs.jsonl") if pair.kind == "long"][:2]
    pairs.append(replace(pairs[0], start_s=5.0, end_s=12.0))
    tracks = hear_tracks(pairs, tmp_path, model_store, base, workers=1, progress=lambda *_: None)
    assert [track.duration_s for track in tracks] == pytest.approx([LENGTH_S, LENGTH_S, 7.0])
    encoders = {name: load_audio_encoder(name, model_store) for name in HEARS}
    for pair, track in ((pairs[1], tracks[1]), (pairs[2], tracks[2])):
        start_s, end_s = (track.times_s[1] + pair.start_s).tolist()
        first = next(iter(encoders.values()))
        cut = Cut((Window(start_s, end_s),), first.sample_rate_hz, first.window_samples)
        sound = read_cuts(pair.audio, [cut])[0].waveforms
        heard = {
            name: {output: rows.astype(np.float16) for output, rows in encoder.encode(sound).items()}
            for name, encoder in encoders.items()
        }
        assert float(base.clips(heard)[0] @ track.clips[1]) > 0.99
        assert not np.allclose(track.clips[0], track.clips[-1], atol=1e-2)
    monkeypatch.setattr(clap_listening, "run_tasks", None)  # nothing is owed
    again = hear_tracks(pairs[1:], tmp_path, model_store, base, workers=1, progress=lambda *_: None)
    np.testing.assert_array_equal(again[0].clips, tracks[1].clips)


def test_towers_that_hear_otherwise_are_refused(folder, model_store, tmp_path):
    with pytest.raises(ConfigError, match="trained over towers that `segue train clap` made, fake-joint is none"):
        hear_tracks([], tmp_path, model_store, FakeJointEncoder(), workers=1, progress=lambda *_: None)
    with pytest.raises(ConfigError, match="fake-joint is none"):
        train_collap(Lesson(folder / "pairs.jsonl", tmp_path), model_store, FakeJointEncoder(), CollapSettings())


def test_sentences_are_encoded_once(tmp_path):
    class Counting(FakeTextEncoder):
        asked = ()

        def encode(self, texts):
            self.asked = [*self.asked, *texts]
            return super().encode(texts)

    encoder = Counting()
    vectors, rows = encode_kept(["b b", "a", "b b"], tmp_path, encoder)
    assert encoder.asked == ["a", "b b"]
    again, more = encode_kept(["c", "a"], tmp_path, encoder)
    assert encoder.asked == ["a", "b b", "c"]
    np.testing.assert_array_equal(again[more["a"]], vectors[rows["a"]])
    np.testing.assert_array_equal(again[more["c"]], FakeTextEncoder().encode(["c"])[0])


def test_facts_that_are_none_have_no_sections(folder):
    pair = Pair(folder / "0.wav", "x", "train")
    for facts in (
        {},
        {"sections": "two"},
        {"sections": [{"start_s": "0"}, 3]},
        {"sections": [{"start_s": True, "end_s": 1}]},
    ):
        assert spans_of(replace(pair, facts=facts)).shape == (0, 2)
    found = spans_of(replace(pair, facts={"sections": [{"start_s": 0, "end_s": 2.5, "bpm": 90}]}))
    assert found.tolist() == [[0, 2.5]]


@pytest.mark.usefixtures("few")
def test_from_a_manifest_to_what_was_learnt(folder, base, model_store, settings, tmp_path):
    lesson = Lesson(folder / "pairs.jsonl", tmp_path / "collap", workers=1, command="segue train collap")
    learnt = train_collap(lesson, model_store, base, settings)
    assert learnt.card["data"]["tracks"] == {"train": 3, "validation": 2, "test": 1}
    assert learnt.card["data"]["clips"] == {"train": 3, "validation": 2, "test": 1}
    assert learnt.card["data"]["licences"] == ["CC0"]
    assert learnt.card["figures"]["epochs"] == 3
    assert learnt.card["base"]["fingerprint"] == base.fingerprint
    assert str(tmp_path) not in json.dumps(learnt.card)
    assert read_stored(tmp_path / "collap").settings.base_dim == base.dim
    assert (tmp_path / "collap" / "training.jsonl").read_text().count("\n") == 3
    assert not (tmp_path / "collap" / "training").exists()
    again = train_collap(Lesson(folder / "pairs.jsonl", tmp_path / "again", workers=1), model_store, base, settings)
    assert again.card["fingerprint"] == learnt.card["fingerprint"]


def test_stories_know_their_sections(folder, base, tmp_path):
    pairs = [pair for pair in read_checked(folder / "pairs.jsonl") if pair.split == "train"]
    silent = [None] * len(pairs)
    stories = gather_stories(pairs, silent, tmp_path, base)
    assert (len(stories.stories), len(stories.clips)) == (3, 3)
    assert [np.flatnonzero(column).tolist() for column in stories.stories[0].told.T] == [[1, 2], [3]]
    caption = stories.stories[0].caption
    np.testing.assert_allclose(
        stories.vectors[caption.timed], base.encode(TEXT.format(0).replace(". ", ".|").split("|")), atol=1e-4
    )
    np.testing.assert_allclose(
        stories.vectors[caption.bare[1]], base.encode(["a tone of pitch 0 sounds."])[0], atol=1e-4
    )


def test_too_few_long_tracks_are_refused(folder, base, model_store, settings, tmp_path):
    with pytest.raises(
        PairsError, match="3 long train tracks, 20 is the least: make some with `segue train pairs --long`"
    ):
        train_collap(Lesson(folder / "pairs.jsonl", tmp_path), model_store, base, settings)
