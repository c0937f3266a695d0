"""All that decides what a generation will be: catalogue, encoders and settings, with one digest over them."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexers.encoders import AUDIO_ENCODERS, fingerprint_of
from indexers.encoders.classes import tagging
from indexers.encoders.music import music_outputs
from indexers.errors import ConfigError, StaleIndexError
from indexers.generation import FORMAT, read_manifest
from indexers.library import Library
from indexers.models.cards import CARDS, SAMPLE_RATE_HZ, WINDOW_SAMPLES
from indexers.rebuild.embeddings.cache import CacheKey, plan_name
from indexers.settings import AnalysisSettings, IndexSettings

if TYPE_CHECKING:
    import polars as pl

REVISION = 1  # grows when the same inputs would be built into something else


@dataclass(frozen=True, slots=True)
class RebuildSettings:
    """The sections of segue.toml that a rebuild heeds."""

    analysis: AnalysisSettings
    index: IndexSettings

    def as_json(self) -> dict[str, Any]:
        """Only what changes the outcome: how many workers and how patient they are does not."""
        analysis = self.analysis.model_dump(mode="json", include={"encoders", "text", "windows"})
        return {"analysis": analysis, "index": self.index.model_dump(mode="json", include={"kind", "min_recall"})}


@dataclass(frozen=True)
class Inputs:
    """What a generation is made from."""

    tracks: "pl.DataFrame"  # the catalogue, sorted by track_id
    settings: RebuildSettings

    @cached_property
    def fingerprints(self) -> dict[str, str]:
        """Encoder, text encoder included, to fingerprint."""
        analysis = self.settings.analysis
        return {name: fingerprint_of(name) for name in (*analysis.encoders, analysis.text)}

    @cached_property
    def digest(self) -> str:
        """A hex digest: equal inputs are built into equal generations."""
        return self._digest(self.tracks)

    @cached_property
    def heard(self) -> str:
        """A hex digest over what does not depend on titles, paths and other words."""
        return self._digest(self.tracks.select("track_id", "duration_s"))

    def _digest(self, tracks: "pl.DataFrame") -> str:
        about = [FORMAT, REVISION, version("segue"), self.fingerprints, self._plan, self.settings.as_json()]
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
        analysis = self.settings.analysis
        return [CacheKey(name, self.fingerprints[name], self._plan, outputs_of(name)) for name in analysis.encoders]

    @property
    def _plan(self) -> str:
        """All encoders take the same windows."""
        return plan_name(self.settings.analysis.windows, WINDOW_SAMPLES / SAMPLE_RATE_HZ)


def inputs_of(library: Library, settings: RebuildSettings) -> Inputs:
    """Read what the next generation would be made from.

    Raises:
        LibraryError: the catalogue is damaged.
        ConfigError: an encoder is unknown or named twice, or there is none that tags, or none that gives music vectors.
    """
    from indexers.catalog.tables import read_tracks

    names = settings.analysis.encoders
    if not names or len(set(names)) < len(names):
        raise ConfigError(f"[analysis] encoders = {list(names)}: name at least one, none twice")
    for name in names:
        if name not in AUDIO_ENCODERS:
            raise ConfigError(f"no encoder {name!r}; there are {', '.join(AUDIO_ENCODERS)}")
    tagging(names)
    if not music_outputs(names):
        raise ConfigError(
            f"none of the encoders {', '.join(names)} gives music vectors; add musicnn_msd or musicnn_mtt"
        )
    return Inputs(read_tracks(library), settings)


def outputs_of(name: str) -> dict[str, int]:
    """Output to dim of an encoder, without loading its weights."""
    if name in CARDS:
        return dict(CARDS[name].outputs)
    from indexers.testing import FakeEncoder

    return dict(FakeEncoder.outputs)
