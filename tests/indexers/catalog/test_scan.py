import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from indexers.catalog.ledger import mark, read_ledger
from indexers.catalog.scan import scan
from indexers.catalog.tables import TRACKS, read_playlists, read_tracks
from indexers.errors import InputError, PlaylistError
from indexers.library import Library
from indexers.pool import Outcome
from indexers.schema import FileState
from indexers.settings import ScanSettings

Scan = Callable[..., dict[str, Any]]
Make = Callable[..., Path]


def states(report: dict[str, Any], folder: Path) -> dict[str, tuple[str, str]]:
    return {os.path.relpath(row["path"], folder): (row["state"], row["reason"]) for row in report["files"]}


def tracks(library: Library) -> dict[str, dict[str, Any]]:
    """File name of the first copy to the track."""
    return {Path(row["path"]).name: row for row in read_tracks(library).iter_rows(named=True)}


def test_a_folder_becomes_tracks_and_ledger(library: Library, music: Path, run: Scan, make_tone: Make) -> None:
    tone = make_tone(
        music / "Sub" / "01 - a_tone.flac", 440, artist="Ann", album="First", genre="Drone", date="1979-01-02"
    )
    make_tone(music / "b.ogg", 550, title="Bee")
    (music / "cover.jpg").write_bytes(b"x")
    (music / "empty.mp3").write_bytes(b"")
    (music / "text.mp3").write_text("not sound at all\n" * 100)
    report = run()
    found = states(report, music)
    assert found.pop("text.mp3")[0] == "failed"
    assert found == {
        "Sub/01 - a_tone.flac": ("indexed", ""),
        "b.ogg": ("indexed", ""),
        "cover.jpg": ("skipped", "not audio: .jpg"),
        "empty.mp3": ("failed", "empty file (0 bytes)"),
    }
    assert read_tracks(library).schema == TRACKS
    row = tracks(library)["01 - a_tone.flac"]
    assert len(row.pop("track_id")) == 32
    assert row == {
        "path": str(tone),
        "copies": [str(tone)],
        "title": "a tone",
        "artist": "Ann",
        "album": "First",
        "genre": "Drone",
        "year": 1979,
        "track_number": None,
        "caption": None,
        "duration_s": 0.5,
        "sample_rate_hz": 16_000,
        "channels": 1,
        "codec": "flac",
        "container": "flac",
        "has_video": False,
        "size_bytes": tone.stat().st_size,
        "folder": "Sub",
    }
    assert tracks(library)["b.ogg"]["title"] == "Bee"
    assert (report["found"], report["indexed"], report["skipped"], report["failed"]) == (5, 2, 1, 2)


def test_what_is_unchanged_is_not_examined_again(library: Library, run: Scan, music: Path, make_tone: Make) -> None:
    make_tone(music / "a.wav")
    (music / "bad.mp3").write_text("no sound")
    assert run()["examined"] == 2
    before = read_tracks(library), read_ledger(library)
    assert run()["examined"] == 0
    assert read_tracks(library).equals(before[0])
    assert read_ledger(library).equals(before[1], null_equal=True)  # times of finding included


def test_a_changed_file_is_examined_again(library: Library, run: Scan, music: Path, make_tone: Make) -> None:
    path = make_tone(music / "a.wav", 440)
    make_tone(music / "b.wav", 550)
    run()
    old = tracks(library)["a.wav"]["track_id"]
    make_tone(path, 660)
    os.utime(path, ns=(1, 1))
    assert run()["examined"] == 1
    assert tracks(library)["a.wav"]["track_id"] != old
    assert len(tracks(library)) == 2


def test_retagging_keeps_the_track_and_takes_the_new_tags(
    library: Library, run: Scan, music: Path, make_tone: Make
) -> None:
    path = make_tone(music / "a.flac", 440, title="Old")
    run()
    old = tracks(library)["a.flac"]
    make_tone(path, 440, title="New and longer")
    os.utime(path, ns=(1, 1))
    run()
    new = tracks(library)["a.flac"]
    assert new["track_id"] == old["track_id"]
    assert (old["title"], new["title"]) == ("Old", "New and longer")


def test_moving_a_folder_keeps_every_track(library: Library, run: Scan, music: Path, make_tone: Make) -> None:
    for number in range(4):
        make_tone(music / "old" / f"{number}.wav", 440 + 100 * number)
    run(music / "old")
    before = read_tracks(library)
    shutil.move(music / "old", music / "new")
    report = run(music / "new")  # the old root is gone and cannot be given any more
    after = read_tracks(library)
    assert after["track_id"].to_list() == before["track_id"].to_list()
    assert [Path(path).parent.name for path in after["path"]] == ["new"] * 4
    assert (report["moved"], report["pruned"], report["warnings"]) == (4, 0, [])
    assert read_ledger(library).height == 4


def test_two_copies_are_one_track(library: Library, run: Scan, music: Path, make_tone: Make) -> None:
    first, second = make_tone(music / "a.flac", 440, title="A"), make_tone(music / "b.flac", 440, title="B")
    report = run()
    assert states(report, music) == {"a.flac": ("indexed", ""), "b.flac": ("indexed", f"same recording as {first}")}
    (row,) = tracks(library).values()
    assert (row["path"], row["copies"], row["title"]) == (str(first), [str(first), str(second)], "A")
    first.unlink()
    assert states(run(), music) == {"b.flac": ("indexed", "")}
    (row,) = tracks(library).values()
    assert (row["path"], row["copies"], row["title"]) == (str(second), [str(second)], "B")


def test_a_copy_under_another_root_is_told_when_it_becomes_the_first(
    library: Library, run: Scan, music: Path, make_tone: Make
) -> None:
    first = make_tone(music / "a" / "1.wav", 440)
    make_tone(music / "a" / "2.wav", 550)
    make_tone(music / "b" / "3.wav", 440)
    run()
    first.unlink()
    run(music / "a")
    assert read_ledger(library)["reason"].to_list() == ["", ""]


def test_gone_files_are_forgotten_but_not_too_many(library: Library, run: Scan, music: Path, make_tone: Make) -> None:
    paths = [make_tone(music / f"{number}.wav", 440 + 100 * number) for number in range(4)]
    run()
    paths[0].unlink()
    assert run()["pruned"] == 1
    assert len(tracks(library)) == 3
    paths[1].unlink()
    paths[2].unlink()
    report = run()
    assert (report["found"], report["pruned"]) == (1, 0)
    assert "found 1 sound files where 3 were known" in report["warnings"][0]
    assert "--prune-anyway" in report["warnings"][0]
    assert len(tracks(library)) == 3
    assert run(prune_anyway=True)["pruned"] == 2
    assert list(tracks(library)) == ["3.wav"]


def test_other_roots_stay_as_they_are(library: Library, run: Scan, music: Path, make_tone: Make) -> None:
    make_tone(music / "a" / "1.wav", 440)
    make_tone(music / "b" / "2.wav", 550)
    run()
    (music / "b" / "2.wav").unlink()
    report = run(music / "a")
    assert report["found"] == 1
    assert sorted(tracks(library)) == ["1.wav", "2.wav"]


def test_a_root_that_is_gone_is_an_error_unless_pruned(
    library: Library, run: Scan, music: Path, make_tone: Make
) -> None:
    make_tone(music / "a" / "1.wav")
    run()
    shutil.rmtree(music / "a")
    with pytest.raises(InputError, match=r"does not exist: .*--prune-anyway"):
        run(music / "a")
    assert len(tracks(library)) == 1
    assert run(music / "a", prune_anyway=True)["pruned"] == 1
    assert tracks(library) == {}


def test_a_mark_stays_until_the_file_changes(library: Library, run: Scan, music: Path, make_tone: Make) -> None:
    path = make_tone(music / "a.wav", 440)
    make_tone(music / "b.wav", 550)
    run()
    mark(library, {tracks(library)["a.wav"]["track_id"]: (FileState.FAILED, "it broke")})
    assert list(tracks(library)) == ["b.wav"]
    assert states(run(), music)["a.wav"] == ("failed", "it broke")
    assert list(tracks(library)) == ["b.wav"]
    os.utime(path, ns=(1, 1))
    assert states(run(), music)["a.wav"] == ("indexed", "")
    assert sorted(tracks(library)) == ["a.wav", "b.wav"]


def test_silence_stays_silent_under_another_name(library: Library, run: Scan, music: Path, make_tone: Make) -> None:
    path = make_tone(music / "a.wav", 440)
    make_tone(music / "b.wav", 550)
    run()
    mark(library, {tracks(library)["a.wav"]["track_id"]: (FileState.SKIPPED, "silent")})
    path.rename(music / "c.wav")
    assert states(run(), music) == {"b.wav": ("indexed", ""), "c.wav": ("skipped", "silent")}


def test_a_mark_covers_every_copy_and_can_be_taken_back(
    library: Library, run: Scan, music: Path, make_tone: Make
) -> None:
    first = make_tone(music / "a.wav", 440)
    make_tone(music / "b.wav", 440)
    run()
    (track_id,) = read_tracks(library)["track_id"]
    mark(library, {track_id: (FileState.FAILED, "it broke")})
    assert read_ledger(library)["reason"].to_list() == ["it broke"] * 2
    mark(library, {track_id: (FileState.INDEXED, "")})
    assert read_ledger(library)["reason"].to_list() == ["", f"same recording as {first}"]
    assert read_tracks(library)["track_id"].to_list() == [track_id]


def test_a_worker_that_dies_fails_its_file_alone_and_is_tried_again(
    library: Library, run: Scan, music: Path, make_tone: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_tone(music / "a.wav", 440)
    make_tone(music / "b.wav", 550)

    def dying(function: Callable[[Path], Any], tasks: Iterable[Path], **options: Any) -> Iterator[Outcome[Any, Any]]:
        for task in tasks:
            lost = task.name == "a.wav"
            yield Outcome(task, None if lost else function(task), "worker died (signal 11)" if lost else None)

    with monkeypatch.context() as patch:
        patch.setattr("indexers.catalog.scan.run_tasks", dying)
        report = scan(library, [music], ScanSettings()).as_json()
    reason = "worker died (signal 11); the next scan tries again"
    assert states(report, music) == {"a.wav": ("failed", reason), "b.wav": ("indexed", "")}
    report = run()
    assert report["examined"] == 1
    assert states(report, music) == {"a.wav": ("indexed", ""), "b.wav": ("indexed", "")}


def test_a_scan_that_is_stopped_goes_on_where_it_was(
    library: Library, run: Scan, music: Path, make_tone: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        make_tone(music / f"{number}.wav", 440 + 100 * number)

    def stopped(done: int, total: int) -> None:
        assert total == 4
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(progress=stopped)
    assert run()["examined"] == 1
    assert len(tracks(library)) == 4


def test_progress_is_told(run: Scan, music: Path, make_tone: Make) -> None:
    make_tone(music / "a.wav", 440)
    make_tone(music / "b.wav", 550)
    told: list[tuple[int, int]] = []
    run(progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]


def test_a_side_file_goes_before_the_tags_and_is_remembered(
    library: Library, run: Scan, music: Path, make_tone: Make, tmp_path: Path
) -> None:
    make_tone(music / "a.flac", 440, title="Tag", genre="Rock")
    make_tone(music / "b.flac", 550)
    side = tmp_path / "side.csv"
    side.write_text("path,title,caption,mood\nmusic/a.flac,Side,a calm tone,calm\nnowhere.flac,x,y,z\n")
    report = run(metadata=side)
    assert report["warnings"] == [f"side file {side}: 1 of 2 rows name no file that was scanned"]
    for _ in range(2):
        row = tracks(library)["a.flac"]
        assert (row["title"], row["genre"], row["caption"], row["mood"]) == ("Side", "Rock", "a calm tone", "calm")
        assert tracks(library)["b.flac"]["mood"] is None
        assert run()["warnings"] == []
    assert read_tracks(library).columns == [*TRACKS, "mood"]
    (music / "a.flac").rename(music / "c.flac")
    run()
    assert tracks(library)["c.flac"]["mood"] == "calm"


def test_playlists_are_matched_and_reported_apart(library: Library, run: Scan, music: Path, make_tone: Make) -> None:
    make_tone(music / "a.flac", 440, artist="Ann", title="One")
    (music / "list.m3u8").write_text("#EXTINF:1,Bob - Two\na.flac\n#EXTINF:1,Bob - Two\nb.flac\nc.flac\n")
    (music / "bad.xspf").write_text("<playlist>")
    (music / "data.json").write_text("{}")
    report = run()
    assert states(report, music) == {"a.flac": ("indexed", ""), "data.json": ("skipped", "not audio: .json")}
    bad, good = report["playlists"]
    assert "not valid XML" in bad["error"]
    assert good == {
        "path": str(music / "list.m3u8"),
        "playlists": 1,
        "tracks": 3,
        "matched": 1,
        "unmatched": ["Bob - Two", "c.flac"],
    }
    found = read_playlists(library)
    assert found["tier"].to_list() == ["path", "unmatched", "unmatched"]
    assert found["track_id"].to_list() == [read_tracks(library)["track_id"][0], None, None]
    assert found["position"].to_list() == [0, 1, 2]
    ledger = read_ledger(library).filter(pl.col("kind") == "playlist")
    assert ledger["state"].to_list() == ["failed", "indexed"]


def test_a_playlist_finds_tracks_that_come_later(library: Library, run: Scan, music: Path, make_tone: Make) -> None:
    make_tone(music / "z.flac", 330)
    (music / "list.m3u").write_text("a.flac\n")
    assert run()["playlists"][0]["matched"] == 0
    path = make_tone(music / "a.flac", 440)
    assert run()["playlists"][0]["matched"] == 1
    mark(library, {tracks(library)["a.flac"]["track_id"]: (FileState.FAILED, "it broke")})
    assert run()["playlists"][0]["matched"] == 0
    path.unlink()
    (music / "list.m3u").unlink()
    assert run()["playlists"] == []
    assert read_playlists(library).is_empty()


def test_unchanged_playlists_are_not_read_again(
    library: Library, run: Scan, music: Path, make_tone: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_tone(music / "a.flac")
    (music / "list.m3u").write_text("a.flac\n")
    (music / "other.json").write_text("{}")
    report = run()
    monkeypatch.setattr("indexers.catalog.playlists.collect.read_playlist_file", None)
    monkeypatch.setattr("indexers.catalog.playlists.refresh.match_entries", None)
    assert run() == {**report, "examined": 0}


def test_a_playlist_that_failed_is_tried_again(run: Scan, music: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: Path) -> None:
        raise PlaylistError("the network share was away")

    (music / "list.m3u").write_text("a.flac\n")
    with monkeypatch.context() as patch:
        patch.setattr("indexers.catalog.playlists.collect.read_playlist_file", fail)
        assert run()["playlists"][0]["error"] == "the network share was away"
    assert run()["playlists"][0]["unmatched"] == ["a.flac"]


def test_playlists_of_one_id_are_told_apart(library: Library, run: Scan, music: Path) -> None:
    line = json.dumps({"playlist_id": "p", "tracks": [["Ann", "One"]]}) + "\n"
    (music / "a.jsonl").write_text(line * 2)
    (music / "b.jsonl").write_text(line)
    for _ in range(2):
        report = run()
        assert [row["playlists"] for row in report["playlists"]] == [2, 1]
        ids = read_playlists(library)["playlist_id"].to_list()
        assert ids[:2] == ["p", "p-2"]
        assert ids[2].startswith("p@")
        make = music / "c.jsonl"
        make.write_text("")  # a change, so that everything is matched anew


def test_with_real_workers(library: Library, music: Path, make_tone: Make) -> None:
    for number in range(3):
        make_tone(music / f"{number}.wav", 440 + 100 * number)
    (music / "bad.mp3").write_text("no sound here\n" * 50)
    report = scan(library, [music], ScanSettings()).as_json()
    assert (report["indexed"], report["failed"]) == (3, 1)


def test_real_sounds_and_films(library: Library, run: Scan, shared_data: Path) -> None:
    report = run(shared_data / "audio" / "librosa", shared_data / "video")
    found = read_tracks(library)
    failed = [Path(row["path"]).name for row in report["files"] if row["state"] == "failed"]
    assert failed == ["Karissa_Hobbs_-_Let's_Go_Fishin'.hq.ogg", "Karissa_Hobbs_-_Let's_Go_Fishin'.ogg"]  # no sound
    assert set(found["codec"]) >= {"vorbis", "aac"}
    assert found.filter(pl.col("path").str.ends_with("chaplin.mp4"))["has_video"].to_list() == [True]
    reasons = {row["reason"].partition(":")[0] for row in report["files"] if row["state"] == "skipped"}
    assert reasons == {"not audio"}


def test_real_songs_with_their_side_file(library: Library, run: Scan, shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "audio" / "jamendolyrics"
    report = run(folder, metadata=folder / "JamendoLyrics.csv")
    found = read_tracks(library)
    assert found.height == 10
    assert found["language"].null_count() == found["genre"].null_count() == 0
    assert found["artist"].null_count() == 0
    assert any("name no file" in warning for warning in report["warnings"])
