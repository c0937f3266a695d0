"""Sound and text become vectors here.

Each encoder is found by name in one of three registries; loading one is the only thing that imports its library. The
sound encoders of the registry take the same windows, 48,128 samples at 16 kHz (3.008 s). A public checkpoint is named
`hub:<id or path>` instead and takes windows of its own, towers that `segue train clap` made `clap:<folder>`, and what
`segue train collap` made over these `collap:<folder>`; `clap` and `collap` alone are the ones this project trained and
ships. A track is opened once for all.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from indexers.base import AudioEncoder, JointEncoder, TextEncoder
from indexers.encoders.clap import CLAP
from indexers.encoders.collap import COLLAP
from indexers.encoders.hub import Kind, is_hub, open_checkpoint
from indexers.encoders.shipped import SHIPPED, in_full
from indexers.errors import ConfigError
from indexers.models.cards import CARDS
from indexers.models.store import ModelStore

# grows when an encoder's own code would give other numbers for the same sound or text
REVISIONS = {"musicnn_msd": 1, "musicnn_mtt": 1, "yamnet": 2, "text": 1}


@dataclass(frozen=True, slots=True)
class AudioCard:
    """What a sound encoder takes and gives, told without its weights; see `AudioEncoder`."""

    sample_rate_hz: int
    window_samples: int
    outputs: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class JointEntry:
    """A joint encoder of the registry: what its clip vectors are made of (see `JointEncoder.hears`), and its loader."""

    hears: Mapping[str, tuple[str, ...]]
    load: Callable[[ModelStore], JointEncoder]


def fingerprint_of(name: str) -> str:
    """Tell what an encoder's numbers depend on, in hex; loads nothing, and needs no weights but those of a `hub:`.

    Raises:
        ConfigError: there is no such encoder.
        ModelError: a checkpoint is not here, or is none that Segue takes.
    """
    if is_hub(name):
        return open_checkpoint(name).fingerprint
    name = in_full(name)
    if name.startswith(CLAP):
        from indexers.encoders.clap.storage import read_fingerprint

        return f"{read_fingerprint(_towers_folder(name))}-{fingerprint_of('text')}"
    if name.startswith(COLLAP):
        fingerprint, base = towers_below(name)
        return f"{fingerprint}-{fingerprint_of(base)}"
    if name in REVISIONS:
        card = CARDS[name]
        told = f"{name} {card.source_digest} {card.revision} {REVISIONS[name]}"
        return hashlib.sha256(told.encode()).hexdigest()
    if name in _FAKES:
        return _FAKES[name]().fingerprint
    raise _unknown(name, (*AUDIO_ENCODERS, *TEXT_ENCODERS, *JOINT_ENCODERS, *SHIPPED))


def audio_card(name: str) -> AudioCard:
    """Tell what a sound encoder takes and gives; loads nothing.

    Raises:
        ConfigError: there is no such encoder.
        ModelError: a checkpoint is not here, or is no CLAP.
    """
    if is_hub(name):
        from indexers.encoders.hub.clap_audio import OUTPUT, hearing_of

        hearing = hearing_of(open_checkpoint(name, Kind.CLAP))
        return AudioCard(hearing.sample_rate_hz, hearing.window_samples, {OUTPUT: hearing.dim})
    if name not in AUDIO_ENCODERS:
        raise _unknown(name, AUDIO_ENCODERS)
    card = CARDS[name] if name in CARDS else _fake()
    return AudioCard(card.sample_rate_hz, card.window_samples, dict(card.outputs))


def joint_hears(name: str) -> Mapping[str, tuple[str, ...]]:
    """Tell which outputs of which sound encoders a joint space is made of; loads nothing.

    Raises:
        ConfigError: there is no such joint encoder.
        ModelError: a checkpoint is not here, or is no CLAP.
    """
    if is_hub(name):
        return _hub_joint(name).hears
    name = in_full(name)
    if name.startswith(CLAP):
        from indexers.encoders.clap.sounds.frames import HEARS

        _towers_folder(name)
        return HEARS
    if name.startswith(COLLAP):
        return joint_hears(towers_below(name)[1])
    if name not in JOINT_ENCODERS:
        raise _unknown(name, (*JOINT_ENCODERS, *SHIPPED))
    return JOINT_ENCODERS[name].hears


def usual_joint(encoders: Collection[str]) -> tuple[str, ...]:
    """The joint encoders that are shipped and made of what some sound encoders hear anyway."""
    return tuple(name for name in SHIPPED if set(joint_hears(name)) <= set(encoders))


def load_audio_encoder(name: str, store: ModelStore, *, device: str = "cpu") -> AudioEncoder:
    """Load a sound encoder.

    Args:
        name: A key of `AUDIO_ENCODERS`, or `hub:` and a CLAP checkpoint.
        store: Where its weights were pulled to.
        device: "cpu", "cuda" or "auto"; encoders that have no GPU path run on the CPU.

    Raises:
        ConfigError: there is no such encoder or device.
        ModelError: its weights are missing or damaged.
    """
    if is_hub(name):
        from indexers.encoders.hub.clap_audio import ClapAudioEncoder

        return ClapAudioEncoder(open_checkpoint(name, Kind.CLAP), device=device)
    if name not in AUDIO_ENCODERS:
        raise _unknown(name, AUDIO_ENCODERS)
    return AUDIO_ENCODERS[name](store, device)


def load_text_encoder(name: str, store: ModelStore) -> TextEncoder:
    """Load a text encoder.

    Args:
        name: A key of `TEXT_ENCODERS`, or `hub:` and a sentence-transformers checkpoint.
        store: Where its weights were pulled to.

    Raises:
        ConfigError: there is no such encoder.
        ModelError: its weights are missing or damaged.
    """
    if is_hub(name):
        from indexers.encoders.hub.sentences import HubSentenceEncoder

        return HubSentenceEncoder(open_checkpoint(name, Kind.SENTENCES))
    if name not in TEXT_ENCODERS:
        raise _unknown(name, TEXT_ENCODERS)
    return TEXT_ENCODERS[name](store)


def load_joint_encoder(name: str, store: ModelStore) -> JointEncoder:
    """Open a joint encoder; it loads its towers when it is first asked.

    Args:
        name: "clap" or "collap", which are shipped, a key of `JOINT_ENCODERS`, `hub:` and a CLAP checkpoint, `clap:`
            and a folder of trained towers, or `collap:` and a folder of what was learnt over such towers.
        store: Where its weights were pulled to.

    Raises:
        ConfigError: there is no such encoder.
        ModelError: its weights are missing or damaged.
    """
    if is_hub(name):
        return _hub_joint(name)
    whole = in_full(name)
    if whole.startswith(CLAP):
        from indexers.encoders.clap.encoder import ClapEncoder

        return ClapEncoder(name, _towers_folder(whole), load_text_encoder("text", store))
    if whole.startswith(COLLAP):
        from indexers.encoders.collap.encoder import CollapEncoder
        from indexers.encoders.collap.storage import folder_of

        return CollapEncoder(name, folder_of(whole), load_joint_encoder(towers_below(whole)[1], store))
    if name not in JOINT_ENCODERS:
        raise _unknown(name, (*JOINT_ENCODERS, *SHIPPED))
    return JOINT_ENCODERS[name].load(store)


def towers_below(name: str) -> tuple[str, str]:
    """The fingerprint of what `segue train collap` made, and the name of the joint encoder it was learnt over.

    Raises:
        ConfigError: the name is not `collap:` and an absolute path.
        ModelError: nothing was made there, or the card is damaged.
    """
    from indexers.encoders.collap.storage import folder_of, read_base

    folder = folder_of(in_full(name))
    fingerprint, base = read_base(folder)
    return fingerprint, base.named_from(folder)


def _unknown(name: str, known: Iterable[str]) -> ConfigError:
    return ConfigError(f"no encoder {name!r}; there are {', '.join(known)}")


def _musicnn(name: str) -> Callable[[ModelStore, str], AudioEncoder]:
    def load(store: ModelStore, device: str) -> AudioEncoder:
        from indexers.encoders.musicnn import MusicnnEncoder

        return MusicnnEncoder(name, store.path(name), fingerprint_of(name), device=device)

    return load


def _yamnet(store: ModelStore, _: str) -> AudioEncoder:
    from indexers.encoders.yamnet import YamnetEncoder

    return YamnetEncoder(store.path("yamnet"), fingerprint_of("yamnet"))


def _text(store: ModelStore) -> TextEncoder:
    from indexers.encoders.text import SentenceEncoder

    return SentenceEncoder(store.path("text"), fingerprint_of("text"))


def _towers_folder(name: str) -> Path:
    folder = Path(name.removeprefix(CLAP)).expanduser()
    if not folder.is_absolute():
        raise ConfigError(f"encoder {name!r} is no absolute path: write {CLAP}/the/folder that `segue train clap` made")
    return folder


def _hub_joint(name: str) -> JointEncoder:
    from indexers.encoders.hub.joint import HubJoint

    return HubJoint(open_checkpoint(name, Kind.CLAP))


def _fake(*_: object) -> AudioEncoder:
    from indexers.testing import FakeEncoder

    return FakeEncoder()


def _fake_text(*_: object) -> TextEncoder:
    from indexers.testing import FakeTextEncoder

    return FakeTextEncoder()


def _fake_joint(*_: object) -> JointEncoder:
    from indexers.testing import FakeJointEncoder

    return FakeJointEncoder()


def _fake_track(*_: object) -> JointEncoder:
    from indexers.encoders.testing import FakeTrackEncoder

    return FakeTrackEncoder()


AUDIO_ENCODERS: dict[str, Callable[[ModelStore, str], AudioEncoder]] = {
    "musicnn_msd": _musicnn("musicnn_msd"),
    "musicnn_mtt": _musicnn("musicnn_mtt"),
    "yamnet": _yamnet,
    "fake": _fake,
}

TEXT_ENCODERS: dict[str, Callable[[ModelStore], TextEncoder]] = {"text": _text, "fake-text": _fake_text}

JOINT_ENCODERS: dict[str, JointEntry] = {
    "fake-joint": JointEntry({"fake": ("embedding",)}, _fake_joint),
    "fake-track": JointEntry({"fake": ("embedding",)}, _fake_track),
}

_FAKES: dict[str, Callable[[], AudioEncoder | TextEncoder]] = {
    "fake": _fake,
    "fake-text": _fake_text,
    "fake-joint": _fake_joint,
    "fake-track": _fake_track,
}
