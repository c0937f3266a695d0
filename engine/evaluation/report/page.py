"""The report as a page."""

from engine.evaluation.report.values import Report


def as_html(report: Report) -> str:
    """The report as a page."""
    return f"<!doctype html><title>{report.main}</title>"
