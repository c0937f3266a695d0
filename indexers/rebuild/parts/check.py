"""What a build must pass before it is published."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace

from indexers.base import AudioEncoder, JointEncoder, TextEncoder
from indexers.encoders.doctor import LIMITS, Finding, examine_joint_encoder, examine_text_encoder, examine_vectors
from indexers.errors import CheckError
from indexers.schema import Vectors
from indexers.vectors.tuning import DEPTH


def check_recall(space: str, recall: float, min_recall: float) -> Finding:
    """Hold what was measured of an index at its greatest effort, if need be, against the floor; see `tune`.

    Args:
        space: Whose index it is.
        recall: The share of the exact top 10 that was found.
        min_recall: The share that must be found.
    """
    remedy = 'set kind = "exact" in [index] of segue.toml'
    return Finding(f"recall@{DEPTH} against exact", f"{space} index", recall, min_recall, recall >= min_recall, remedy)


def examine(encoders: Sequence[str], text: TextEncoder, spaces: Mapping[str, Vectors]) -> list[Finding]:
    """Let the doctor look at the text encoder and at the track vectors of each space.

    A track of the taggram may be all zeros: it is usual in every class, as the only track of a library is. What the
    fake encoder of tests gives is all alike, so of its vectors only broken rows are looked for, and the fake encoder of
    text is not examined.
    """
    alike = replace(LIMITS, fewest=sys.maxsize) if set(encoders) <= {"fake"} else LIMITS
    found = [] if text.name == "fake-text" else examine_text_encoder(text)
    for name, rows in spaces.items():
        found += [
            finding
            for finding in examine_vectors(name, rows, limits=alike if name in ("taggram", "music") else LIMITS)
            if (name, finding.check) != ("taggram", "rows of zeros")
        ]
    return found


def examine_joint(encoder: JointEncoder, listeners: Mapping[str, AudioEncoder]) -> list[Finding]:
    """Let the doctor look at both sides of a joint encoder; the fake ones of tests are not examined."""
    return (
        [] if encoder.name in ("fake-joint", "fake-track") else examine_joint_encoder(encoder, list(listeners.values()))
    )


def check_counts(n_catalogued: int, n_built: int) -> Finding:
    """Every track of the catalogue is in the generation."""
    missing = n_catalogued - n_built
    remedy = "run `segue scan` on the same folders, then rebuild"
    return Finding("tracks unaccounted for", "generation", missing, 0, missing == 0, remedy)


def refuse_failed(findings: list[Finding]) -> None:
    """Stop a build that failed.

    Raises:
        CheckError: names each check that failed, its value, limit and remedy.
    """
    failed = [finding for finding in findings if not finding.ok]
    if failed:
        said = "; ".join(f"{f.subject}: {f.check} is {f.value:.4g}, limit {f.limit:.4g} ({f.remedy})" for f in failed)
        raise CheckError(f"the new generation failed its checks and was not published, the old one serves: {said}")
