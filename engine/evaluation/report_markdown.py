"""The report as Markdown."""

from engine.evaluation.report_values import Report


def as_markdown(report: Report) -> str:
    """The report as Markdown tables."""
    return f"# {report.main}\n"
