"""What may stand behind `hub:`: a folder of this machine, or the id of a repository with a revision if need be."""

import re
from dataclasses import dataclass
from pathlib import Path

from indexers.errors import ConfigError, ModelError

PREFIX = "hub:"
_ID = re.compile(r"(?P<repo>[\w.-]+/[\w.-]+)(@(?P<revision>[\w./-]+))?", re.ASCII)
BROKEN = {
    "laion/larger_clap_music": (
        "it is broken on the hub (MusicCaps text to audio R@1 0.02, ESC-50 zero-shot 2.0 %, which is chance; mean "
        "cosine between texts 0.999): use hub:laion/larger_clap_general"
    )
}


@dataclass(frozen=True, slots=True)
class HubName:
    """A name taken apart: either `path` is given, or `repo` and perhaps its `revision`."""

    name: str  # as it was written, with its prefix
    path: Path | None = None
    repo: str = ""
    revision: str | None = None


def is_hub(name: str) -> bool:
    """Whether a name means a public checkpoint."""
    return name.startswith(PREFIX)


def parse_name(name: str) -> HubName:
    """Take a name apart.

    An absolute path, or one from the home folder (`~/`), is a folder; anything else is a repository.

    Raises:
        ConfigError: it is neither.
        ModelError: the repository is known to be broken.
    """
    said = name.removeprefix(PREFIX)
    if said.startswith(("/", "~")):
        path = Path(said).expanduser()
        _refuse_broken(name, *(part.removeprefix("models--").replace("--", "/", 1) for part in path.parts))
        return HubName(name, path=path)
    found = _ID.fullmatch(said)
    if not is_hub(name) or found is None or ".." in said or said.startswith("."):
        raise ConfigError(
            f"{name!r} names no checkpoint: write hub:OWNER/NAME, hub:OWNER/NAME@REVISION, or hub: and the absolute "
            "path of a folder"
        )
    _refuse_broken(name, found["repo"])
    return HubName(name, repo=found["repo"], revision=found["revision"])


def _refuse_broken(name: str, *repos: str) -> None:
    for repo in repos:
        if (reason := BROKEN.get(repo.lower())) is not None:
            raise ModelError(f"{name} is refused: {reason}")
