"""What the indexes of one generation are, as its manifest says."""

from collections.abc import Mapping
from typing import Any

from indexers.generation import Generation

RECALL = "recall@"  # begins the check that measured an index when it was built


def told_indexes(generation: Generation) -> dict[str, dict[str, Any]]:
    """Each space's index: its kind, why it is of that kind, and what it found of the exact neighbours when built.

    Returns:
        Space to what the manifest says of it, with `encoder` where it is a joint space, and `recall`: the `check`, its
        `value` and the `limit` below which it would not have been published; None where none was measured.
    """
    manifest = generation.manifest
    encoders = {joint.space: {"encoder": joint.encoder} for joint in generation.joints}
    found = {finding["subject"]: finding for finding in manifest["findings"] if finding["check"].startswith(RECALL)}
    return {
        space: {**told, **encoders.get(space, {}), "recall": _recall(found.get(f"{space} index"))}
        for space, told in manifest["spaces"].items()
    }


def _recall(finding: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if finding is None else {part: finding[part] for part in ("check", "value", "limit")}
