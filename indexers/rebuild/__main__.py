"""`python -m indexers.rebuild --library DIR`: a rebuild without any other room."""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before numpy and faiss load

import argparse
import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

from indexers.errors import SegueError
from indexers.library import Library
from indexers.models.store import ModelStore
from indexers.rebuild.inputs import RebuildSettings
from indexers.rebuild.report import Progress, RebuildReport, Step
from indexers.rebuild.run import rebuild
from indexers.settings import AnalysisSettings, ClusterSettings, IndexSettings, QdrantSettings, parse, read_toml


def read_settings(library: Library, engine: str | None = None) -> RebuildSettings:
    """Read the sections of segue.toml that a rebuild heeds; the engine reads the others.

    Args:
        library: Whose.
        engine: "local" or "ray" for this time; None takes the one in segue.toml.

    Raises:
        ConfigError: an unknown key or a value out of range.
    """
    tables = read_toml(library.settings_path)
    analysis = parse(AnalysisSettings, "analysis", tables.get("analysis", {}))
    if engine is not None:
        analysis = parse(AnalysisSettings, "analysis", {**analysis.model_dump(), "engine": engine})
    index = parse(IndexSettings, "index", tables.get("index", {}))
    cluster = parse(ClusterSettings, "cluster", tables.get("cluster", {}))
    return RebuildSettings(analysis, index, cluster, parse(QdrantSettings, "qdrant", tables.get("qdrant", {})))


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A bar on stderr: tracks done, tracks per hour and time left, then the stages of the build."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[told]}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("plan", total=None, told="")

        def show(step: Step) -> None:
            bars.update(task, description=step.stage, completed=step.done, total=step.total, told=_told(step))

        yield show


def _told(step: Step) -> str:
    if step.tracks_per_hour is None or step.left_s is None:
        return ""
    minutes, seconds = divmod(round(step.left_s), 60)
    return f"{step.tracks_per_hour:,.0f} tracks/h, {minutes // 60}:{minutes % 60:02d}:{seconds:02d} left"


def summary(report: RebuildReport) -> str:
    """One line about what a rebuild did."""
    if report.status == "planned":
        owed = ", ".join(f"{name} {count}" for name, count in report.owed.items())
        time_s = "unknown" if report.estimate_s is None else f"about {report.estimate_s / 60:.0f} min"
        return f"owed: {owed}; time: {time_s}"
    dropped = f", {len(report.skipped)} skipped, {len(report.failed)} failed"
    return (
        f"generation {report.generation} {report.status}: {report.tracks} tracks, {report.analysed} analysed{dropped}"
    )


def main() -> int:
    """Run the command; the exit status is 0 when done, 1 after a `SegueError`, 2 for wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m indexers.rebuild", description=__doc__)
    parser.add_argument("--library", type=Path, default=Path(os.environ.get("SEGUE_LIBRARY", "library")))
    parser.add_argument("--dry-run", action="store_true")
    parser.add_argument("--engine", choices=("local", "ray"), help="this time only; otherwise what segue.toml says")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(message)s")
    try:
        library = Library.open(options.library)
        settings = read_settings(library, options.engine)
        with progress_bar() as progress, redirect_stdout(sys.stderr):  # Ray speaks up on stdout
            report = rebuild(library, settings, ModelStore(), dry_run=options.dry_run, progress=progress)
    except SegueError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write((json.dumps(report.as_json()) if options.json else summary(report)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
