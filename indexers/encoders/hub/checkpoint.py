"""A checkpoint on this machine: what it is, and what its numbers depend on, told without loading it."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from indexers.encoders.hub.card import Card, read_card
from indexers.encoders.hub.digest import digest_of
from indexers.encoders.hub.folders import locate
from indexers.encoders.hub.names import parse_name
from indexers.errors import ModelError
from indexers.files import sha256_of

REVISION = 1  # grows when this package would read other numbers out of the same checkpoint
COUNTED = (".json", ".txt", ".model", ".safetensors")  # files that numbers depend on
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl")
ACCEPTED = (
    'transformers\' CLAP (model_type "clap") for [analysis] joint, '
    "or a sentence-transformers folder (modules.json) for [analysis] text"
)


class Kind(StrEnum):
    """What a checkpoint may be."""

    CLAP = "clap"  # transformers' ClapModel: texts and sounds in one space
    SENTENCES = "sentence-transformers"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A folder whose config.json was read, and modules.json where there is one."""

    name: str  # "hub:…"
    folder: Path
    kind: Kind
    config: dict[str, Any]
    modules: tuple[Path, ...]  # folders with files that count, the first one `folder`
    card: Card

    @property
    def fingerprint(self) -> str:
        """A hex digest over kind, revision, prompts and every file that counts, wherever the folder lies."""
        return self._told({path: digest_of(self.folder / path) for path in self.files()})

    def verify(self) -> str:
        """Like `fingerprint`, after every byte was read."""
        return self._told({path: sha256_of(self.folder / path) for path in self.files()})

    def files(self) -> list[str]:
        """The files that count, by relative path."""
        found = (path for module in self.modules for path in module.iterdir() if path.suffix in COUNTED)
        return sorted(path.relative_to(self.folder).as_posix() for path in found)

    @property
    def size_bytes(self) -> int:
        """The length of all files that count."""
        return sum((self.folder / path).stat().st_size for path in self.files())

    def _told(self, digests: dict[str, str]) -> str:
        about = [self.kind, REVISION, self.card.prompts, digests]
        return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()


def open_checkpoint(name: str, *wanted: Kind) -> Checkpoint:
    """Find a checkpoint and see what it is; no weights are read.

    Args:
        name: "hub:…".
        wanted: The kinds that will do; any where none is given.

    Raises:
        ConfigError: the name is no checkpoint's.
        ModelError: it is not here, is broken by repute, of another architecture or kind, or has pickled weights.
    """
    folder = locate(parse_name(name))
    modules = _modules(name, folder)
    config = _table(name, folder / "config.json") if (folder / "config.json").exists() or not modules else {}
    kind = Kind.SENTENCES if modules else _kind(name, config)
    if wanted and kind not in wanted:
        raise ModelError(f"{name} is {kind}, not {' or '.join(wanted)}: Segue takes {ACCEPTED}")
    found = Checkpoint(name, folder, kind, config, modules or (folder,), read_card(folder, config))
    _refuse_pickles(found)
    return found


def feature_settings(checkpoint: Checkpoint) -> dict[str, Any]:
    """What the feature extractor of a CLAP checkpoint is set to, from wherever transformers keeps it.

    Raises:
        ModelError: the checkpoint does not say.
    """
    for file_name in ("preprocessor_config.json", "processor_config.json"):
        if (checkpoint.folder / file_name).exists():
            said = _table(checkpoint.name, checkpoint.folder / file_name)
            said = said.get("feature_extractor", said)
            if isinstance(said, dict) and said.keys() & {"feature_extractor_type", "sampling_rate"}:
                return said
    raise ModelError(f"{checkpoint.name} has no preprocessor_config.json with a feature extractor: get a whole copy")


def _kind(name: str, config: dict[str, Any]) -> Kind:
    if config.get("model_type") == Kind.CLAP:
        return Kind.CLAP
    told = ", ".join(str(each) for each in config.get("architectures") or ()) or "an unnamed architecture"
    raise ModelError(f"{name} holds {told} (model_type {config.get('model_type')!r}): Segue takes {ACCEPTED}")


def _modules(name: str, folder: Path) -> tuple[Path, ...]:
    """The folders of a sentence-transformers checkpoint; none where it is none."""
    if not (folder / "modules.json").exists():
        return ()
    said = _read(name, folder / "modules.json")
    try:
        foreign = [each["type"] for each in said if not each["type"].startswith("sentence_transformers.")]
        paths = [folder / each["path"] for each in said]
    except (TypeError, KeyError, AttributeError) as error:
        raise ModelError(f"{folder}/modules.json is damaged: get the checkpoint again") from error
    if foreign:
        raise ModelError(f"{name} brings code of its own ({foreign[0]}), which Segue does not run: choose another")
    if not all(path.resolve().is_relative_to(folder.resolve()) for path in paths):
        raise ModelError(f"{folder}/modules.json points outside of its folder: choose another checkpoint")
    return tuple(dict.fromkeys([folder, *(path for path in paths if path.is_dir())]))


def _refuse_pickles(found: Checkpoint) -> None:
    files = found.files()
    for module in _weighty(found):
        if any(path.endswith(".safetensors") and (found.folder / path).parent == module for path in files):
            continue
        pickled = sorted(path.name for path in module.iterdir() if path.suffix in PICKLES)
        held = f"only pickled weights ({pickled[0]})" if pickled else "no weights"
        raise ModelError(
            f"{module} of {found.name} holds {held}; Segue reads safetensors alone, for pickles may run code: name a "
            "revision that has them (hub:OWNER/NAME@refs/pr/1), or save the checkpoint anew with transformers"
        )


def _weighty(found: Checkpoint) -> Iterator[Path]:
    """Folders that hold weights, or might: of sentence-transformers the first module may lie below."""
    below = [module for module in found.modules[1:] if any(path.suffix in PICKLES for path in module.iterdir())]
    first = found.modules[1:2] if found.kind is Kind.SENTENCES and not found.config else found.modules[:1]
    yield from dict.fromkeys([*first, *below])


def _table(name: str, path: Path) -> dict[str, Any]:
    said = _read(name, path)
    if not isinstance(said, dict):
        raise ModelError(f"{name}: {path} holds no settings: get the checkpoint again")
    return said


def _read(name: str, path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{name}: {path} cannot be read ({error}): get the checkpoint again") from error
