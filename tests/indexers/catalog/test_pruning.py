from pathlib import Path

import polars as pl
import pytest

from indexers.catalog.ledger import LEDGER
from indexers.catalog.pruning import Sight, outermost, plan_pruning
from indexers.errors import InputError

TOO_FEW = "found 1 sound files where 4 were known, under the limit of 50%"
REMEDY = "if a disk is missing, attach it and scan again, else scan with --prune-anyway"


def ledger(**track_of: str) -> pl.DataFrame:
    """A ledger of indexed files; the names say "folder_file"."""
    rows = [
        {
            "path": "/gone/" + name.replace("_", "/"),
            "kind": "audio",
            "state": "indexed",
            "reason": "",
            "track_id": track,
        }
        for name, track in track_of.items()
    ]
    return pl.DataFrame(rows, schema=LEDGER)


OLD = ledger(a_1="t1", a_2="t2", a_3="t3", a_4="t4", b_1="t5")
ROOT = Sight(("/gone/a",), (), ())


def kept(found: pl.DataFrame, sight: Sight = ROOT, limit: float = 0.5) -> list[str]:
    return plan_pruning(OLD, found, sight, limit).kept["path"].to_list()


def test_what_is_gone_under_the_roots_is_forgotten_and_other_roots_stay() -> None:
    plan = plan_pruning(OLD, ledger(a_1="t1", a_2="t2"), ROOT, 0.5)
    assert plan.kept["path"].to_list() == ["/gone/b/1"]
    assert (plan.pruned, plan.moved, plan.warnings) == (2, 0, ())


def test_under_half_is_not_believed() -> None:
    plan = plan_pruning(OLD, ledger(a_1="t1"), ROOT, 0.5)
    assert plan.kept["path"].to_list() == ["/gone/a/2", "/gone/a/3", "/gone/a/4", "/gone/b/1"]
    assert plan.pruned == 0
    assert plan.warnings == (f"{TOO_FEW}: nothing was forgotten; {REMEDY}",)


def test_a_limit_of_zero_prunes_always() -> None:
    assert kept(ledger(), limit=0.0) == ["/gone/b/1"]


def test_a_folder_that_could_not_be_read_keeps_what_was_known_there() -> None:
    sight = Sight(("/gone",), ("/gone/b",), ())
    assert kept(ledger(a_1="t1", a_2="t2"), sight) == ["/gone/b/1"]


def test_other_files_do_not_make_up_for_missing_sound() -> None:
    pictures = ledger(a_5="", a_6="", a_7="").with_columns(kind=pl.lit("other"))
    plan = plan_pruning(OLD, pl.concat([ledger(a_1="t1"), pictures]), ROOT, 0.5)
    assert plan.warnings


def test_a_file_whose_sound_was_seen_elsewhere_has_moved_wherever_it_was(tmp_path: Path) -> None:
    found = ledger(c_1="t5", a_1="t1", a_2="t2", a_3="t3", a_4="t4")
    plan = plan_pruning(OLD, found, Sight(("/gone/a", "/gone/c"), (), ("t5",)), 0.5)
    assert plan.kept.is_empty()
    assert (plan.pruned, plan.moved) == (0, 1)


def test_a_copy_that_is_still_there_has_not_moved(tmp_path: Path) -> None:
    path = tmp_path / "still.mp3"
    path.write_bytes(b"x")
    old = ledger(x="t1").with_columns(path=pl.lit(str(path)))
    plan = plan_pruning(old, ledger(a_1="t1"), Sight(("/gone/a",), (), ("t1",)), 0.5)
    assert plan.kept["path"].to_list() == [str(path)]
    assert plan.moved == 0


def test_moving_most_of_a_folder_is_no_loss() -> None:
    found = ledger(c_1="t1", c_2="t2", c_3="t3", a_4="t4")
    plan = plan_pruning(OLD, found, Sight(("/gone/a", "/gone/c"), (), ("t1", "t2", "t3")), 0.5)
    assert plan.kept["path"].to_list() == ["/gone/b/1"]
    assert (plan.pruned, plan.moved, plan.warnings) == (0, 3, ())


def test_a_root_does_not_reach_folders_whose_names_begin_alike() -> None:
    old = ledger(a_1="t1", ab_1="t2")
    plan = plan_pruning(old, ledger(), Sight(("/gone/a",), (), ()), 0.0)
    assert plan.kept["path"].to_list() == ["/gone/ab/1"]


def test_roots_within_roots_are_left_out() -> None:
    assert outermost(["/m/a", "/m", "/m/a/b", "/ma", "/m"]) == ("/m", "/ma")
    assert outermost(["/m", "/"]) == ("/",)
    with pytest.raises(InputError, match="at least one"):
        outermost([])
