"""The page of bench_probes.py: what was asked, the tables, what was found."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.evaluation.probes.findings import Finding
from engine.evaluation.probes.labels import AGREEMENT, GENRES
from engine.evaluation.probes.run import Row
from engine.evaluation.probes.table import findings_as_markdown, rows_as_markdown
from engine.evaluation.probes.task import ProbeSettings

PAGE = """# What playlist vectors know

`python tests/benchmarks/bench_probes.py --models DIR` measures it and writes this page; all differences are in
`results/{file}`.

The encoders are frozen; a probe is a logistic regression on their standardised vectors, its regularisation chosen by
inner folds over lists. It learns from the training side of the real playlists and is asked about the held-out side
(newest tenth of each source, whole Spotify lists); in brackets 95 % by a bootstrap over whole lists. Chance says the
most frequent label of the training side, or draws neighbours at random. The probes and the neighbour task are after
Papreja, Venkateswara, Panchanathan 2019, their form after Conneau et al. 2018; bins, lengths and sizes are our own.

## The table

{rows}

- **Genre**: more than {agreement:.0%} of a playlist's known tracks agree, at least three. *Unseen lists*: {n_folds}
  folds over the lists of both sides, no list on both sides of a fold, at most {most_class} playlists of a genre and
  only genres of {min_lists} lists or more: the held-out side alone has few genres, and one of them prevails.
- **Genre diversity**: how many genres five of its tracks span on average, in thirds. **Length**: known tracks, in
  fifths; *cut*: a playlist's first {cut[0]} to {cut[1]} tracks, the number drawn, in fifths: where a playlist comes
  from does not tell it.
- **Order**: playlists of {order[0]} to {order[1]} tracks as they were against a copy in another order; *pairs told
  apart*: how often the probe finds the natural one of the two more natural, a half where they look the same;
  of one source alone, by lists or, where it has one list, by playlists. *Early or
  late*: in which half of a random order a given track is.
- **Content**: {n_targets} tracks of middling frequency, against as many playlists of the same source without the track.
- **Neighbours**: {n_queries} playlists of different lists, neighbours by cosine among both sides, those of their own
  list left out.

## Does the published finding reproduce?

The finding: SIF is better on genre, seq2seq on order and length. A claim shows where the whole interval of the paired
difference is on its side.

{findings}

## Genres

A track's genre is the one that its Last.fm tags say most of, rare tags weighing more; a track without tags takes that
of its artist, where more than half of the artist's tagged tracks have one genre. Few tracks have tags of their own:

{coverage}

The genres: {genres}.
"""


def as_page(
    rows: Sequence[Row], findings: Sequence[Finding], coverage: Mapping[str, Any], settings: ProbeSettings, file: str
) -> str:
    """The whole page."""
    return PAGE.format(
        file=file,
        rows=rows_as_markdown(rows),
        findings=findings_as_markdown(findings),
        coverage=coverage_as_markdown(coverage),
        agreement=AGREEMENT,
        n_folds=settings.n_folds,
        most_class=settings.most_class,
        min_lists=settings.min_lists,
        cut=(settings.cut_tracks[0], settings.cut_tracks[1] - 1),
        order=settings.order_tracks,
        n_targets=settings.n_targets,
        n_queries=settings.n_queries,
        genres="; ".join(f"*{genre}* ({', '.join(tags)})" for genre, tags in GENRES.items()),
    )


def coverage_as_markdown(found: Mapping[str, Mapping[str, Any]]) -> str:
    """One line per way to know a track's genre."""
    lines = [
        f"| {name} | {of['tracks']} of {of['of tracks']} | {of['training']} of {of['of training']} | "
        f"{of['held-out']} of {of['of held-out']} | {_counts(of['genres'])} |"
        for name, of in found.items()
    ]
    head = "| genre known by | tracks | training playlists | held-out playlists | their genres |"
    return "\n".join([head, "|---|---|---|---|---|", *lines])


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{genre} {count}" for genre, count in counts.items())
