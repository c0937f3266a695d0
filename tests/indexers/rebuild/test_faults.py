"""What a library answers after its disk filled up or lost a bit in the middle of a rebuild."""

import os
import subprocess
import sys

import pytest

from indexers.errors import StaleIndexError
from indexers.generation import Generation
from indexers.rebuild.parts import spaces
from indexers.rebuild.publish import promote, rollback

FULL = """
import resource, signal, sys
from pathlib import Path
from indexers.errors import StorageError
from indexers.library import Library
from indexers.models.store import ModelStore
from indexers.rebuild.__main__ import read_settings
from indexers.rebuild.run import rebuild

library = Library.open(Path(sys.argv[1]))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

def fill(step):
    if step.stage == "taggram":  # all was heard
        resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))

try:
    rebuild(library, read_settings(library), ModelStore(Path(sys.argv[2])), progress=fill)
except StorageError as error:
    print(error)
"""


@pytest.fixture
def grown(kit):
    """A generation of six tunes serves, two more tunes are scanned."""
    library = kit.library()
    kit.rebuild(library)
    kit.tune("7.wav", 7)
    kit.tune("8.wav", 8)
    kit.scan(library)
    return library


def test_a_disk_that_fills_up_leaves_the_old_generation_and_the_next_rebuild_ends_well(kit, grown) -> None:
    before = kit.contents(grown, 1)
    told = [sys.executable, "-c", FULL, str(grown.root), str(kit.store.folder)]
    done = subprocess.run(told, check=True, env=os.environ, capture_output=True, text=True)
    assert done.stdout.startswith("cannot write ")
    assert "make room" in done.stdout
    assert Generation.open(grown).n_tracks == 6
    assert kit.contents(grown, 1) == before
    assert kit.rebuild(grown).tracks == 8


def test_vectors_that_lose_a_bit_before_their_index_is_built_are_not_published(kit, grown, monkeypatch) -> None:
    real = spaces.write_shards

    def flip(folder, plan, settings) -> None:
        path = folder / "vectors.npy"
        content = bytearray(path.read_bytes())
        content[-3] ^= 16
        path.write_bytes(bytes(content))
        real(folder, plan, settings)

    monkeypatch.setattr(spaces, "write_shards", flip)
    with pytest.raises(StaleIndexError, match=r"rows 0 to 7 were altered on the disk.*segue rebuild"):
        kit.rebuild(grown)
    assert Generation.open(grown).n_tracks == 6
    monkeypatch.undo()
    assert kit.rebuild(grown).tracks == 8


def test_a_generation_that_lost_a_bit_is_neither_promoted_nor_rolled_back_to(kit, grown) -> None:
    kit.rebuild(grown)
    path = grown.generation(1) / "music" / "index" / "vectors.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.unlink()  # it may be linked
    path.write_bytes(bytes(content))
    for refused in (lambda: rollback(grown), lambda: promote(grown, 1)):
        with pytest.raises(StaleIndexError, match=r"music/index/vectors\.npy.*segue rebuild"):
            refused()
    assert Generation.open(grown).number == 2
