"""A scan that meets damage, a full disk, odd names and odd places: one clear line, and nothing lost."""

import os
from collections.abc import Callable
from errno import ENOSPC
from pathlib import Path
from typing import Any

import pytest

from indexers.catalog.ledger import read_ledger
from indexers.catalog.scan import scan
from indexers.catalog.tables import TRACKS, read_playlists, read_tracks
from indexers.catalog.tags import Tags
from indexers.errors import InputError, LibraryError, LockedError, StorageError
from indexers.library import Library
from indexers.settings import ScanSettings

Scan = Callable[..., dict[str, Any]]
Make = Callable[..., Path]


@pytest.mark.parametrize("name", ["ledger", "catalog/files", "catalog/metadata", "catalog/playlists", "catalog/tracks"])
def test_a_corrupt_table_is_one_clear_line_and_can_be_deleted(
    name: str, library: Library, run: Scan, music: Path, make_tone: Make, tmp_path: Path
) -> None:
    make_tone(music / "a.flac", 440)
    (music / "list.m3u").write_text("a.flac\n")
    side = tmp_path / "side.csv"
    side.write_text("path,mood\nmusic/a.flac,calm\n")
    run(metadata=side)
    before = read_tracks(library), read_playlists(library)
    path = library.root / f"{name}.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 4] ^= 0xFF
    for damaged in (bytes(content[:-20]), b"", bytes(100)):
        path.write_bytes(damaged)
        with pytest.raises(LibraryError, match=r"is damaged .*delete it and") as caught:
            _ = read_tracks(library), run(metadata=side)
        assert "\n" not in str(caught.value)
    path.unlink()
    run(metadata=side)
    assert read_tracks(library).equals(before[0])
    assert read_playlists(library).equals(before[1])


def test_a_flipped_byte_never_passes_as_content(library: Library, run: Scan, music: Path, make_tone: Make) -> None:
    for number in range(20):
        make_tone(music / f"{number}.wav", 440 + 10 * number)
    run()
    expected = read_ledger(library)
    content = library.ledger_path.read_bytes()
    for place in range(0, len(content), 37):
        flipped = bytearray(content)
        flipped[place] ^= 0x55
        library.ledger_path.write_bytes(flipped)
        try:
            assert read_ledger(library).equals(expected, null_equal=True), place
        except LibraryError as error:
            assert "is damaged" in str(error) or "no usable column" in str(error)  # noqa: PT017 - either is right


def test_a_library_in_the_music_folder_is_not_scanned(
    run: Scan, music: Path, make_tone: Make, in_process: list[str]
) -> None:
    library = Library.create(music)
    make_tone(music / "cache" / "fake.wav", 440)
    make_tone(music / "a.wav", 550)
    report = scan(library, [music], ScanSettings()).as_json()
    assert [(Path(row["path"]).name, row["state"]) for row in report["files"]] == [("a.wav", "indexed")]


def test_two_writers_exclude_each_other(library: Library, run: Scan) -> None:
    with library.lock("segue rebuild"), pytest.raises(LockedError, match="segue rebuild"):
        run()


def test_a_full_disk_is_one_clear_line_and_loses_nothing(
    library: Library, run: Scan, music: Path, make_tone: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_tone(music / "a.wav", 440)
    run()
    before = read_tracks(library)
    make_tone(music / "b.wav", 550)

    def full(table: object, path: Path, **options: Any) -> None:
        path.write_bytes(b"half of it")
        raise OSError(ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("pyarrow.parquet.write_table", full)
        with pytest.raises(StorageError, match="the disk is full"):
            run()
    assert read_tracks(library).equals(before)
    assert not [path for path in library.root.rglob("*") if path.name.startswith(".") and path.name != ".lock"]
    assert run()["indexed"] == 2


def test_a_film_without_sound_is_skipped(library: Library, run: Scan, music: Path) -> None:
    import av

    with av.open(str(music / "silent.mp4"), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 32
        stream.pix_fmt = "yuv420p"
        for _ in range(3):
            container.mux(stream.encode(av.VideoFrame(32, 32, "yuv420p")))
        container.mux(stream.encode(None))
    (found,) = run()["files"]
    assert (found["state"], found["reason"]) == ("skipped", "no audio")
    assert read_ledger(library)["kind"].to_list() == ["video"]
    assert run()["examined"] == 0


def test_odd_names_survive_the_tables(library: Library, run: Scan, music: Path, make_tone: Make) -> None:
    names = ["new\nline.wav", "quo'te\".wav", "日本 é.wav"]
    for number, name in enumerate(names):
        make_tone(music / name, 440 + 100 * number)
    run()
    assert sorted(Path(path).name for path in read_tracks(library)["path"]) == sorted(names)
    assert run()["examined"] == 0


def test_nothing_at_all_is_an_empty_catalogue(library: Library, run: Scan) -> None:
    report = run()
    assert report["found"] == 0
    assert read_tracks(library).schema == TRACKS
    assert read_tracks(library).is_empty()


def test_a_root_without_readable_name_is_refused(library: Library, run: Scan, music: Path) -> None:
    with pytest.raises(InputError, match=r"\\xe9 has a name that is not valid UTF-8"):
        run(Path(os.fsdecode(os.fsencode(music) + b"/\xe9")))


def test_tags_that_cannot_be_read_cost_only_the_tags(
    run: Scan, music: Path, make_tone: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_tone(music / "a.wav", 440)
    broken = Tags(title="a", problem="its tags cannot be read (too short)")
    monkeypatch.setattr("indexers.catalog.examine.read_tags", lambda _: broken)
    (found,) = run()["files"]
    assert (found["state"], found["reason"]) == ("indexed", broken.problem)
