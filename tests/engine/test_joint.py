"""From a folder of sounds to an answer through a public checkpoint: rebuild, search, doctor and models."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine import Engine, Query
from engine.cli import app
from engine.doctor import examine
from indexers.encoders import load_joint_encoder
from indexers.encoders.hub import testing as small
from indexers.errors import ModelError, QueryError, StaleIndexError
from indexers.generation import joint_space
from indexers.models.store import ModelStore
from indexers.schema import Vectors


@pytest.fixture(scope="module")
def made(music: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a checkpoint, and a library of `music` and of one short sound, built with it."""
    import soundfile

    root = tmp_path_factory.mktemp("joint")
    small.save_clap(root / "clap")
    shutil.copytree(music, root / "music")
    sound, rate_hz = soundfile.read(root / "music" / "high" / "whistle.wav")
    soundfile.write(root / "music" / "blip.wav", sound[: int(1.2 * rate_hz)], rate_hz)
    (root / "library").mkdir()
    (root / "library" / "segue.toml").write_text(
        "format = 1\n[scan]\nworkers = 1\n"
        f'[analysis]\nencoders = ["fake"]\ntext = "fake-text"\nwindows = 3\nworkers = 1\njoint = ["hub:{root}/clap"]\n'
        "[search]\nrelevance = 1.0\n"
    )
    engine = Engine.open(root / "library", models=root / "models")
    engine.scan([root / "music"])
    engine.rebuild()
    return root


@pytest.fixture
def root(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy that a test may change; its settings name the checkpoint that it was built with."""
    monkeypatch.setenv("SEGUE_MODELS", str(tmp_path / "models"))
    shutil.copytree(made / "library", tmp_path / "library")
    return tmp_path


def opened(root: Path) -> Engine:
    return Engine.open(root / "library", models=root / "models")


def expected(made: Path, engine: Engine, text: str) -> dict[str, float]:
    """Track id to cosine, by hand."""
    name = f"hub:{made}/clap"
    query: Vectors = load_joint_encoder(name, ModelStore(made)).encode([text])[0]
    generation = engine.refresh().generation
    scores = generation.track_vectors(joint_space(name)) @ query
    return dict(zip(generation.tracks["track_id"], scores.tolist(), strict=True))


def test_words_are_answered_from_the_joint_space(made: Path, root: Path) -> None:
    engine, name = opened(root), f"hub:{made}/clap"
    answer = engine.search(Query(text="a high whistle"), k=7)
    cosines = expected(made, engine, "a high whistle")
    order = sorted(cosines, key=lambda track: -cosines[track])
    assert len(answer.results) == 7
    for result in answer.results:
        evidence = result.evidence[name]
        assert evidence.score == pytest.approx(cosines[result.track_id], abs=1e-5)
        assert evidence.rank == order.index(result.track_id) + 1
        assert result.arms[name] == pytest.approx(answer.settings["weights"][name] / (60 + evidence.rank))
    confidence = answer.confidence[name]
    assert confidence.best == pytest.approx(max(cosines.values()), abs=1e-5)
    assert confidence.threshold == engine.calibration()[name].threshold
    assert answer.notes == ()


def test_a_short_sound_is_marked(root: Path) -> None:
    engine = opened(root)
    found = engine.search(Query(text="a deep tone"), k=7).results
    spans = {result.title: result.match for result in found if result.match is not None}
    assert spans["blip"].short
    assert (spans["blip"].start_s, spans["blip"].end_s) == (0.0, pytest.approx(1.2, abs=0.01))
    assert not any(span.short for title, span in spans.items() if title != "blip")


def test_the_weight_of_joint_arms_is_a_setting(made: Path, root: Path) -> None:
    path, name = root / "library" / "segue.toml", f"hub:{made}/clap"
    path.write_text(path.read_text() + "joint_weight = 0.5\n")
    answer = opened(root).search(Query(text="noise"))
    sure = answer.confidence[name].sure or not any(arm.sure for arm in answer.confidence.values())
    assert answer.settings["weights"][name] == (0.5 if sure else 0.125)


def test_the_text_tower_is_loaded_once_and_for_words_alone(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from indexers.encoders.hub import clap_text

    loaded = []
    load = clap_text.load_tower
    monkeypatch.setattr(clap_text, "load_tower", lambda *given: loaded.append(given) or load(*given))
    engine = opened(root)
    first = engine.refresh().generation.tracks["track_id"][0]
    engine.search(Query(like=(first,)))
    assert loaded == []
    for text in ("noise", "a deep tone", "noise"):
        engine.search(Query(text=text))
    assert len(loaded) == 1


def test_a_text_in_another_language_is_answered_with_a_note(made: Path, root: Path) -> None:
    answer = opened(root).search(Query(text="tiefe Töne mit Regen"))
    assert answer.results
    assert answer.notes == ("This looks like German; clap reads English alone: ask in English to find more.",)
    assert answer.as_json()["notes"] == list(answer.notes)
    shown = CliRunner().invoke(app, ["search", "静かなピアノ", "--library", str(root / "library")])
    assert "This looks like Japanese" in shown.stdout


def test_an_empty_text_is_one_line(root: Path) -> None:
    with pytest.raises(QueryError, match="nothing to look for: give words"):
        opened(root).search(Query(text=" \n "))


def test_a_text_longer_than_the_tower_is_answered(made: Path, root: Path) -> None:
    engine, text = opened(root), "a man tells a story . " * 4 + "a high whistle . " * 4
    answer = engine.search(Query(text=text), k=7)
    cosines = expected(made, engine, text.strip())
    assert answer.confidence[f"hub:{made}/clap"].best == pytest.approx(max(cosines.values()), abs=1e-5)


def move(root: Path, made: Path, folder: Path) -> None:
    """Let the library believe that it was built with a checkpoint in another folder."""
    library = root / "library"
    paths = [library / "segue.toml", *library.glob("generations/*/*.json")]
    for path in paths:
        path.write_text(path.read_text().replace(f"hub:{made}/clap", f"hub:{folder}"))


def test_a_checkpoint_that_is_gone_is_one_line_with_two_remedies(made: Path, root: Path) -> None:
    move(root, made, root / "gone")
    with pytest.raises(ModelError, match=r"no folder .*/gone.*; or take it out of \[analysis\] joint in segue.toml"):
        opened(root).search(Query(text="noise"))
    first = opened(root).refresh().generation.tracks["track_id"][0]
    assert opened(root).search(Query(like=(first,))).results  # needs no text tower


def test_other_weights_than_those_it_was_built_by_are_stale(made: Path, root: Path) -> None:
    copy = shutil.copytree(made / "clap", root / "other")
    (copy / "tokenizer_config.json").write_text((copy / "tokenizer_config.json").read_text() + "\n")
    move(root, made, copy)
    with pytest.raises(StaleIndexError, match=r"was built by encoder hub:.*/other .*: run `segue rebuild`"):
        opened(root).search(Query(text="noise"))
    found = [finding for finding in examine(opened(root)) if not finding.ok]
    assert [finding.subject for finding in found][-1] == f"checkpoint hub:{copy}"


def test_the_doctor_examines_checkpoint_and_space(made: Path, root: Path) -> None:
    findings, name = examine(opened(root)), f"hub:{made}/clap"
    assert all(finding.ok for finding in findings)
    subjects = {finding.subject for finding in findings}
    assert {f"checkpoint {name}", f"encoder {name}", f"encoder {name}, clips", joint_space(name)} <= subjects
    move(root, made, root / "gone")
    found = [finding for finding in examine(opened(root)) if not finding.ok]
    assert "no folder" in found[-1].subject


def test_models_lists_the_checkpoints_that_a_library_names(made: Path, root: Path) -> None:
    name = f"hub:{made}/clap"
    shown = CliRunner().invoke(app, ["models", "--json", "--library", str(root / "library")])
    listed = {model["name"]: model for model in json.loads(shown.stdout)["models"]}
    assert listed[name]["present"]
    assert listed[name]["sample_rate_hz"] == small.SAMPLE_RATE_HZ
    shown = CliRunner().invoke(app, ["models", "--json", "--library", str(root / "elsewhere")])
    assert name not in {model["name"] for model in json.loads(shown.stdout)["models"]}
    move(root, made, root / "gone")
    shown = CliRunner().invoke(app, ["models", "--library", str(root / "library")])
    assert "no folder" in shown.stdout


def test_generations_name_it_among_their_encoders(made: Path, root: Path) -> None:
    (generation,) = opened(root).generations()
    assert generation.encoders == ("fake", f"hub:{made}/clap")
    assert generation.spaces == (joint_space(f"hub:{made}/clap"), "music", "taggram")


def test_pull_takes_checkpoints_too(made: Path, root: Path) -> None:
    shown = CliRunner().invoke(app, ["models", "pull", f"hub:{made}/clap", "--json"])
    assert shown.exit_code == 0
    assert f"hub:{made}/clap" in shown.stdout
    refused = CliRunner().invoke(app, ["models", "pull", "hub:laion/larger_clap_music"])
    assert refused.exit_code == 1
    assert "it is broken on the hub" in refused.stderr


def test_sentence_transformers_serve_as_the_encoder_of_text(made: Path, root: Path) -> None:
    name = f"hub:{small.save_sentences(root / 'sentences')}"
    path = root / "library" / "segue.toml"
    path.write_text(path.read_text().replace('text = "fake-text"', f'text = "{name}"'))
    engine = opened(root)
    assert engine.rebuild().analysed == 0
    generation = engine.refresh().generation
    assert generation.manifest["text"]["name"] == name
    assert generation.class_vectors.shape == (5, 32)
    checked = {(finding["subject"], finding["check"]) for finding in generation.manifest["findings"]}
    assert (f"encoder {name}", "mean cosine between sentences") in checked
    assert engine.search(Query(text="drum")).results
    assert all(finding.ok for finding in examine(engine))
