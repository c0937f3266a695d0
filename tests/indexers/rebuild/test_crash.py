import os
import signal
import subprocess
import sys

import pytest

from indexers.generation import Generation
from indexers.rebuild.build import STAGES

KILLED = """
import os, signal, sys
from pathlib import Path
from indexers.library import Library
from indexers.models.store import ModelStore
from indexers.rebuild.__main__ import read_settings
from indexers.rebuild.embeddings import writer
from indexers.rebuild.run import rebuild

writer.PART_ENTRIES = 2
stage, done = sys.argv[3], int(sys.argv[4])

def kill(step):
    if (step.stage, step.done) == (stage, done):
        os.kill(os.getpid(), signal.SIGKILL)

library = Library.open(Path(sys.argv[1]))
rebuild(library, read_settings(library), ModelStore(Path(sys.argv[2])), progress=kill)
"""


@pytest.fixture
def grown(kit):
    """Two libraries alike: a generation of six tunes serves, two more tunes are scanned."""
    calm, shaken = kit.library("calm"), kit.library("shaken")
    for library in (calm, shaken):
        kit.rebuild(library)
    for number in (7, 8, 9):
        kit.tune(f"{number}.wav", number)
    for library in (calm, shaken):
        kit.scan(library)
    kit.rebuild(calm)
    return calm, shaken


def blow(kit, library, stage: str, done: int) -> None:
    told = [str(library.root), str(kit.store.folder), stage, str(done)]
    killed = subprocess.run([sys.executable, "-c", KILLED, *told], check=False, env=os.environ)
    assert killed.returncode == -signal.SIGKILL


def test_a_killed_rebuild_resumes_and_ends_in_the_same_bytes(kit, grown) -> None:
    calm, shaken = grown
    for stage, done in [("analyse", 3), ("gather", 0), ("music", 2), ("check", len(STAGES) - 1), ("publish", 0)]:
        blow(kit, shaken, stage, done)
        assert Generation.open(shaken).n_tracks == 6  # the old one answers
    owed = kit.rebuild(shaken, dry_run=True).owed["fake"]
    assert owed == 0  # all was heard before the second blow
    assert kit.rebuild(shaken).tracks == 9
    assert kit.contents(shaken, 2) == kit.contents(calm, 2)


def test_what_was_heard_before_the_blow_is_kept(kit, grown) -> None:
    _, shaken = grown
    blow(kit, shaken, "analyse", 3)
    assert kit.rebuild(shaken, dry_run=True).owed == {"fake": 1}  # two were in a part, the third was lost
