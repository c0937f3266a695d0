"""Small random checkpoints, made on disk by the libraries that read them."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from indexers.encoders.hub import testing as small


@pytest.fixture(autouse=True)
def _own_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing is remembered of other tests' files."""
    monkeypatch.setenv("SEGUE_MODELS", str(tmp_path / "models"))


@pytest.fixture(scope="session")
def clap_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CLAP that tells texts and sounds apart."""
    return small.save_clap(tmp_path_factory.mktemp("clap"))


@pytest.fixture(scope="session")
def sentences_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers checkpoint."""
    return small.save_sentences(tmp_path_factory.mktemp("sentences"))


@pytest.fixture
def copy_of(tmp_path: Path) -> Callable[[Path], Path]:
    """Copies a checkpoint into a folder that a test may change."""
    return lambda folder: Path(shutil.copytree(folder, tmp_path / "copy"))
