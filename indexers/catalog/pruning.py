"""Which files of the ledger are gone, which only moved, and when too much is missing to believe it."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from indexers.catalog.changes import IS_MEDIA
from indexers.errors import InputError


@dataclass(frozen=True, slots=True)
class Sight:
    """How a scan looked: under which roots, into which folders it could not, and what it saw for the first time."""

    roots: tuple[str, ...]
    closed: tuple[str, ...]
    sighted: tuple[str, ...]  # track_ids of the files examined in this scan


@dataclass(frozen=True, slots=True)
class Pruning:
    """The ledger's rows that stay although they were not found, and how many others are forgotten and why."""

    kept: pl.DataFrame
    pruned: int
    moved: int
    warnings: tuple[str, ...] = ()


def plan_pruning(old: pl.DataFrame, found: pl.DataFrame, sight: Sight, shrink_limit: float) -> Pruning:
    """Decide what becomes of the ledger's rows that this scan did not find.

    A file whose sound was seen under another name has moved and is forgotten, wherever it was. Other files are
    forgotten only under the roots, outside folders that could not be read, and only if at least the share
    `shrink_limit` of the sound files known there was found; else they all stay, with a warning.

    Args:
        old: The ledger so far.
        found: The ledger's rows of this scan.
        sight: How it looked.
        shrink_limit: 0 prunes always.
    """
    unseen = old.join(found, on="path", how="anti").filter(~under(sight.closed))
    moved = _gone(unseen.filter(pl.col("track_id").is_in(sight.sighted)))
    lost = unseen.filter(under(sight.roots)).join(moved, on="path", how="anti")
    warnings = (
        _shrunk(old.filter(under(sight.roots) & ~under(sight.closed)), found, shrink_limit) if lost.height else ()
    )
    forgotten = moved if warnings else pl.concat([moved, lost])
    kept = old.join(found, on="path", how="anti").join(forgotten, on="path", how="anti")
    n_pruned = 0 if warnings else lost.filter(pl.col("kind") != "playlist").height
    return Pruning(kept, n_pruned, moved.height, warnings)


def under(roots: Sequence[str]) -> pl.Expr:
    """Choose the rows whose path lies at or under one of the roots."""
    path = pl.col("path")
    inside = [(path == root) | path.str.starts_with(root.rstrip("/") + "/") for root in roots]
    return pl.any_horizontal(inside) if inside else pl.lit(value=False)


def outermost(roots: Sequence[str]) -> tuple[str, ...]:
    """Leave out roots that lie at or under another one.

    Raises:
        InputError: there are no roots.
    """
    if not roots:
        raise InputError("nothing to scan: name at least one folder or file")
    kept: list[str] = []
    for root in sorted(set(roots)):
        if not any(root.startswith(other.rstrip("/") + "/") for other in kept):
            kept.append(root)
    return tuple(kept)


def _gone(rows: pl.DataFrame) -> pl.DataFrame:
    """Keep the rows whose file is really no longer there."""
    there = [os.path.lexists(path) for path in rows["path"]]
    return rows.filter(~pl.Series(there, dtype=pl.Boolean))


def _shrunk(known: pl.DataFrame, found: pl.DataFrame, limit: float) -> tuple[str, ...]:
    n_known, n_found = known.filter(IS_MEDIA).height, found.filter(IS_MEDIA).height
    if n_found >= limit * n_known:
        return ()
    counts = f"found {n_found} sound files where {n_known} were known, under the limit of {limit:.0%}"
    remedy = "if a disk is missing, attach it and scan again, else scan with --prune-anyway"
    return (f"{counts}: nothing was forgotten; {remedy}",)
