"""A query's tags as prompts, and what is to be told of them."""

from collections.abc import Sequence

from engine.zeroshot.labels import notes_on
from indexers.encoders.prompts import Prompts, Way, built_in, prompts_of


def prompts_of_tags(tags: Sequence[str]) -> tuple[Prompts, ...]:
    """What stands for each tag, in their order; a tag that comes twice counts once."""
    distinct = dict.fromkeys(" ".join(tag.split()) for tag in tags)
    return tuple(prompts_of(tag, Way.DESCRIBED, built_in()) for tag in distinct)


def tag_notes(tags: Sequence[str]) -> tuple[str, ...]:
    """Say which tags nobody described, and which are plainly not English."""
    return notes_on(prompts_of_tags(tags))
