"""A small engine that answers from a table, behind the real engine's name; the page cannot tell."""

import io
import wave
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import streamlit as st

from engine import (
    Answer,
    Confidence,
    Continuation,
    Continued,
    Evidence,
    Neighbour,
    Pasted,
    Query,
    Result,
    Seed,
    Span,
    Status,
    Unmatched,
    Uploaded,
)
from engine.status import Published
from indexers.errors import PlaylistError, QueryError
from indexers.generation import Calibration

ROOT = Path(__file__).parents[2]
N_TRACKS = 30


def result(rank: int) -> Result:
    """One result with two arms."""
    arms = {"taggram": 0.9 / (60 + rank), "words": 0.4 / (60 + rank)}
    return Result(
        rank=rank, track_id=f"{rank:032x}", path=f"/music/{rank}.ogg", title=f"Title <{rank}>", artist="Bach & Sons",
        album="Album", genre="baroque", year=1730, duration_s=70.0, score=sum(arms.values()), arms=arms,
        evidence={arm: Evidence(rank, 0.5) for arm in arms}, why=(("piano", 0.7), ("classical", 0.2)),
        match=Span(12.0, 15.0), duplicates=("/music/copy.ogg",) if rank == 1 else (),
    )  # fmt: skip


def continued(rank: int, track_id: str) -> Continued:
    """One track that continues a playlist, with an arm for and one against it."""
    arms = {"sound": 2.0 / rank, "item_knn": 0.5, "words": -0.25}
    return Continued(
        rank=rank, track_id=track_id, path=f"/music/{track_id}.ogg", title=f"Next <{track_id}>", artist="Bach & Sons",
        album="Album", duration_s=70.0, score=sum(arms.values()), arms=arms, brought_by="sound",
        nearest_seed="Sinnerman",
    )  # fmt: skip


@dataclass
class FakeLibrary:
    """Only the pointer."""

    number: int | None = 2

    def serving(self) -> int | None:
        return self.number


@dataclass
class FakeEngine:
    """Remembers what it was asked."""

    searches: list[tuple[Query, int]] = field(default_factory=list)
    library: FakeLibrary = field(default_factory=FakeLibrary)
    promoted: list[int] = field(default_factory=list)
    scanned: list[Path] = field(default_factory=list)
    n_tracks: int = N_TRACKS
    n_playlists: int = 3
    continued: list[dict[str, Any]] = field(default_factory=list)

    def playlists(self) -> pl.DataFrame:
        numbers = range(self.n_playlists)
        return pl.DataFrame(
            {
                "playlist_id": [f"p{number}" for number in numbers], "name": [f"List {number}" for number in numbers],
                "path": [f"/music/{number}.m3u8" for number in numbers], "n_tracks": [4 + number for number in numbers],
                "n_matched": [4 for _ in numbers],
            },
            schema={"playlist_id": pl.String, "name": pl.String, "path": pl.String, "n_tracks": pl.Int64,
                    "n_matched": pl.Int64},
        )  # fmt: skip

    def playlist_map(self, track_ids: tuple[str, ...] = ()) -> pl.DataFrame:
        library = self.playlists().select("playlist_id", "name", "n_tracks").with_row_index("row")
        placed = library.select(
            "playlist_id", "name", "n_tracks", x=pl.col("row") / 2 - 1.0, y=pl.col("row") * -0.5, kind=pl.lit("library")
        )
        if not track_ids:
            return placed
        return pl.concat(
            [placed, pl.DataFrame([("", "", len(track_ids), 0.2, 0.3, "this")], placed.schema, orient="row")]
        )

    def playlist_neighbours(self, track_ids: tuple[str, ...], k: int = 8) -> tuple[Neighbour, ...]:
        return (Neighbour("p1", "List 1", 5, 0.9, 2), Neighbour("p0", "List 0", 4, 0.5, 0))[:k]

    def continue_playlist(
        self, playlist: Any, k: int | None = None, *, keep: tuple[str, ...] = (), unlike: tuple[str, ...] = (),
        name: str = "",
    ) -> Continuation:  # fmt: skip
        self.continued.append({"playlist": playlist, "k": k, "keep": keep, "unlike": unlike, "name": name})
        lines = playlist.text.splitlines() if isinstance(playlist, Pasted) else ["A - One", "B - Two"]
        lines = lines if playlist else []
        if "A - Broken" in lines or (isinstance(playlist, Uploaded) and playlist.content == b"broken"):
            raise PlaylistError("the playlist is damaged: export it again")
        known = [line.split(" - ") for line in lines if " - " in line]
        seeds = [Seed(title, artist, "" if title == "Sinnerman" else f"seed-{title}") for artist, title in known]
        seeds += [Seed(f"Next <{track_id}>", "Bach & Sons", track_id) for track_id in keep]
        lost = tuple(Unmatched(line, "unmatched") for line in lines if " - " not in line)
        chosen = [f"t{number}" for number in range(1, 200) if f"t{number}" not in {*keep, *unlike}][: k or 50]
        tracks = tuple(continued(rank, track_id) for rank, track_id in enumerate(chosen, start=1))
        return Continuation(name, tuple(seeds), lost, tracks, 2, "26,412 playlists", 12.0)

    def export_playlist(
        self, tracks: Continuation, form: str = "m3u8", *, name: str = "", only_new: bool = False
    ) -> bytes:
        return f"{form} {name} {len(tracks.tracks) + (0 if only_new else len(tracks.seeds))}".encode()

    def music_folder(self) -> Path:
        return Path("/music")

    def search(self, query: Query, k: int | None = None) -> Answer:
        if query.where and "nonsense" in query.where:
            raise QueryError("no column nonsense; there are title, artist")
        if query.sound:
            assert Path(query.sound).read_bytes() == b"RIFF-clip"
        self.searches.append((query, k or 0))
        unsure = Confidence(0.1, 0.5)
        return Answer(
            query, tuple(map(result, range(1, (k or 10) + 1))), abstained="kazoo" in query.text, generation=2,
            latency_ms=12.0, confidence={"taggram": unsure}, settings={"rrf_k": 60, "weights": {"taggram": 1.0}},
        )  # fmt: skip

    def status(self) -> Status:
        return Status("/music/library", self.n_tracks, self.n_tracks, self.library.number)

    def columns(self) -> list[str]:
        return ["title", "artist"]

    def cover(self, track_id: str) -> bytes | None:
        return None

    def excerpt(self, track_id: str, start_s: float = 0.0, seconds: float = 30.0) -> bytes:
        stream = io.BytesIO()
        with wave.open(stream, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8_000)
            file.writeframes(b"\0\0" * 800)
        return stream.getvalue()

    def track(self, name: str) -> dict[str, Any]:
        return {"duration_s": 70.0}

    def map(self) -> pl.DataFrame:
        rows = range(self.n_tracks)
        return pl.DataFrame(
            {
                "track_id": [f"{row:032x}" for row in rows], "title": [f"T{row}" for row in rows],
                "artist": [None if row == 0 else f"A{row % 3}" for row in rows], "album": ["Album" for _ in rows],
                "genre": [("folk", "baroque")[row % 2] for row in rows], "path": [f"/music/{row}.ogg" for row in rows],
                "x": [float(row) for row in rows], "y": [float(row % 5) for row in rows],
                "top_tags": [["piano", "calm"] if row % 3 else [] for row in rows],
            }
        )  # fmt: skip

    def ledger(self) -> pl.DataFrame:
        states = ["indexed", "indexed", "skipped", "failed"]
        return pl.DataFrame(
            {
                "path": ["/m/a.ogg", "/m/b.ogg", "/m/c.txt", "/m/d.mp3"], "kind": ["audio", "audio", "other", "audio"],
                "state": states, "reason": ["", "", "not audio: .txt", "truncated"], "size_bytes": [1, 2, 3, 4],
                "scanned_at": ["2026"] * 4,
            }
        )  # fmt: skip

    def generations(self) -> list[Published]:
        return [
            Published(number, number == self.library.number, 30, "2026-01-01", ("music", "taggram"), ("yamnet",))
            for number in (2, 1)
        ]

    def calibration(self) -> dict[str, Calibration]:
        return {"taggram": Calibration("taggram", 0.5, "95th percentile", 0.05, 0.1, ())}

    def promote(self, number: int) -> None:
        self.promoted.append(number)
        self.library.number = number

    def rollback(self) -> int:
        self.promote(1)
        return 1


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeEngine]:
    """The engine that every page of this test opens."""
    engine = FakeEngine()
    monkeypatch.setattr("engine.Engine.open", lambda *_, **__: engine)
    monkeypatch.setenv("SEGUE_LIBRARY", "/music/library")
    st.cache_data.clear()
    st.cache_resource.clear()
    yield engine
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def no_library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A path where there is no library."""
    st.cache_resource.clear()
    monkeypatch.setenv("SEGUE_LIBRARY", str(tmp_path / "nothing"))
    yield tmp_path / "nothing"
    st.cache_resource.clear()
