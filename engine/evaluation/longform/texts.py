"""What is asked about held-out tracks: captions, the same without clocks, summaries, and texts of one section."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indexers.encoders.collap.texts.sections import sections_told, untimed
from indexers.encoders.collap.texts.sentences import split_sentences
from indexers.encoders.collap.training.stories import spans_of
from indexers.pairs.manifest import Pair
from indexers.schema import Rows

KINDS = ("captions", "captions without clocks", "summaries", "single sections")


@dataclass(frozen=True, slots=True)
class Asked:
    """Texts of one kind; text t is about track `own[t]`, and `spans_s[t]` of it where that is known."""

    kind: str
    texts: tuple[str, ...]
    own: Rows
    spans_s: tuple[tuple[float, float] | None, ...]


def asked_about(pairs: Sequence[Pair]) -> list[Asked]:
    """All kinds of texts that there are about some tracks, those of `KINDS` in their order."""
    found: dict[str, list[tuple[str, int, tuple[float, float] | None]]] = {kind: [] for kind in KINDS}
    for row, pair in enumerate(pairs):
        sentences = split_sentences(pair.text)
        bare = " ".join(_sentence(said) for said in map(untimed, sentences) if said)
        spans = [(start_s, end_s) for start_s, end_s in spans_of(pair).tolist()]
        found[KINDS[0]].append((pair.text, row, None))
        found[KINDS[1]].append((bare or pair.text, row, None))
        found[KINDS[2]] += [(text, row, None) for text in pair.rewrites]
        for span_s, own in zip(spans, sections_told(sentences, spans).T, strict=True):
            told = [untimed(sentence) for sentence, is_own in zip(sentences, own, strict=True) if is_own]
            text = " ".join(_sentence(said) for said in told if said)
            found[KINDS[3]] += [(text, row, span_s)] if text else []
    return [_asked(kind, rows) for kind, rows in found.items() if rows]


def _sentence(said: str) -> str:
    """What is left of a sentence as one again."""
    ended = said if said[-1] in ".!?" else f"{said}."
    return ended[0].upper() + ended[1:]


def _asked(kind: str, rows: Sequence[tuple[str, int, tuple[float, float] | None]]) -> Asked:
    texts, own, spans_s = zip(*rows, strict=True)
    return Asked(kind, texts, np.array(own, dtype=np.int64), spans_s)
