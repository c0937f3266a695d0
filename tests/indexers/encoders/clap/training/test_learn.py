"""From files and a manifest to towers: listening, examples and the whole of a training, on a few short sounds."""

import json
from itertools import pairwise

import numpy as np
import pytest
import soundfile

from indexers.encoders import load_audio_encoder, load_text_encoder
from indexers.encoders.clap.sounds import listening
from indexers.encoders.clap.sounds.frames import HEARS, N_FRAMES, frames_of
from indexers.encoders.clap.sounds.listening import hear, listen, span_of, windows_of
from indexers.encoders.clap.storage import read_towers
from indexers.encoders.clap.training import learn as learning
from indexers.encoders.clap.training.examples import Said, gather_examples, join_examples
from indexers.encoders.clap.training.learn import HEARD, Lesson, train_clap
from indexers.encoders.learning.run import BEST
from indexers.errors import LeakError, PairsError

RATE = 16_000
N_SOUNDS = 10


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Ten files of twelve seconds: tones and noises."""
    made = tmp_path_factory.mktemp("sounds")
    rng = np.random.default_rng(1)
    at_s = np.arange(12 * RATE) / RATE
    for number in range(N_SOUNDS):
        tone = np.sin(2 * np.pi * 110 * 2 ** (number / 2) * at_s)
        sound = 0.3 * (tone if number % 2 else rng.normal(size=len(at_s)) * (0.6 + 0.4 * tone))
        soundfile.write(made / f"{number}.wav", sound.astype(np.float32), RATE)
    return made


@pytest.fixture(scope="module")
def manifest(folder):
    splits = ("train",) * 6 + ("validation",) * 2 + ("test",) * 2
    rows = [
        {
            "audio": f"{number}.wav",
            "end_s": 3.5 if number else None,
            "text": f"a {'tone' if number % 2 else 'noise'} of pitch {number}",
            "rewrites": [f"pitch {number}"],
            "split": split,
            "licence": "CC0",
        }
        for number, split in enumerate(splits)
    ]
    (folder / "pairs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder / "pairs.jsonl"


@pytest.fixture(scope="module")
def sentences(model_store):
    return load_text_encoder("text", model_store)


@pytest.fixture
def few(monkeypatch):
    """A handful of clips is enough."""
    monkeypatch.setattr(learning, "FEWEST", 5)
    monkeypatch.setattr(learning, "FEWEST_HELD_OUT", 2)


def test_ten_seconds_are_heard_from_start_to_end(folder):
    windows = windows_of(span_of(folder / "0.wav", 1.0, 11.0), 3.008)
    assert len(windows) == N_FRAMES
    assert (windows[0].start_s, windows[-1].end_s) == pytest.approx((1.0, 11.0), abs=2e-3)
    assert all(later.start_s < before.end_s for before, later in pairwise(windows))


def test_a_span_is_known_by_content_and_place(folder):
    (folder / "copy.wav").write_bytes((folder / "1.wav").read_bytes())
    one, copy = (span_of(folder / name, 0, 5) for name in ("1.wav", "copy.wav"))
    assert one.key == copy.key
    assert one.key not in {span_of(folder / "1.wav", 0, 6).key, span_of(folder / "2.wav", 0, 5).key}
    (folder / "copy.wav").unlink()


def test_each_span_is_heard_once_and_as_the_encoders_hear_it(folder, model_store, sentences, tmp_path, monkeypatch):
    spans = [span_of(folder / f"{number}.wav", 0.5, 4.5) for number in (1, 2)]
    told = []
    listen([*spans, spans[0]], tmp_path, model_store, workers=1, progress=lambda *said: told.append(said))
    assert told == [(1, 2), (2, 2)]
    said = [Said(["a", "b"], ["d"], "one"), Said(["c"], tune="two"), Said(["a"], tune="one")]
    examples = gather_examples([spans[1], spans[0], spans[1]], said, tmp_path, sentences)
    encoders = {name: load_audio_encoder(name, model_store) for name in HEARS}
    expected = frames_of({name: entry.outputs for name, entry in hear(encoders, spans[0]).items()})
    np.testing.assert_array_equal(examples.frames[1, : len(expected)], expected.astype(np.float16))
    assert examples.counts.tolist() == [2, 2, 2]
    assert examples.texts.starts.tolist() == [0, 2, 3, 4]
    assert examples.false.starts.tolist() == [0, 1, 1, 1]
    np.testing.assert_array_equal(examples.texts.read[0], examples.texts.read[3])
    assert join_examples([examples, examples]).tunes.tolist() == [0, 1, 0, 2, 3, 2]
    monkeypatch.setattr(listening, "run_tasks", None)  # nothing is owed
    listen(spans, tmp_path, model_store, workers=1, progress=lambda *_: None)
    with pytest.raises(PairsError, match="1 of 1 clips were not heard"):
        gather_examples([span_of(folder / "3.wav", 0, 2)], [Said(["d"])], tmp_path, sentences)


def test_a_clip_that_cannot_be_heard_is_named_and_the_others_kept(folder, model_store, sentences, tmp_path):
    (tmp_path / "broken.wav").write_bytes(b"RIFF, but no more")
    spans = [span_of(tmp_path / "broken.wav", 0, 2), span_of(folder / "4.wav", 0, 2)]
    with pytest.raises(PairsError, match=r"1 of 2 clips cannot be heard: broken.wav"):
        listen(spans, tmp_path / "heard", model_store, workers=1, progress=lambda *_: None)
    assert len(gather_examples(spans[1:], [Said(["a"])], tmp_path / "heard", sentences)) == 1


@pytest.mark.usefixtures("few")
def test_from_a_manifest_to_towers(manifest, model_store, sentences, quick, tmp_path):
    lesson = Lesson((manifest,), tmp_path / "clap", workers=1, command="segue train clap")
    learnt = train_clap(lesson, model_store, sentences, quick)
    assert learnt.card["data"]["clips"] == {"train": 6, "validation": 2, "test": 2}
    assert learnt.card["data"]["licences"] == ["CC0"]
    assert learnt.card["figures"]["test"]["pool"] == 2
    assert read_towers(tmp_path / "clap").fingerprint == learnt.card["fingerprint"]
    assert (tmp_path / "clap" / "training.jsonl").read_text().count("\n") == learnt.card["figures"]["epochs"]
    assert not (tmp_path / "clap" / "training" / BEST).exists()
    again = train_clap(Lesson((manifest,), tmp_path / "again", workers=1), model_store, sentences, quick)
    assert again.card["fingerprint"] == learnt.card["fingerprint"]
    assert (manifest.parent / HEARD).is_dir()


def test_too_few_clips_are_refused(manifest, model_store, sentences, quick, tmp_path):
    with pytest.raises(PairsError, match="6 train clips, 100 is the least"):
        train_clap(Lesson((manifest,), tmp_path), model_store, sentences, quick)


@pytest.mark.usefixtures("few")
def test_a_second_stage_goes_on_from_towers_with_more_pairs(manifest, model_store, sentences, quick, tmp_path):
    lesson = Lesson((manifest,), tmp_path / "first", workers=1, command="first")
    first = train_clap(lesson, model_store, sentences, quick)
    rows = [{**json.loads(line), "tune": f"again {row}"} for row, line in enumerate(manifest.read_text().splitlines())]
    alone = [{"kind": "text", "text": f"low {row}", "rewrites": [f"deep {row}"], "split": "train"} for row in range(3)]
    rows = [row | {"text": f"not {row['text']}", "false": [row["text"]]} for row in rows] + alone
    more = manifest.with_name("more.jsonl")
    more.write_text("".join(json.dumps(row) + "\n" for row in rows))
    other = quick.model_copy(update={"hidden": 32})  # the towers stay as they were built
    lesson = Lesson((more,), tmp_path / "second", tmp_path / "first", workers=1)
    second = train_clap(lesson, model_store, sentences, other)
    assert second.card["settings"]["hidden"] == quick.hidden
    assert second.card["settings"]["learning_rate"] == pytest.approx(learning.LATER_RATE * quick.learning_rate)
    assert second.card["data"]["texts"] == 3
    assert second.card["data"]["started_from"] == {"fingerprint": first.card["fingerprint"], "command": "first"}
    assert second.card["fingerprint"] != first.card["fingerprint"]


@pytest.mark.usefixtures("few")
def test_a_leaking_split_is_refused(manifest, model_store, sentences, quick, tmp_path):
    rows = [json.loads(line) | {"tune": "one"} for line in manifest.read_text().splitlines()]
    leaking = manifest.with_name("leaking.jsonl")
    leaking.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(LeakError):
        train_clap(Lesson((leaking,), tmp_path), model_store, sentences, quick)
