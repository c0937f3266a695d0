"""What `segue models` tells of a public checkpoint, as JSON types."""

from typing import Any

from indexers.encoders.hub.checkpoint import Checkpoint, Kind, open_checkpoint
from indexers.errors import SegueError


def listed_checkpoint(name: str) -> dict[str, Any]:
    """Describe a checkpoint; one that is missing or refused has a `problem` that says what to do."""
    try:
        found = open_checkpoint(name)
        return {"name": name, "present": True, **_gives(found), **_about(found)}
    except SegueError as error:
        nothing = {"gives": "", "outputs": {}, "size_bytes": 0, "sample_rate_hz": 0, "window_samples": 0}
        unknown = {"source": name, "sha256": "", "licence": "", "folder": ""}
        return {"name": name, "present": False, **nothing, **unknown, "problem": str(error)}


def _gives(found: Checkpoint) -> dict[str, Any]:
    if found.kind is Kind.SENTENCES:
        return {"gives": "vectors of sentences", "outputs": {}, "sample_rate_hz": 0, "window_samples": 0}
    from indexers.encoders.hub.clap_audio import OUTPUT, hearing_of

    hearing = hearing_of(found)
    seconds, kilohertz = hearing.window_samples / hearing.sample_rate_hz, hearing.sample_rate_hz / 1000
    return {
        "gives": f"{hearing.dim}-d vectors of texts and of {seconds:g} s of sound at {kilohertz:g} kHz",
        "outputs": {OUTPUT: hearing.dim},
        "sample_rate_hz": hearing.sample_rate_hz,
        "window_samples": hearing.window_samples,
    }


def _about(found: Checkpoint) -> dict[str, Any]:
    return {
        "size_bytes": found.size_bytes,
        "source": f"folder {found.folder}",
        "sha256": found.fingerprint,
        "licence": found.card.licence,
        "folder": str(found.folder),
    }
