"""The report on the disk: report.json, report.md and report.html."""

import json
from pathlib import Path

from engine.evaluation.report.markdown import as_markdown
from engine.evaluation.report.page import as_html
from engine.evaluation.report.values import Report
from indexers.errors import InputError
from indexers.files import write_text


def write_report(folder: Path, report: Report) -> tuple[Path, Path, Path]:
    """Write report.md, report.html and, last, report.json; each replaces an older one in one step.

    Returns:
        The paths of report.json, report.md and report.html.

    Raises:
        InputError: a setting or a figure is not finite, which JSON cannot say.
        StorageError: the disk refused.
    """
    try:
        document = json.dumps(report.as_json(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    except ValueError as error:
        raise InputError("the report holds a number that is not finite; mend the arm or setting it is from") from error
    paths = folder / "report.json", folder / "report.md", folder / "report.html"
    write_text(paths[2], as_html(report))
    write_text(paths[1], as_markdown(report))
    write_text(paths[0], document)
    return paths
