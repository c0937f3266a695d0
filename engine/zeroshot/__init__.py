"""Telling by which of some labels a sound goes, with nothing learnt about these labels.

Labels become prompts, files are heard as a library hears its tracks, and each clip is scored by each label.
"""

from engine.zeroshot.answer import Classification, LabelScore
from engine.zeroshot.classify import Asked, Classifier, classify

__all__ = ["Asked", "Classification", "Classifier", "LabelScore", "classify"]
