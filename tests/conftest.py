"""What every test may ask for: pretrained weights, the shared real data, and a quiet environment."""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before numpy, torch and faiss load

from pathlib import Path

import pytest

from indexers.errors import ModelError
from indexers.models.store import ModelStore

ROOT = Path(__file__).parents[1]
DEFAULT_MODELS = ("musicnn_msd", "musicnn_mtt", "yamnet", "text")


@pytest.fixture(scope="session")
def model_store() -> ModelStore:
    """The user's model store with the default set in it; skipped with the store's reason when it cannot be had."""
    store = ModelStore()
    for name in DEFAULT_MODELS:
        try:
            store.path(name)
        except ModelError:
            try:
                store.pull(name)
            except ModelError as error:
                pytest.skip(f"no weights: {error}")
    return store


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data that is never committed: SEGUE_DATA, or shared/data beside the checkout."""
    folder = Path(os.environ.get("SEGUE_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}: set SEGUE_DATA")
    return folder
