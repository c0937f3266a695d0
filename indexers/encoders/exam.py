"""What encoders are examined with: sentences that have nothing in common, pairs that say the same, synthetic sounds."""

import numpy as np

from indexers.schema import Waveforms

PARAPHRASES = (
    ("a slow piano piece", "calm music played on the piano"),
    ("heavy metal with distorted guitars", "loud distorted electric guitar, metal"),
    ("a woman sings a ballad", "female vocals, slow love song"),
    ("rain on a tin roof", "raindrops falling on metal"),
    ("a dog barks twice", "barking dog"),
    ("fast techno with a hard beat", "quick electronic dance rhythm"),
    ("a church choir sings", "choral singing in a cathedral"),
    ("an orchestra plays a symphony", "symphonic music by a full orchestra"),
    ("a man tells a story", "male voice narrating a tale"),
    ("waves break on the shore", "surf rolling onto a beach"),
)

SENTENCES = (
    *(pair[0] for pair in PARAPHRASES),
    "jazz trumpet in a smoky bar",
    "reggae with a deep bass",
    "a crying baby",
    "fiddle tune for a village dance",
    "children laugh in a playground",
    "an old steam engine",
    "the helicopter lands",
    "banjo and mandolin",
    "harpsichord sonata",
    "applause after a concert",
    "rap about the city",
    "whales under the ice",
    "the clock strikes noon",
    "glass breaks",
    "thunder far away",
    "a lullaby",
    "marching band in the street",
    "organ in an empty church",
    "birds at dawn",
    "footsteps on gravel",
    "typing on a keyboard",
    "how do I renew a passport",
    "the stock market fell on Tuesday",
    "recipe for lentil soup",
    "photosynthesis turns light into sugar",
    "the treaty was signed in 1648",
    "prime numbers below one hundred",
    "my bicycle has a flat tyre",
    "rules of chess for beginners",
    "the moon of Jupiter",
    "a contract for renting a flat",
    "wash the red jumper separately",
    "the goalkeeper saved the penalty",
    "vaccines for travellers",
    "a map of the underground",
    "the bread needs more salt",
    "election results by district",
    "how tall is the tower",
    "feeding a tortoise in winter",
    "the printer is out of ink",
    "a sermon on patience",
    "crossing the desert by camel",
    "the diamond is flawless",
    "learn Portuguese in a month",
    "an invoice for last week",
    "growing tomatoes on a balcony",
    "the plane was late",
    "a portrait in oil",
    "grammar of the subjunctive",
    "the river floods every spring",
)

N_SOUNDS = 6


def sounds(sample_rate_hz: int, n_samples: int) -> Waveforms:
    """Make sounds, [N_SOUNDS, n_samples]: silence first, then a low and a high tone, noise, clicks, a rising sweep."""
    at_s = np.arange(n_samples) / sample_rate_hz
    length_s = n_samples / sample_rate_hz
    noise = np.random.default_rng(5).normal(0, 0.2, n_samples)
    clicks = np.where(np.arange(n_samples) % (sample_rate_hz // 4) < 40, 0.9, 0.0)
    sweep = 0.5 * np.sin(2 * np.pi * (100 * at_s + (6000 - 100) / (2 * length_s) * at_s**2))
    tones = [0.5 * np.sin(2 * np.pi * hz * at_s) for hz in (110, 3520)]
    made = np.stack([np.zeros(n_samples), *tones, np.clip(noise, -1, 1), clicks, sweep])
    return made.astype(np.float32)
