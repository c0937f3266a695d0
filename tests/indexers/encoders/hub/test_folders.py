import shutil
import sys
from pathlib import Path

import pytest

from indexers.encoders.hub import open_checkpoint
from indexers.encoders.hub.folders import pull
from indexers.errors import ModelError

COMMIT = "0123456789012345678901234567890123456789"


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty cache of huggingface_hub, and no way to the hub."""
    import huggingface_hub

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    return tmp_path / "hub"


def put(cache: Path, repo: str, folder: Path, revision: str = "main") -> Path:
    """Lay a checkpoint out as huggingface_hub keeps it."""
    kept = cache / f"models--{repo.replace('/', '--')}"
    (kept / "refs" / revision).parent.mkdir(parents=True, exist_ok=True)
    (kept / "refs" / revision).write_text(COMMIT)
    return Path(shutil.copytree(folder, kept / "snapshots" / COMMIT))


def test_a_pulled_repository_is_found_without_a_network(offline: Path, clap_folder: Path) -> None:
    kept = put(offline, "someone/clap", clap_folder)
    assert open_checkpoint("hub:someone/clap").folder == kept
    assert pull("hub:someone/clap") == kept
    assert open_checkpoint("hub:someone/clap").fingerprint == open_checkpoint(f"hub:{clap_folder}").fingerprint


def test_a_revision_is_told_apart(offline: Path, clap_folder: Path) -> None:
    put(offline, "someone/clap", clap_folder, "refs/pr/4")
    assert open_checkpoint("hub:someone/clap@refs/pr/4").folder.name == COMMIT
    with pytest.raises(ModelError, match=r"run `segue models pull hub:someone/clap`"):
        open_checkpoint("hub:someone/clap")


def test_what_was_not_pulled_names_the_remedy(offline: Path) -> None:
    with pytest.raises(ModelError, match=r"is not on this machine: run `segue models pull hub:someone/clap`"):
        open_checkpoint("hub:someone/clap")


def test_no_way_to_the_hub_is_one_line(offline: Path) -> None:
    with pytest.raises(ModelError, match=r"no network, or HF_HUB_OFFLINE is set\); copy the checkpoint's folder"):
        pull("hub:someone/clap")


def test_a_folder_needs_no_pull(clap_folder: Path) -> None:
    assert pull(f"hub:{clap_folder}") == clap_folder


@pytest.mark.parametrize("work", [pull, open_checkpoint])
def test_without_huggingface_hub_the_extra_is_named(work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(ModelError, match=r"needs huggingface_hub: run `pip install 'segue\[hub\]'`"):
        work("hub:someone/clap")


def test_the_broken_checkpoint_is_not_even_fetched() -> None:
    with pytest.raises(ModelError, match="hub:laion/larger_clap_music is refused: it is broken"):
        pull("hub:laion/larger_clap_music")


def test_a_repository_that_is_not_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    import httpx
    import huggingface_hub
    from huggingface_hub.errors import RepositoryNotFoundError

    def refuse(*_, **__):
        request = httpx.Request("GET", "https://hub")
        raise RepositoryNotFoundError(
            "401 Client Error.\nno such repository", response=httpx.Response(401, request=request)
        )

    monkeypatch.setattr(huggingface_hub, "snapshot_download", refuse)
    with pytest.raises(
        ModelError, match=r"cannot be fetched \(.*401 Client Error. no such repository.*\): check the id"
    ):
        pull("hub:someone/clap")


def test_what_is_fetched_holds_no_pickle(monkeypatch: pytest.MonkeyPatch, clap_folder: Path) -> None:
    import huggingface_hub
    from huggingface_hub.utils import filter_repo_objects

    there = [
        "config.json",
        "model.safetensors",
        "pytorch_model.bin",
        "onnx/model.onnx",
        "onnx/config.json",
        "README.md",
    ]
    there += ["1_Pooling/config.json", "vocab.txt", "merges.txt", "flax_model.msgpack", "custom_code.py"]
    fetched = []

    def fetch(repo, *, allow_patterns, ignore_patterns, **_):
        fetched.extend(filter_repo_objects(there, allow_patterns=allow_patterns, ignore_patterns=ignore_patterns))
        return str(clap_folder)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fetch)
    assert pull("hub:someone/clap") == clap_folder
    wanted = ["config.json", "model.safetensors", "README.md", "1_Pooling/config.json", "vocab.txt", "merges.txt"]
    assert sorted(fetched) == sorted(wanted)
