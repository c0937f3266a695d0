"""The report of `segue evaluate playlists`: what the arms answered is measured, compared, and written three ways."""

from engine.evaluation.report.build import build_report
from engine.evaluation.report.values import Plan, Report, ScenarioResult
from engine.evaluation.report.write import write_report

__all__ = ["Plan", "Report", "ScenarioResult", "build_report", "write_report"]
