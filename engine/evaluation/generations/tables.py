"""A comparison of two generations in tables, and as Markdown; all from the document of report.json."""

from collections.abc import Iterable, Mapping, Sequence
from textwrap import shorten
from typing import Any

from engine.query import Query

SIDES = ("a", "b")
WIDTH = 100  # letters of a query in a table
QUANTILES = {"p50": 0.5, "p95": 0.95}
DEFINITIONS = {
    "overlap": "share of recordings that the first k of both have in common, over the longer of the two heads",
    "rbo": "extrapolated rank-biased overlap (Webber, Moffat and Zobel 2010, equation 32) of the first k",
    "intervals": "95 % percentile bootstrap over distinct queries",
    "latency": "of the queries that both answered, each asked once, taking turns in going first, warm-up not counted",
    "ratio": "generation b over generation a",
    "recording": "files that generation a takes for the same recording count as one",
}


def words_of(query: Mapping[str, Any]) -> str:
    """A query on one line: its words, then its other parts by name."""
    usual = Query().as_json()
    parts = ((name, value) for name, value in query.items() if name != "text" and value != usual[name])
    named = (f"{name} {', '.join(value) if isinstance(value, list) else value}" for name, value in parts)
    return " · ".join(filter(None, (" ".join(query["text"].split()), *named)))


def names_of(document: Mapping[str, Any]) -> tuple[str, str]:
    """What both generations are called."""
    one, other = (document["generations"][side]["number"] for side in SIDES)
    return f"generation {one}", f"generation {other}"


def figure_rows(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The agreement of both, a figure and its interval a row; depth and persistence are told with them."""
    overlap, rbo = document["overlap"], document["rbo"]
    depth = f"RBO, p = {rbo['p']}, depth {rbo['depth']} ({rbo['weight_of_depth']:.0%} of the weight)"
    return [(f"overlap@{overlap['k']}", _interval(overlap)), (depth, _interval(rbo))]


def latency_rows(document: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The quantiles of latency, a row each: of one generation, of the other, and their ratio with its interval."""
    spent = document["latency_ms"]
    rows: list[tuple[str, ...]] = []
    for level in QUANTILES:
        one, other, ratio, low, high = (spent[name][level] for name in ("a", "b", "ratio", "ratio_low", "ratio_high"))
        rows.append((level, f"{one:.1f}", f"{other:.1f}", f"{ratio:.2f} [{low:.2f}, {high:.2f}]"))
    return rows


def different_rows(document: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The queries that differ most, a row each: in words, how much, and what came first in each."""
    return [
        (
            shorten(words_of(one["query"]), WIDTH, placeholder=" …"),
            f"{one['rbo']:.3f}",
            f"{one['overlap']:.3f}",
            one["a"]["first"],
            one["b"]["first"],
        )
        for one in document["most_different"]
    ]


def counted(document: Mapping[str, Any]) -> str:
    """What the figures rest on, in one line."""
    counts, (one, other) = document["counts"], names_of(document)
    missing = counts["unanswered"]
    return (
        f"{counts['asked']:,} distinct of {counts['read']:,} queries asked, {counts['compared']:,} compared, "
        f"{counts['alike']:,} of them answered alike; not answered by {one}: {missing['a']:,}, "
        f"by {other}: {missing['b']:,}; without results in both: {counts['without_results']:,}"
    )


def reasons_of(document: Mapping[str, Any]) -> list[str]:
    """Each query that was not answered, by whom not and why, in one line."""
    names = dict(zip(SIDES, names_of(document), strict=True))
    return [
        f"{names[side]} has no answer to “{words_of(each['query'])}”: {reason}"
        for each in document["unanswered"]
        for side, reason in each["reasons"].items()
    ]


def as_markdown(document: Mapping[str, Any]) -> str:
    """The tables of report.md."""
    names = names_of(document)
    about = (document["generations"][side] for side in SIDES)
    sides = [
        (name, f"{each['tracks']:,}", each["created"], ", ".join(each["encoders"]))
        for name, each in zip(names, about, strict=True)
    ]
    parts = [
        f"# How {names[0]} and {names[1]} answer the same queries",
        _table(("", "tracks", "created", "encoders"), sides),
        f"{counted(document)}. In brackets: {DEFINITIONS['intervals']}.",
        _table(("agreement", "mean"), figure_rows(document)),
        _table(("latency in ms", *names, "ratio"), latency_rows(document)),
        *_different_part(document),
        *_unanswered_part(document),
        "## What the figures mean",
        "\n".join(f"- {name}: {meaning}" for name, meaning in DEFINITIONS.items()),
    ]
    return "\n\n".join(parts) + "\n"


def _different_part(document: Mapping[str, Any]) -> list[str]:
    rows = different_rows(document)
    headings = ("query", "RBO", "overlap", *(f"first of {name}" for name in names_of(document)))
    return ["## The queries that differ most", _table(headings, rows)] if rows else []


def _unanswered_part(document: Mapping[str, Any]) -> list[str]:
    reasons = reasons_of(document)
    return ["## Not answered", "\n".join(f"- {reason}" for reason in reasons)] if reasons else []


def _interval(figure: Mapping[str, float]) -> str:
    return f"{figure['mean']:.3f} [{figure['low']:.3f}, {figure['high']:.3f}]"


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [tuple(headings), ("---",) * len(headings), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)
