import logging
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from indexers.catalog.ledger import read_ledger
from indexers.catalog.tables import read_tracks
from indexers.encoders.doctor import Finding
from indexers.errors import CheckError, ConfigError, LibraryError, LockedError, StorageError
from indexers.generation import Generation
from indexers.rebuild import build as building
from indexers.rebuild import run as running
from indexers.rebuild.analyse import analyse
from indexers.rebuild.embeddings import gather
from indexers.rebuild.inputs import inputs_of
from indexers.rebuild.run import RebuildSettings, rebuild
from indexers.settings import AnalysisSettings, IndexSettings
from indexers.testing import FakeEncoder

LIGHT = """
import sys
from pathlib import Path
from indexers.library import Library
from indexers.models.store import ModelStore
from indexers.rebuild.__main__ import read_settings
from indexers.rebuild.run import rebuild
library = Library.open(Path(sys.argv[1]))
print(rebuild(library, read_settings(library), ModelStore(Path(sys.argv[2]))).status)
print(",".join(sorted({"torch", "faiss", "sklearn", "bm25s", "onnxruntime", "av"} & set(sys.modules))))
"""


def test_every_part_is_in_the_order_of_the_tracks(kit) -> None:
    library = kit.library()
    report = kit.rebuild(library)
    assert (report.status, report.generation, report.tracks, report.analysed) == ("published", 1, 6, 6)
    generation = Generation.open(library)
    catalogue = read_tracks(library)
    assert generation.tracks["track_id"].to_list() == catalogue["track_id"].to_list()
    assert generation.n_tracks == generation.index("music").size == generation.index("taggram").size == 6
    for row, (path, duration_s) in enumerate(catalogue.select("path", "duration_s").iter_rows()):
        heard = analyse(Path(path), duration_s, [FakeEncoder()], 4)
        clips = generation.clips("music")
        np.testing.assert_allclose(clips.vectors(row), heard.outputs["fake"]["embedding"], atol=2e-3)
        np.testing.assert_allclose(clips.spans(row), [[w.start_s, w.end_s] for w in heard.windows["fake"]], atol=1e-5)
        own = generation.track_vectors("music")[row]
        assert generation.index("music").search(own[None], 1)[0].tolist() == [[row]]
        number = generation.tracks["path"][row].split("Tune_")[1][0]
        assert generation.words.search(f"tune {number}", 1)[0].tolist() == [row]
    assert set(generation.calibration) == {"taggram", "words", "music"}
    assert generation.class_vectors.shape == (len(generation.class_names), 64)


def test_tags_are_standardised_over_the_library(kit) -> None:
    library = kit.library()
    kit.rebuild(library)
    vectors = np.asarray(Generation.open(library).track_vectors("taggram"))
    assert vectors.shape[0] == 6
    np.testing.assert_allclose(vectors.mean(axis=0), 0, atol=1.5)
    assert np.isfinite(vectors).all()


def test_nothing_changed_costs_nothing(kit) -> None:
    library = kit.library()
    kit.rebuild(library)
    before = {path: path.stat().st_mtime_ns for path in library.root.rglob("*") if path.name != ".lock"}
    done = subprocess.run(
        [sys.executable, "-c", LIGHT, library.root, kit.store.folder], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["unchanged", ""]
    assert before == {path: path.stat().st_mtime_ns for path in library.root.rglob("*") if path.name != ".lock"}


def test_moved_files_are_described_anew_and_not_heard_again(kit) -> None:
    library = kit.library()
    kit.rebuild(library)
    kit.music = kit.music.rename(kit.music.with_name("elsewhere"))
    kit.scan(library)
    report = kit.rebuild(library)
    assert (report.status, report.generation, report.analysed) == ("published", 2, 0)
    assert "elsewhere" in Generation.open(library).tracks["path"][0]
    linked = [library.generation(number) / "music" / "clips.npy" for number in (1, 2)]
    assert linked[0].samefile(linked[1])
    fresh = kit.library("fresh")
    kit.rebuild(fresh)
    taken_over, built = kit.contents(library, 2), kit.contents(fresh, 1)
    assert {name for name in built if taken_over[name] != built[name]} == {"manifest.json"}  # its number alone


def test_an_altered_generation_is_not_taken_over(kit) -> None:
    library = kit.library()
    kit.rebuild(library)
    altered = library.generation(1) / "music" / "clips.npy"
    altered.write_bytes(altered.read_bytes()[:-1] + b"x")
    kit.music = kit.music.rename(kit.music.with_name("elsewhere"))
    kit.scan(library)
    kit.rebuild(library)
    fresh = kit.library("fresh")
    kit.rebuild(fresh)
    assert kit.contents(library, 2)["music/clips.npy"] == kit.contents(fresh, 1)["music/clips.npy"]


def test_a_new_track_is_the_only_one_heard(kit) -> None:
    library = kit.library()
    kit.rebuild(library)
    kit.tune("new.wav", 9)
    kit.scan(library)
    assert kit.rebuild(library, dry_run=True).owed == {"fake": 1}
    report = kit.rebuild(library)
    assert (report.analysed, report.tracks) == (1, 7)
    fresh = kit.library("fresh")
    kit.rebuild(fresh)
    grown, whole = kit.contents(library, 2), kit.contents(fresh, 1)
    assert {name for name in whole if grown[name] != whole[name]} == {"manifest.json"}  # its number alone


def test_a_dry_run_changes_nothing(kit) -> None:
    library = kit.library()
    before = sorted(library.root.rglob("*"))  # the lock among it, from the scan
    report = kit.rebuild(library, dry_run=True)
    assert (report.status, report.generation, report.owed) == ("planned", None, {"fake": 6})
    assert sorted(library.root.rglob("*")) == before


def test_silence_and_damage_end_in_the_ledger(kit) -> None:
    kit.sound("silence.wav", np.zeros(80_000))
    library = kit.library()
    broken = kit.music / "00_-_Tune_0.wav"
    broken.write_bytes(b"RIFF")  # after the scan
    report = kit.rebuild(library)
    assert report.tracks == 5
    rows = read_ledger(library).select("path", "state", "reason").iter_rows()
    ledger = {Path(path).name: (state, reason) for path, state, reason in rows}
    assert ledger["silence.wav"] == ("skipped", "silent: peak below -80 dBFS in every analysed window")
    assert ledger["00_-_Tune_0.wav"][0] == "failed"
    assert list(report.skipped.values()) == ["silent: peak below -80 dBFS in every analysed window"]
    assert len(report.failed) == 1
    assert kit.rebuild(library).status == "unchanged"


def test_a_copy_stands_in_for_a_file_that_is_gone(kit) -> None:
    original = kit.music / "00_-_Tune_0.wav"
    (kit.music / "zz copy.wav").write_bytes(original.read_bytes())
    library = kit.library()
    original.unlink()
    assert kit.rebuild(library).failed == {}


@pytest.mark.parametrize("n_tracks", [1, 2, 5])
def test_the_smallest_libraries_work(kit, n_tracks) -> None:
    for path in sorted(kit.music.iterdir())[n_tracks:]:
        path.unlink()
    library = kit.library()
    kit.rebuild(library)
    generation = Generation.open(library)
    places = generation.tracks.select("x", "y").to_numpy()
    assert np.isfinite(places).all()
    assert generation.index("music").search(generation.track_vectors("music")[:1], 10)[0].shape == (1, n_tracks)


def test_a_library_without_tracks_says_so(kit, tmp_path) -> None:
    (tmp_path / "nothing").mkdir()
    library = kit.library(roots=[tmp_path / "nothing"])
    with pytest.raises(LibraryError, match="segue scan PATH"):
        kit.rebuild(library)


def test_a_library_of_silence_says_so(kit) -> None:
    for path in kit.music.iterdir():
        path.unlink()
    kit.sound("silence.wav", np.zeros(80_000))
    library = kit.library()
    with pytest.raises(LibraryError, match="silent"):
        kit.rebuild(library)
    assert library.serving() is None


def test_two_at_once_and_the_second_learns_who_is_first(kit) -> None:
    library = kit.library()
    with library.lock("rebuild"), pytest.raises(LockedError, match="`rebuild`"):
        kit.rebuild(library)


def test_a_full_disk_leaves_the_old_generation(kit, monkeypatch) -> None:
    library = kit.library()
    kit.rebuild(library)
    kit.tune("new.wav", 9)
    kit.scan(library)

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(gather.np.lib.format, "write_array_header_1_0", full)
        with pytest.raises(StorageError, match="the disk is full"):
            kit.rebuild(library)
    assert Generation.open(library).n_tracks == 6
    assert kit.rebuild(library).analysed == 0  # what was heard before the disk was full is kept


def test_too_little_room_is_told_before_anything_starts(kit, monkeypatch) -> None:
    library = kit.library()
    monkeypatch.setattr(running, "free_bytes", lambda _: 100)
    with pytest.raises(StorageError, match="make room"):
        kit.rebuild(library)
    assert not library.cache.exists()


def test_a_flipped_byte_in_the_cache_is_heard_again(kit, caplog) -> None:
    calm, library = kit.library("calm"), kit.library()
    kit.rebuild(calm)
    kit.rebuild(library)
    (part,) = library.cache.rglob("*.parquet")
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 1
    part.write_bytes(content)
    kit.tune("new.wav", 9)
    for each in (calm, library):
        kit.scan(each)
    with caplog.at_level(logging.WARNING):
        assert kit.rebuild(library).analysed == 7
    assert "altered" in caplog.text
    kit.rebuild(calm)
    assert kit.contents(library, 2) == kit.contents(calm, 2)


def test_what_fails_its_checks_is_not_published(kit, monkeypatch) -> None:
    library = kit.library()
    kit.rebuild(library)
    kit.tune("new.wav", 9)
    kit.scan(library)
    failing = Finding("recall@10 against exact", "music index", 0.5, 0.95, ok=False, remedy="mend it")
    monkeypatch.setattr(building, "check_recall", lambda *_: failing)
    with pytest.raises(CheckError, match=r"recall@10 against exact is 0\.5, limit 0\.95 \(mend it\)"):
        kit.rebuild(library)
    assert (library.serving(), library.published()) == (1, [1])


def test_a_complete_generation_that_a_crash_left_unserved_is_served(kit) -> None:
    library = kit.library()
    kit.rebuild(library)
    kit.tune("new.wav", 9)
    kit.scan(library)
    kit.rebuild(library)
    library.serve(1)
    report = kit.rebuild(library)
    assert (report.status, report.generation, library.serving()) == ("promoted", 2, 2)


def test_progress_tells_the_rate_and_then_the_stages(kit) -> None:
    steps = []
    kit.rebuild(kit.library(), progress=steps.append)
    heard = [step for step in steps if step.stage == "analyse"]
    assert [(step.done, step.total) for step in heard] == [(number, 6) for number in range(7)]
    assert heard[-1].left_s == 0
    assert heard[-1].tracks_per_hour > 0
    assert [step.stage for step in steps[7:]] == [*building.STAGES, "publish"]


@pytest.mark.parametrize(
    ("encoders", "message"), [((), "at least one"), (("fake", "fake"), "none twice"), (("vggish",), "vggish")]
)
def test_encoders_that_make_no_sense_are_refused(kit, encoders, message) -> None:
    settings = RebuildSettings(AnalysisSettings(encoders=encoders), IndexSettings())
    with pytest.raises(ConfigError, match=message):
        rebuild(kit.library(), settings, kit.store)


def test_only_what_changes_the_outcome_counts_as_a_change(kit) -> None:
    library = kit.library()

    def digest(**analysis: object) -> str:
        told = {"encoders": ("fake",), "text": "fake-text", **analysis}
        return inputs_of(library, RebuildSettings(AnalysisSettings(**told), IndexSettings())).digest

    assert digest(workers=7) == digest(timeout_s=9.0) == digest()
    assert digest(windows=5) != digest()
