"""Captions and sounds found by each other: how often the right one comes first."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.zeroshot.hearing import HeardFile
from engine.zeroshot.scorers import Scorer
from indexers.encoders.prompts import Prompts
from indexers.errors import InputError
from indexers.schema import Rows, Vectors


@dataclass(frozen=True, slots=True)
class FirstPlaces:
    """The share of right first places each way, in [0, 1], and what guessing would give."""

    text_to_audio: float  # of captions whose own sound scores highest
    audio_to_text: float  # of sounds for which one of their own captions scores highest
    chance_text_to_audio: float
    chance_audio_to_text: float


def captions_found(scorer: Scorer, heard: Sequence[HeardFile], captions: Sequence[Sequence[str]]) -> FirstPlaces:
    """Ask for each sound by its captions, and for each caption by its sound.

    Args:
        scorer: Which scores sounds by texts.
        heard: The sounds, at least one.
        captions: The captions of each sound, at least one each.

    Raises:
        InputError: there is no sound, or one has no caption.
    """
    if not heard or len(heard) != len(captions) or not all(captions):
        raise InputError(f"{len(heard)} sounds with {len(captions)} lists of captions: give each sound one or more")
    texts = [Prompts(text, (text,), (text,)) for of_sound in captions for text in of_sound]
    owners = np.repeat(np.arange(len(captions)), [len(of_sound) for of_sound in captions])
    scores = np.stack([scorer.file(texts, one.outputs) for one in heard])
    return first_places(scores, owners.astype(np.int64))


def first_places(scores: Vectors, owners: Rows) -> FirstPlaces:
    """Recall at one both ways.

    Args:
        scores: [n_sounds, n_captions]; of equal scores the first counts.
        owners: [n_captions], the row of each caption's sound.
    """
    n_sounds, n_captions = scores.shape
    return FirstPlaces(
        text_to_audio=float((scores.argmax(axis=0) == owners).mean()),
        audio_to_text=float((owners[scores.argmax(axis=1)] == np.arange(n_sounds)).mean()),
        chance_text_to_audio=1 / n_sounds,
        chance_audio_to_text=float(np.bincount(owners, minlength=n_sounds).mean() / n_captions),
    )
