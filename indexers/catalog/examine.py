"""What one media file is: its sound's identity and its tags, read in a process of its own."""

from dataclasses import asdict, dataclass, field
from pathlib import Path

from indexers.catalog.tags import Tags, read_tags
from indexers.errors import MediaError, NoAudioError
from indexers.media.probe import Probe, probe
from indexers.pool import Outcome
from indexers.schema import FileState


@dataclass(frozen=True, slots=True)
class Examined:
    """What became of one media file; `probe` and `tags` are there where `state` is indexed."""

    path: str
    state: FileState
    reason: str
    probe: Probe | None = None
    tags: Tags | None = None

    def row(self) -> dict[str, object]:
        """The columns of the files' table that examining gives."""
        row: dict[str, object] = {"path": self.path, "state": str(self.state), "reason": self.reason}
        if self.probe is not None:
            sound = asdict(self.probe)
            row |= {"track_id": sound.pop("content_hash"), **sound}
        if self.tags is not None:
            tags = asdict(self.tags)
            tags.pop("problem")
            row |= tags
        return row


def examine_file(path: Path) -> Examined:
    """Hash a file's sound and read its tags; a bad file is an answer, not an error."""
    try:
        found = probe(path)
    except NoAudioError:
        return Examined(str(path), FileState.SKIPPED, "no audio")
    except MediaError as error:
        return Examined(str(path), FileState.FAILED, " ".join(str(error).split()))
    tags = read_tags(path)
    return Examined(str(path), FileState.INDEXED, tags.problem, found, tags)


@dataclass(frozen=True, slots=True)
class Notes:
    """What examining gave so far.

    `lost` are files whose worker died or took too long: they failed now, and are tried again by the next scan.
    """

    examined: list[Examined] = field(default_factory=list)
    lost: list[Examined] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.examined) + len(self.lost)

    def take(self, outcome: Outcome[Path, Examined]) -> None:
        """Note one file."""
        if outcome.value is None:
            reason = f"{outcome.error or 'no answer'}; the next scan tries again"
            self.lost.append(Examined(str(outcome.task), FileState.FAILED, reason))
        else:
            self.examined.append(outcome.value)

    def track_ids(self) -> tuple[str, ...]:
        """The tracks that were sighted, sorted."""
        return tuple(sorted({row.probe.content_hash for row in self.examined if row.probe is not None}))
