"""Rebuilds with joint spaces: one made of what another encoder heard, one that hears for itself."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexers.catalog.tables import read_tracks
from indexers.encoders import JOINT_ENCODERS, JointEntry, load_audio_encoder, load_joint_encoder
from indexers.encoders.hub import testing as small
from indexers.errors import CheckError, ConfigError, ModelError
from indexers.generation import Generation, joint_space
from indexers.rebuild import build as building
from indexers.rebuild import inputs
from indexers.rebuild.analyse import analyse
from indexers.rebuild.inputs import RebuildSettings, inputs_of
from indexers.rebuild.run import rebuild
from indexers.settings import AnalysisSettings
from indexers.testing import FakeEncoder, FakeJointEncoder, unit_rows


@pytest.fixture(scope="module")
def clap(tmp_path_factory) -> str:
    return f"hub:{small.save_clap(tmp_path_factory.mktemp('joint') / 'clap')}"


@pytest.fixture(autouse=True)
def _own_store(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("SEGUE_MODELS", str(tmp_path / "digests"))


def with_joint(kit, *names: str, **analysis: object) -> RebuildSettings:
    settings = kit.settings()
    return replace(settings, analysis=settings.analysis.model_copy(update={"joint": names, **analysis}))


def made(kit, *names: str):
    library = kit.library()
    report = rebuild(library, with_joint(kit, *names), kit.store)
    return library, report, Generation.open(library)


def test_a_space_made_of_what_another_encoder_heard(kit) -> None:
    library, report, generation = made(kit, "fake-joint")
    assert (report.status, report.owed) == ("published", {"fake": 6})
    (joint,) = generation.joints
    assert (joint.encoder, joint.space, joint.languages) == ("fake-joint", "joint-fake-joint", ("en",))
    assert joint.fingerprint == FakeJointEncoder.fingerprint
    clips = generation.clips(joint.space)
    encoder = FakeJointEncoder()
    for row, (path, duration_s) in enumerate(read_tracks(library).select("path", "duration_s").iter_rows()):
        heard = analyse(Path(path), duration_s, [FakeEncoder()], 4)
        rows = encoder.clips(heard.outputs)
        np.testing.assert_allclose(clips.vectors(row), rows, atol=2e-3)
        np.testing.assert_allclose(clips.spans(row), [[w.start_s, w.end_s] for w in heard.windows["fake"]], atol=1e-5)
        expected = unit_rows(rows.mean(axis=0, keepdims=True))[0]
        np.testing.assert_allclose(generation.track_vectors(joint.space)[row], expected, atol=2e-3)
    query = encoder.encode(["band0"])
    scores = np.asarray(generation.track_vectors(joint.space)) @ query[0]
    assert generation.index(joint.space).search(query, 1)[0][0, 0] == scores.argmax()
    assert list(generation.manifest["encoders"]) == ["fake"]


def test_a_space_that_hears_for_itself_takes_its_own_windows(kit, clap) -> None:
    kit.tune("short.wav", 9, seconds=1.25)
    library, report, generation = made(kit, clap)
    assert report.owed == {"fake": 7, clap: 7}
    (joint,) = generation.joints
    clips = generation.clips(joint.space)
    encoder, listener = load_joint_encoder(clap, kit.store), load_audio_encoder(clap, kit.store)
    for row, (path, duration_s) in enumerate(read_tracks(library).select("path", "duration_s").iter_rows()):
        heard = analyse(Path(path), duration_s, [listener], 4)
        assert clips.is_short(row) == path.endswith("short.wav")
        np.testing.assert_allclose(clips.vectors(row), encoder.clips(heard.outputs), atol=2e-3)
        np.testing.assert_allclose(clips.spans(row), [[w.start_s, w.end_s] for w in heard.windows[clap]], atol=1e-5)
        assert len(clips.spans(row)) != len(generation.clips("music").spans(row)) or clips.is_short(row)
    assert not any(generation.clips("music").is_short(row) for row in range(7))


def test_manifest_calibration_and_findings_tell_of_it(kit, clap) -> None:
    _, _, generation = made(kit, clap, "fake-joint")
    manifest = generation.manifest
    assert [joint["encoder"] for joint in manifest["joint"]] == [clap, "fake-joint"]
    assert manifest["spaces"][joint_space(clap)] == {
        "kind": "exact", "dim": 24, "reason": "auto: 6 tracks of 24 dims, exact up to 20,000", "storage": "float32",
        "device": "cpu", "expected_recall": 1.0, "recall": 1.0, "recall_queries": 6,
    }  # fmt: skip
    assert manifest["settings"]["analysis"]["joint"] == [clap, "fake-joint"]
    checked = {(finding["subject"], finding["check"]) for finding in manifest["findings"]}
    assert (f"encoder {clap}", "mean cosine between sentences") in checked
    assert (f"encoder {clap}, clips", "mean cosine between sounds") in checked
    assert (f"{joint_space(clap)} index", "recall@10 against exact") in checked
    assert (joint_space(clap), "rows that are not finite") in checked
    found = generation.calibration[clap]
    assert set(generation.calibration) == {"taggram", "words", "music", clap, "fake-joint"}
    unrelated = next(probe for probe in found.probes if probe.use == "report")
    vectors = np.asarray(generation.track_vectors(joint_space(clap)))
    best = (vectors @ load_joint_encoder(clap, kit.store).encode([unrelated.text])[0]).max()
    assert unrelated.score == pytest.approx(best, abs=1e-5)


def test_new_words_cost_no_hearing_and_no_tower(kit, clap, monkeypatch) -> None:
    library, _, first = made(kit, clap)
    settings = with_joint(kit, clap)
    assert rebuild(library, settings, kit.store).status == "unchanged"
    (kit.music / "00_-_Tune_0.wav").rename(kit.music / "00_-_Renamed.wav")
    kit.scan(library)
    for place in ("clap_text.ClapTextEncoder", "clap_audio.ClapAudioEncoder"):
        monkeypatch.setattr(f"indexers.encoders.hub.{place}.__init__", lambda *_, **__: pytest.fail("loaded"))
    report = rebuild(library, settings, kit.store)
    assert (report.status, report.generation, report.analysed) == ("published", 2, 0)
    second = Generation.open(library)
    space = joint_space(clap)
    for name in ("clips.npy", "short.npy", "offsets.npy", "index/vectors.npy"):
        assert (second.folder / space / name).read_bytes() == (first.folder / space / name).read_bytes()
    assert second.calibration[clap] == first.calibration[clap]
    assert second.joints == first.joints


def test_a_joint_space_that_comes_later_is_all_that_is_heard(kit, clap) -> None:
    library = kit.library()
    kit.rebuild(library)
    before = kit.contents(library, 1)
    report = rebuild(library, with_joint(kit, clap), kit.store)
    assert report.owed == {"fake": 0, clap: 6}
    after = kit.contents(library, 2)
    assert all(after[name] == content for name, content in before.items() if name.split("/")[0] in ("clips", "music"))
    report = kit.rebuild(library)
    assert (report.status, report.analysed) == ("published", 0)
    assert kit.contents(library, 3).keys() == before.keys()


def test_a_library_without_joint_spaces_says_nothing_of_them(kit) -> None:
    library = kit.library()
    kit.rebuild(library)
    manifest = kit.manifest(library, 1)
    assert "joint" not in manifest
    assert "joint" not in manifest["settings"]["analysis"]
    assert sorted(path.name for path in library.generation(1).iterdir() if path.is_dir()) == [
        "clips", "music", "taggram", "words",
    ]  # fmt: skip
    assert Generation.open(library).joints == ()


def test_a_checkpoint_is_known_by_its_content_wherever_it_lies(kit, clap, tmp_path) -> None:
    library, _, _ = made(kit, clap)
    moved = shutil.copytree(clap.removeprefix("hub:"), tmp_path / "moved")
    report = rebuild(library, with_joint(kit, f"hub:{moved}"), kit.store)
    assert report.owed == {"fake": 0, f"hub:{moved}": 0}


def test_other_weights_are_heard_again(kit, tmp_path) -> None:
    from safetensors.numpy import load_file, save_file

    folder = small.save_clap(tmp_path / "clap")
    library, _, _ = made(kit, f"hub:{folder}")
    weights = load_file(folder / "model.safetensors")
    weights["audio_projection.linear2.weight"] *= 1.01
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    report = rebuild(library, with_joint(kit, f"hub:{folder}"), kit.store)
    assert report.owed == {"fake": 0, f"hub:{folder}": 6}


def test_a_collapsed_checkpoint_is_refused_before_a_track_is_heard(kit, tmp_path) -> None:
    name = f"hub:{small.save_clap(tmp_path / 'collapsed', collapsed=True)}"
    library = kit.library()
    kit.rebuild(library)
    with pytest.raises(CheckError, match=r"collapsed: mean cosine between sentences is 0.9\d+, limit 0.9 .*another"):
        rebuild(library, with_joint(kit, name), kit.store)
    assert library.serving() == 1
    assert not (library.cache / "hub").exists()


def test_vectors_that_are_all_alike_are_refused(kit, monkeypatch) -> None:
    """Whatever the towers seemed: of twenty tracks and more the vectors themselves are looked at."""
    for number in range(6, 20):
        kit.tune(f"{number:02}_-_Tune_{number}.wav", number)
    stuck = unit_rows(np.ones((1, 16), dtype=np.float32))
    monkeypatch.setattr(FakeJointEncoder, "clips", lambda _, outputs: np.tile(stuck, (len(outputs["fake"]["tags"]), 1)))
    monkeypatch.setattr(FakeJointEncoder, "hears", {"fake": ("tags",)})
    with pytest.raises(CheckError, match=r"joint-fake-joint: mean cosine between rows is 1, limit 0.98"):
        made(kit, "fake-joint")


def test_a_missing_checkpoint_stops_the_rebuild_at_once(kit, tmp_path) -> None:
    with pytest.raises(ModelError, match="no folder"):
        made(kit, f"hub:{tmp_path}/gone")


@pytest.mark.parametrize(
    ("joint", "encoders", "message"),
    [
        (("fake-joint", "fake-joint"), ("fake",), "name none twice"),
        (("clap2",), ("fake",), "no encoder 'clap2'; there are fake-joint"),
        (("hub:x",), ("fake",), "names no checkpoint"),
        ((), ("fake", "hub:a/b"), r"names hub:a/b: a public checkpoint stands in \[analysis\] joint"),
        (("split",), ("fake",), "made of fake, .*/clap, which take different windows"),
    ],
)
def test_settings_that_make_no_sense_are_one_line(kit, clap, monkeypatch, joint, encoders, message) -> None:
    entry = JointEntry({"fake": ("embedding",), clap: ("audio",)}, lambda _: FakeJointEncoder())
    monkeypatch.setitem(JOINT_ENCODERS, "split", entry)
    with pytest.raises(ConfigError, match=message):
        inputs_of(kit.library(), with_joint(kit, *joint, encoders=encoders)).hears  # noqa: B018


class Over(FakeJointEncoder):
    """A joint encoder over what an encoder heard that nothing else asks for; its texts are the fake one's."""

    name = "over"

    def __init__(self, listener: str) -> None:
        self.hears = {listener: ("audio",)}

    def clips(self, outputs):
        (heard,) = outputs.values()
        return unit_rows(heard["audio"][:, : self.dim])


def test_an_encoder_that_only_a_joint_space_needs_is_heard_too(kit, clap, monkeypatch) -> None:
    monkeypatch.setitem(JOINT_ENCODERS, "over", JointEntry({clap: ("audio",)}, lambda _: Over(clap)))
    fingerprint_of = inputs.fingerprint_of
    monkeypatch.setattr(inputs, "fingerprint_of", lambda name: "3f" if name == "over" else fingerprint_of(name))
    _, report, generation = made(kit, "over", clap)
    assert report.owed == {"fake": 6, clap: 6}
    over, own = (generation.clips(joint.space) for joint in generation.joints)
    np.testing.assert_allclose(over.vectors(3), unit_rows(own.vectors(3)[:, :16]), atol=2e-3)
    np.testing.assert_array_equal(over.spans(3), own.spans(3))


def test_every_way_of_asking_changes_the_digest(kit, clap) -> None:
    library = kit.library()
    digests = {
        inputs_of(library, with_joint(kit, *names)).digest
        for names in ((), ("fake-joint",), (clap,), (clap, "fake-joint"))
    }
    assert len(digests) == 4


def test_stages_are_told_in_order(kit) -> None:
    steps = []
    library = kit.library()
    rebuild(library, with_joint(kit, "fake-joint"), kit.store, progress=steps.append)
    assert [step.stage for step in steps[7:]] == [*building.STAGES_JOINT, "publish"]
    assert {step.total for step in steps[7:-1]} == {len(building.STAGES_JOINT)}


def test_spaces_have_names_that_folders_can_have() -> None:
    assert joint_space("clap") == "joint-clap"
    encoders = ("hub:laion/larger_clap_general", "hub:other/larger_clap_general", "hub:/a b/é")
    names = [joint_space(encoder) for encoder in encoders]
    assert len(set(names)) == 3
    assert names[0].startswith("joint-larger_clap_general-")
    assert all(set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_") for name in names)


def test_settings_are_read_from_the_file(kit) -> None:
    assert AnalysisSettings().joint is None
    assert json.loads(AnalysisSettings(joint=("hub:a/b",)).model_dump_json())["joint"] == ["hub:a/b"]


def test_without_a_name_the_shipped_ones_join_in_where_nothing_more_is_heard(kit) -> None:
    usual = RebuildSettings(AnalysisSettings(), kit.settings().index)
    assert usual.joint == ("clap", "collap")
    assert usual.as_json()["analysis"]["joint"] == ["clap", "collap"]
    assert kit.settings().joint == ()  # the fake encoder hears nothing that they are made of
    assert "joint" not in kit.settings().as_json()["analysis"]
    none = replace(usual, analysis=AnalysisSettings(joint=()))
    assert none.joint == ()


def test_a_track_that_one_cache_lacks_is_noticed(kit, monkeypatch) -> None:
    """A row of a joint space must be the same track as a row of the others."""
    from indexers.rebuild.embeddings.cache import EncoderCache
    from indexers.rebuild.parts import joints

    class Lacking:
        def __init__(self, cache: EncoderCache) -> None:
            self.key, self.entries = cache.key, cache.entries
            self.clips = lambda: dict(list(cache.clips().items())[1:])

    whole = joints.Heard
    monkeypatch.setattr(
        building, "HeardTracks", lambda caches, tracks: whole({n: Lacking(c) for n, c in caches.items()}, tracks)
    )
    with pytest.raises(CheckError, match="tracks unaccounted for is 1"):
        made(kit, "fake-joint")
