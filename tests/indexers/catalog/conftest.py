"""Small real audio files, and a scan whose examining runs in this process unless a test is about processes."""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from indexers.catalog.ledger import read_ledger
from indexers.catalog.scan import scan
from indexers.catalog.tables import read_tracks
from indexers.library import Library
from indexers.pool import Outcome
from indexers.settings import ScanSettings

MakeTone = Callable[..., Path]
Scan = Callable[..., dict[str, Any]]


@pytest.fixture
def make_tone() -> MakeTone:
    """Write a tone to any path that soundfile writes; the same pitch gives the same sound."""

    def make(path: Path, pitch_hz: float = 440.0, **tags: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        times_s = np.arange(8000) / 16_000
        sound = 0.3 * np.sin(2 * np.pi * pitch_hz * times_s).astype(np.float32)
        with soundfile.SoundFile(path, "w", 16_000, 1) as stream:
            for name, text in tags.items():
                setattr(stream, name, text)
            stream.write(sound)
        return path

    return make


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """An empty library beside the music."""
    return Library.create(tmp_path / "library")


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Examine without worker processes; gives the list of the paths that are examined."""
    examined: list[str] = []

    def run_tasks(
        function: Callable[[Path], Any], tasks: Iterable[Path], **options: Any
    ) -> Iterator[Outcome[Any, Any]]:
        for task in tasks:
            examined.append(str(task))
            yield Outcome(task, function(task), None)

    monkeypatch.setattr("indexers.catalog.scan.run_tasks", run_tasks)
    return examined


@pytest.fixture
def music(tmp_path: Path) -> Path:
    folder = tmp_path / "music"
    folder.mkdir()
    return folder


@pytest.fixture
def run(library: Library, music: Path, in_process: list[str]) -> Scan:
    """Scan the music folder and give the JSON document, checked to reconcile."""

    def scan_music(*roots: Path, **options: Any) -> dict[str, Any]:
        in_process.clear()
        report = scan(library, roots or [music], ScanSettings(), **options).as_json()
        json.dumps(report)
        assert report["found"] == report["indexed"] + report["skipped"] + report["failed"] == len(report["files"])
        assert report["examined"] == len(in_process)
        ledger = read_ledger(library)
        assert ledger["path"].to_list() == sorted(set(ledger["path"]))
        assert read_tracks(library)["track_id"].to_list() == sorted(set(read_tracks(library)["track_id"]))
        return report

    return scan_music
