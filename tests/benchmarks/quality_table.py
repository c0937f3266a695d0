"""The figures of bench_quality.py as Markdown."""

from collections.abc import Mapping
from typing import Any

MARKS = {1.0: "fits", 0.5: "partly", 0.0: "**no**"}


def as_markdown(figures: Mapping[str, Any]) -> str:
    """Lay the figures out in four tables, failures last."""
    parts = [
        _scores(figures),
        _queries(figures["queries"]),
        _windows(figures["by_windows"]),
        _failures(figures["queries"]),
    ]
    return "\n\n".join(parts) + "\n"


def _scores(figures: Mapping[str, Any]) -> str:
    rows = [f"| ESC-10 zero-shot, {split} | {score:.4f} |" for split, score in figures["esc10_zero_shot"].items()]
    rows += [f"| music space, {name} | {score:.4f} |" for name, score in figures["music_space"].items()]
    return "\n".join(["# Quality", "", "| what | value |", "|---|---|", *rows])


def _queries(answers: list[dict[str, Any]]) -> str:
    rows = [
        f"| {answer['query']} | {', '.join(answer['classes'])} | "
        + " | ".join(f"{top['track']}: {MARKS[top['fits']]}" for top in answer["top"])
        + f" | {answer['share']:.2f} | {answer['average_precision']:.2f} |"
        for answer in answers
    ]
    head = "| query | heaviest classes | 1 | 2 | 3 | share | AP |"
    return "\n".join(["## Twelve queries", "", head, "|---|---|---|---|---|---|---|", *rows])


def _windows(by_windows: Mapping[str, Mapping[str, float]]) -> str:
    names = list(next(iter(by_windows.values())))
    rows = [f"| {n} | " + " | ".join(f"{of[name]:.3f}" for name in names) + " |" for n, of in by_windows.items()]
    head = f"| windows per track | {' | '.join(names)} |"
    return "\n".join(["## Windows per track", "", head, "|---|" + "---|" * len(names), *rows])


def _failures(answers: list[dict[str, Any]]) -> str:
    failed = [answer for answer in answers if answer["share"] < 1]
    rows = [f"- {answer['query']}: share {answer['share']:.2f}; {answer['note']}" for answer in failed]
    return "\n".join(["## What fell short, and how it was judged", "", *rows])
