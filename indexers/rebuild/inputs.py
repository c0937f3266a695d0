"""All that decides what a generation will be: catalogue, encoders and settings, with one digest over them."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexers.encoders import AUDIO_ENCODERS, AudioCard, audio_card, fingerprint_of, joint_hears, usual_joint
from indexers.encoders.classes import tagging
from indexers.encoders.hub import is_hub
from indexers.encoders.music import music_outputs
from indexers.errors import ConfigError, StaleIndexError
from indexers.generation import FORMAT, read_manifest
from indexers.library import Library
from indexers.models.cards import SAMPLE_RATE_HZ, WINDOW_SAMPLES
from indexers.rebuild.embeddings.cache import CacheKey, plan_name
from indexers.settings import AnalysisSettings, ClusterSettings, IndexSettings, QdrantSettings
from indexers.vectors.qdrant.payload import KINDS as PAYLOAD_KINDS
from indexers.vectors.qdrant.payload import fields_of

if TYPE_CHECKING:
    import polars as pl

REVISION = 2  # grows when the same inputs would be built into something else


@dataclass(frozen=True, slots=True)
class RebuildSettings:
    """The sections of segue.toml that a rebuild heeds."""

    analysis: AnalysisSettings
    index: IndexSettings
    cluster: ClusterSettings = field(default_factory=ClusterSettings)
    qdrant: QdrantSettings = field(default_factory=QdrantSettings)

    @property
    def joint(self) -> tuple[str, ...]:
        """The joint encoders: those that are named, or else those that need no more to be heard."""
        named = self.analysis.joint
        return usual_joint(self.analysis.encoders) if named is None else named

    @property
    def has_payload(self) -> bool:
        """Whether the catalogue's fields lie beside the vectors of indexes."""
        return self.index.kind in PAYLOAD_KINDS or (self.index.kind == "auto" and self.index.filtered)

    def as_json(self) -> dict[str, Any]:
        """Only what changes the outcome: where it is worked, how many workers and how patient they are does not."""
        analysis = self.analysis.model_dump(mode="json", include={"encoders", "text", "windows"})
        analysis |= {"joint": list(self.joint)} if self.joint else {}
        told = {"analysis": analysis, "index": self.index.model_dump(mode="json", exclude={"keep_generations"})}
        if self.index.kind == "server":
            told["qdrant"] = self.qdrant.model_dump(mode="json", exclude={"timeout_s", "retries"})
        return told


@dataclass(frozen=True)
class Inputs:
    """What a generation is made from."""

    tracks: "pl.DataFrame"  # the catalogue, sorted by track_id
    settings: RebuildSettings

    @cached_property
    def hears(self) -> dict[str, Mapping[str, tuple[str, ...]]]:
        """Joint encoder to the outputs of sound encoders that its space is made of."""
        return {name: joint_hears(name) for name in self.settings.joint}

    @cached_property
    def listeners(self) -> dict[str, AudioCard]:
        """Every encoder that hears the tracks, those of joint spaces last, to what it takes and gives."""
        joint = (name for hears in self.hears.values() for name in hears)
        return {name: audio_card(name) for name in (*self.settings.analysis.encoders, *joint)}

    @cached_property
    def fingerprints(self) -> dict[str, str]:
        """Encoder of sound, of text or of both to fingerprint."""
        return {name: fingerprint_of(name) for name in (*self.listeners, self.settings.analysis.text, *self.hears)}

    @cached_property
    def digest(self) -> str:
        """A hex digest: equal inputs are built into equal generations."""
        return self._digest(self.tracks)

    @cached_property
    def heard(self) -> str:
        """A hex digest over what does not depend on titles, paths and other words; but fields beside vectors count."""
        fields = fields_of(self.tracks).columns if self.settings.has_payload else []
        wanted = dict.fromkeys(["track_id", "duration_s", *fields])  # each once
        return self._digest(self.tracks.select(list(wanted)))

    def _digest(self, tracks: "pl.DataFrame") -> str:
        about = [FORMAT, REVISION, version("segue"), self.fingerprints, self._usual_plan, self.settings.as_json()]
        if self.hears:
            about += [{name: self._plan(card) for name, card in self.listeners.items()}]
        digest = hashlib.sha256(json.dumps(about, sort_keys=True).encode())
        digest.update(json.dumps({name: str(kind) for name, kind in tracks.schema.items()}).encode())
        digest.update(tracks.write_ndjson().encode())
        return digest.hexdigest()

    def built(self, folder: Path) -> bool:
        """Whether a generation's folder holds just what would be built."""
        try:
            return bool(read_manifest(folder).get("inputs") == self.digest)
        except StaleIndexError:
            return False

    def cache_keys(self) -> list[CacheKey]:
        """One key per encoder of sound."""
        cards = self.listeners.items()
        return [CacheKey(name, self.fingerprints[name], self._plan(card), dict(card.outputs)) for name, card in cards]

    @property
    def _usual_plan(self) -> str:
        """How windows are laid for the encoders of the registry, which all take the same."""
        return plan_name(self.settings.analysis.windows, WINDOW_SAMPLES / SAMPLE_RATE_HZ)

    def _plan(self, card: AudioCard) -> str:
        return plan_name(self.settings.analysis.windows, card.window_samples / card.sample_rate_hz)


def inputs_of(library: Library, settings: RebuildSettings) -> Inputs:
    """Read what the next generation would be made from.

    Raises:
        LibraryError: the catalogue is damaged.
        ConfigError: an encoder is unknown or named twice, or there is none that tags, or none that gives music vectors.
        ModelError: a checkpoint is not here, or is none that Segue takes.
    """
    from indexers.catalog.tables import read_tracks

    _check_encoders(settings.analysis.encoders)
    inputs = Inputs(read_tracks(library), settings)
    _check_joint(inputs)
    return inputs


def _check_encoders(names: tuple[str, ...]) -> None:
    if not names or len(set(names)) < len(names):
        raise ConfigError(f"[analysis] encoders = {list(names)}: name at least one, none twice")
    for name in names:
        if is_hub(name):
            raise ConfigError(f"[analysis] encoders names {name}: a public checkpoint stands in [analysis] joint")
        if name not in AUDIO_ENCODERS:
            raise ConfigError(f"no encoder {name!r}; there are {', '.join(AUDIO_ENCODERS)}")
    tagging(names)
    if not music_outputs(names):
        raise ConfigError(
            f"none of the encoders {', '.join(names)} gives music vectors; add musicnn_msd or musicnn_mtt"
        )


def _check_joint(inputs: Inputs) -> None:
    names = inputs.settings.joint
    if len(set(names)) < len(names):
        raise ConfigError(f"[analysis] joint = {list(names)}: name none twice")
    for joint, hears in inputs.hears.items():
        cards = [inputs.listeners[name] for name in hears]
        if len({(card.sample_rate_hz, card.window_samples) for card in cards}) != 1:
            raise ConfigError(f"joint encoder {joint} is made of {', '.join(hears)}, which take different windows")
