"""The settings of a library: segue.toml's sections, each from its own room, checked once."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt

from indexers.errors import ConfigError
from indexers.settings import (
    AnalysisSettings,
    ClusterSettings,
    IndexSettings,
    QdrantSettings,
    ScanSettings,
    Section,
    parse,
    read_toml,
)


class SearchSettings(Section):
    """How a query is answered."""

    k: PositiveInt = Field(default=20, le=1_000)  # results shown
    overfetch: PositiveInt = 5  # candidates fetched per result shown
    rrf_k: PositiveInt = 60  # the constant of reciprocal rank fusion; stored with every answer
    taggram_weight: PositiveFloat = 1.0
    words_weight: PositiveFloat = 1.5  # a hit votes with the square of what it covers: a whole title comes first
    sound_weight: PositiveFloat = 1.0
    joint_weight: PositiveFloat = 1.0  # of the arm of each joint space
    attention: bool = True  # whether joint spaces that read sentences hold them against the clips of the first tracks
    attention_depth: PositiveInt = Field(default=200, le=10_000)  # those tracks
    unsure_weight: float = Field(default=0.25, gt=0.0, le=1.0)  # times an arm's weight where it is unsure
    relevance: float = Field(default=0.98, ge=0.0, le=1.0)  # MMR's lambda: 1 ignores variety
    artist_cap: PositiveInt = 3  # tracks of one artist before others get their turn
    unlike_weight: NonNegativeFloat = 0.5  # Rocchio's beta
    log: bool = False  # whether answered searches are written down, in queries.jsonl

    def weight(self, arm: str) -> float:
        """The weight of one arm in fusion; arms of joint spaces bear the names of their encoders."""
        own = f"{arm}_weight"
        return float(getattr(self, own if own in SearchSettings.model_fields else "joint_weight"))


class ContinuationSettings(Section):
    """How a playlist is continued."""

    k: PositiveInt = Field(default=50, le=1_000)  # tracks given
    last_seeds: PositiveInt = 500  # seeds that count in a long playlist: its last
    learnt_weight: NonNegativeFloat = 1.0  # times what each learnt arm weighs
    sound_weight: NonNegativeFloat = 1.0
    taggram_weight: NonNegativeFloat = 0.5
    words_weight: NonNegativeFloat = 0.5
    relevance: float = Field(default=0.98, ge=0.0, le=1.0)  # MMR's lambda: 1 ignores variety
    artist_cap: PositiveInt = 3  # tracks of one artist before others get their turn
    unlike_weight: NonNegativeFloat = 0.5  # Rocchio's beta

    def weight(self, arm: str) -> float:
        """The weight of one of the engine's own arms."""
        return float(getattr(self, f"{arm}_weight"))


@dataclass(frozen=True, slots=True)
class Settings:
    """Every section of segue.toml; a missing one has its defaults."""

    scan: ScanSettings = field(default_factory=ScanSettings)
    analysis: AnalysisSettings = field(default_factory=AnalysisSettings)
    index: IndexSettings = field(default_factory=IndexSettings)
    cluster: ClusterSettings = field(default_factory=ClusterSettings)
    qdrant: QdrantSettings = field(default_factory=QdrantSettings)
    search: SearchSettings = field(default_factory=SearchSettings)
    continuation: ContinuationSettings = field(default_factory=ContinuationSettings)

    @classmethod
    def load(cls, path: Path) -> "Settings":
        """Read and check segue.toml; a missing file gives the defaults.

        Raises:
            ConfigError: no TOML, an unknown table or key, or a value out of range.
            LibraryError: a newer version of Segue wrote it.
        """
        tables = read_toml(path)
        known = ("scan", "analysis", "index", "cluster", "qdrant", "search", "continuation")
        unknown = sorted(set(tables) - set(known))
        if unknown:
            raise ConfigError(f"{path}: unknown setting {unknown[0]!r}; there are [{'], ['.join(known)}]")
        return cls(
            scan=parse(ScanSettings, "scan", tables.get("scan", {})),
            analysis=parse(AnalysisSettings, "analysis", tables.get("analysis", {})),
            index=parse(IndexSettings, "index", tables.get("index", {})),
            cluster=parse(ClusterSettings, "cluster", tables.get("cluster", {})),
            qdrant=parse(QdrantSettings, "qdrant", tables.get("qdrant", {})),
            search=parse(SearchSettings, "search", tables.get("search", {})),
            continuation=parse(ContinuationSettings, "continuation", tables.get("continuation", {})),
        )

    def as_json(self) -> dict[str, Any]:
        """The resolved settings, section by section."""
        return {name: getattr(self, name).model_dump(mode="json") for name in self.__slots__}
