"""The one place that names concrete classes: models, encoders and arms, made when first needed."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from engine.arms import Arm, Reading
from engine.arms.attending import AttendingArm
from engine.arms.joint import JointArm
from engine.arms.sound import SoundArm
from engine.arms.taggram import TaggramArm
from engine.arms.words import WordsArm
from engine.config import SearchSettings, Settings
from engine.search import Searcher
from indexers.errors import ModelError, StaleIndexError
from indexers.generation import Generation, Joint
from indexers.library import Library
from indexers.schema import Vectors
from rankers.groups import Groups

if TYPE_CHECKING:
    from engine.continuation.service import Playlists
    from engine.evaluation.longform.run import Encoders
    from engine.zeroshot.scorers import Scorer
    from indexers.base import AudioEncoder, JointEncoder, TextEncoder, TrackEncoder
    from indexers.encoders.prompts import Prompts
    from indexers.encoders.taggram import Taggram
    from indexers.models.store import ModelStore
    from indexers.schema import TextReading

REMEMBERED = 64  # texts whose weights are kept
TAGGRAM, TEXT = "taggram", "text"
NORM = ("centre", "scale")  # files of a generation's taggram
PLUS = re.compile(r"\+(?=taggram\b|clap:|collap:|hub:|fake-joint\b)")  # joins encoders; a path may hold other pluses


class Models:
    """The encoders of one model store, each loaded once, when first needed."""

    def __init__(self, folder: Path | None = None) -> None:
        """Take the store's folder; None is the default one."""
        self._folder = folder
        self.text = lru_cache(maxsize=2)(self._load_text)
        self.audio = lru_cache(maxsize=8)(self._load_audio)
        self.joint = lru_cache(maxsize=4)(self._load_joint)

    def store(self) -> "ModelStore":
        """The model store."""
        from indexers.models.store import ModelStore

        return ModelStore(self._folder)

    def _load_text(self, name: str) -> "TextEncoder":
        from indexers.encoders import load_text_encoder

        return load_text_encoder(name, self.store())

    def _load_audio(self, name: str) -> "AudioEncoder":
        from indexers.encoders import load_audio_encoder

        return load_audio_encoder(name, self.store())

    def _load_joint(self, name: str) -> "JointEncoder":
        from indexers.encoders import load_joint_encoder

        return load_joint_encoder(name, self.store())

    def listeners(self, generation: Generation) -> "list[AudioEncoder]":
        """The sound encoders whose outputs a generation's music vectors are made of.

        Raises:
            StaleIndexError: this version of an encoder gives other numbers than those in the generation.
            ModelError: weights are missing.
        """
        from indexers.encoders.music import music_outputs

        built = generation.manifest["encoders"]
        encoders = [self.audio(name) for name in music_outputs(tuple(built))]
        for encoder in encoders:
            _check_same(generation, encoder.name, built[encoder.name], encoder.fingerprint)
        return encoders

    def weigher(self, generation: Generation) -> Reading:
        """What turns texts into weights over a generation's classes; the text encoder is loaded at the first text."""

        @lru_cache(maxsize=1)
        def taggram() -> "Taggram":
            from indexers.encoders.taggram import Taggram

            said = generation.manifest["text"]
            encoder = self.text(said["name"])
            _check_same(generation, said["name"], said["fingerprint"], encoder.fingerprint)
            return Taggram(encoder, generation.class_names, vectors=generation.class_vectors)

        @lru_cache(maxsize=REMEMBERED)
        def weights(text: str) -> Vectors:
            return np.asarray(taggram().weights([text])[0], dtype=np.float32)

        @lru_cache(maxsize=REMEMBERED)
        def tag_weights(tag: "Prompts") -> Vectors:
            return np.asarray(taggram().mean_weights([tag.plain])[0], dtype=np.float32)

        return Reading(weights, tag_weights)

    def reader(self, generation: Generation, joint: Joint) -> Reading:
        """What turns texts into unit vectors of one joint space; its text tower is loaded at the first text."""
        from indexers.encoders.prompts import mean_vectors

        encoder = self._opener(generation, joint)

        @lru_cache(maxsize=REMEMBERED)
        def mean_vector(texts: tuple[str, ...]) -> Vectors:
            with _removable():
                return np.asarray(mean_vectors(encoder().encode, [texts])[0], dtype=np.float32)

        return Reading(lambda text: mean_vector((text,)), lambda tag: mean_vector(tag.texts))

    def long_reader(self, generation: Generation, joint: Joint) -> "Callable[[str], TextReading]":
        """What reads a text sentence by sentence for a joint space that attends; loaded at the first text."""
        encoder = self._opener(generation, joint)

        @lru_cache(maxsize=REMEMBERED)
        def read(text: str) -> "TextReading":
            with _removable():
                return cast("TrackEncoder", encoder()).read(text)

        return read

    def longform(self, name: str) -> "Encoders":
        """What `segue train collap` made, and the towers it was learnt over.

        Raises:
            ConfigError: the name is not `collap:` and an absolute path.
            ModelError: nothing was made there, or weights are missing.
        """
        from engine.evaluation.longform.arms import Remembering
        from engine.evaluation.longform.run import Encoders
        from indexers.encoders import towers_below
        from indexers.encoders.collap.encoder import CollapEncoder
        from indexers.encoders.collap.storage import folder_of
        from indexers.encoders.shipped import in_full

        _, below = towers_below(name)
        base = Remembering(self.joint(below))
        return Encoders(CollapEncoder(name, folder_of(in_full(name)), base), base, self.store())

    def _opener(self, generation: Generation, joint: Joint) -> "Callable[[], JointEncoder]":
        @lru_cache(maxsize=1)
        def encoder() -> "JointEncoder":
            found = self.joint(joint.encoder)
            _check_same(generation, joint.encoder, joint.fingerprint, found.fingerprint)
            return found

        return encoder


@contextmanager
def _removable() -> Iterator[None]:
    """Say how to do without towers that cannot be used."""
    try:
        yield
    except ModelError as error:
        raise ModelError(f"{error}; or take it out of [analysis] joint in segue.toml and rebuild") from error


def searcher(generation: Generation, settings: SearchSettings, models: Models) -> Searcher:
    """Put the arms of one generation together."""
    arms: Sequence[Arm] = (
        TaggramArm(generation, models.weigher(generation)),
        WordsArm(generation),
        SoundArm(generation, settings.unlike_weight),
        *(_joint_arm(generation, joint, models) for joint in generation.joints),
    )
    return Searcher(generation, arms, settings)


def _joint_arm(generation: Generation, joint: Joint, models: Models) -> JointArm:
    if joint.attends:
        return AttendingArm(generation, joint, models.reader(generation, joint), models.long_reader(generation, joint))
    return JointArm(generation, joint, models.reader(generation, joint))


def zero_shot(name: str, models: Models, library: Path | None = None) -> "Scorer":
    """Put together what scores sounds by labels.

    Args:
        name: "taggram", a joint encoder's name, or several of these joined by "+".
        models: The encoders.
        library: By whose tracks the taggram tells what is usual; None is the built-in reference.

    Raises:
        ConfigError: there is no such encoder.
        ModelError: weights are missing.
        LibraryError: the library is none, or holds nothing yet.
    """
    from engine.zeroshot.scorers import BlendScorer, JointScorer

    def one(part: str) -> "Scorer":
        return _taggram_scorer(models, library) if part == TAGGRAM else JointScorer(models.joint(part))

    parts = PLUS.split(name)
    return one(name) if len(parts) == 1 else BlendScorer([one(part) for part in parts])


def _taggram_scorer(models: Models, library: Path | None) -> "Scorer":
    from engine.zeroshot.scorers import TaggramScorer
    from indexers.encoders.taggram import TAG_ENCODERS, Taggram, TagNorm, class_names, class_texts, fit_norm, tagging

    if library is None:
        text = models.text(TEXT)
        vectors = text.encode(class_texts(TAG_ENCODERS))
        return TaggramScorer(
            Taggram(text, class_names(TAG_ENCODERS), vectors=vectors), fit_norm([], TAG_ENCODERS), TAG_ENCODERS
        )
    generation = Generation.open(Library.open(library))
    said, norm = generation.manifest, [np.load(generation.folder / TAGGRAM / f"{part}.npy") for part in NORM]
    taggram = Taggram(models.text(said["text"]["name"]), generation.class_names, vectors=generation.class_vectors)
    return TaggramScorer(taggram, TagNorm(*norm), tagging(tuple(said["encoders"])))


def playlists(generation: Generation, library: Library, settings: Settings, models: Models) -> "Playlists":
    """Put together what reads and continues playlists with the tracks of one generation."""
    from engine.continuation.candidates import Candidates
    from engine.continuation.continuer import Continuer
    from engine.continuation.learnt import Learnt
    from engine.continuation.model import load_model, model_folder
    from engine.continuation.reading import Reader
    from engine.continuation.seeds import Finder
    from engine.continuation.service import Playlists
    from indexers.catalog.tables import read_playlists

    folder = model_folder(library)
    model = load_model(folder, models.text("text")) if folder.exists() else None
    finder = Finder(generation.tracks, model.vocabulary if model is not None else None, settings.scan.match_threshold)
    learnt = None if model is None else Learnt(model, finder, tuple(generation.tracks["track_id"].to_list()))
    reader = Reader(generation, read_playlists(library), finder)
    groups = Groups(generation.tracks["group"].to_numpy().astype(np.int64))
    candidates = Candidates(generation, models.weigher(generation).text, settings.continuation, learnt)
    return Playlists(generation, reader, Continuer(generation, groups, candidates, reader, settings.continuation))


def _check_same(generation: Generation, name: str, built: str, loaded: str) -> None:
    if built != loaded:
        raise StaleIndexError(
            f"generation {generation.number} was built by encoder {name} {built[:12]}, this is {loaded[:12]}: "
            "run `segue rebuild` for one that answers, or ask another generation"
        )
