from indexers.catalog.report import FileRow, PlaylistRow, ScanReport
from indexers.schema import FileState


def test_the_document_of_a_scan() -> None:
    files = (
        FileRow("/a.mp3", FileState.INDEXED, ""),
        FileRow("/b.jpg", FileState.SKIPPED, "not audio: .jpg"),
        FileRow("/c.mp3", FileState.INDEXED, ""),
        FileRow("/d.mp3", FileState.FAILED, "empty file (0 bytes)"),
    )
    playlists = (PlaylistRow("/e.m3u", 1, 2, 1, ("Ann - One",)), PlaylistRow("/f.xspf", 0, 0, 0, (), "broken"))
    assert ScanReport(files, playlists, 3, 4, 5, ("careful",)).as_json() == {
        "found": 4,
        "indexed": 2,
        "skipped": 1,
        "failed": 1,
        "examined": 3,
        "files": [
            {"path": "/a.mp3", "state": "indexed", "reason": ""},
            {"path": "/b.jpg", "state": "skipped", "reason": "not audio: .jpg"},
            {"path": "/c.mp3", "state": "indexed", "reason": ""},
            {"path": "/d.mp3", "state": "failed", "reason": "empty file (0 bytes)"},
        ],
        "playlists": [
            {"path": "/e.m3u", "playlists": 1, "tracks": 2, "matched": 1, "unmatched": ["Ann - One"]},
            {"path": "/f.xspf", "playlists": 0, "tracks": 0, "matched": 0, "unmatched": [], "error": "broken"},
        ],
        "pruned": 4,
        "moved": 5,
        "warnings": ["careful"],
    }
