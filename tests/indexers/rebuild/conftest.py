import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile

from indexers.catalog.scan import scan
from indexers.library import Library
from indexers.models.store import ModelStore
from indexers.pool import Outcome
from indexers.rebuild import runner
from indexers.rebuild.run import RebuildReport, RebuildSettings, rebuild
from indexers.settings import AnalysisSettings, IndexSettings, ScanSettings

RATE_HZ = 16_000
TOML = 'format = 1\n[analysis]\nencoders = ["fake"]\ntext = "fake-text"\nwindows = 4\nworkers = 1\n'


class Kit:
    """What the tests of a whole rebuild need: cheap encoders, short tunes, one worker."""

    def __init__(self, folder: Path) -> None:
        self.music = folder / "music"
        self.store = ModelStore(folder / "models")  # empty: the fake encoders need none
        self._folder = folder

    def tune(self, name: str, number: int, seconds: float = 7.0) -> Path:
        """Write a tone with noise, different for each number."""
        rng = np.random.default_rng(number)
        times = np.arange(int(RATE_HZ * seconds)) / RATE_HZ
        sound = 0.3 * np.sin(2 * np.pi * (90 + 41 * number) * times) + 0.03 * rng.normal(size=len(times))
        return self.sound(name, sound)

    def sound(self, name: str, samples: np.ndarray) -> Path:
        """Write samples."""
        path = self.music / name
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, samples, RATE_HZ)
        return path

    def library(self, name: str = "library", roots: Sequence[Path] = ()) -> Library:
        """Make a library, scanned."""
        library = Library.create(self._folder / name)
        library.settings_path.write_text(TOML)
        self.scan(library, roots)
        return library

    def scan(self, library: Library, roots: Sequence[Path] = ()) -> None:
        """Scan again."""
        scan(library, roots or [self.music], ScanSettings())

    def settings(self, **index: object) -> RebuildSettings:
        """What `TOML` says."""
        analysis = AnalysisSettings(encoders=("fake",), text="fake-text", windows=4, workers=1)
        return RebuildSettings(analysis, IndexSettings(**index))

    def rebuild(self, library: Library, **options: object) -> RebuildReport:
        """Rebuild with the usual settings."""
        return rebuild(library, self.settings(), self.store, **options)

    def contents(self, library: Library, number: int) -> dict[str, bytes]:
        """Every file of a generation but the volatile one."""
        folder = library.generation(number)
        files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "build.json")
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}

    def manifest(self, library: Library, number: int) -> dict[str, object]:
        """The manifest of a generation."""
        return json.loads((library.generation(number) / "manifest.json").read_text())


def in_this_process(function, tasks, *, setup, **_: object) -> Iterator[Outcome]:
    """What `run_tasks` does, without the seconds that a process takes to start."""
    listeners = setup()
    for task in tasks:
        yield Outcome(task, function(listeners, task), None)


@pytest.fixture(autouse=True)
def _no_processes(monkeypatch) -> None:
    monkeypatch.setattr(runner, "run_tasks", in_this_process)


@pytest.fixture
def kit(tmp_path) -> Kit:
    """Six short tunes and the means to rebuild libraries of them."""
    kit = Kit(tmp_path)
    for number in range(6):
        kit.tune(f"0{number}_-_Tune_{number}.wav", number)
    return kit
