import re

import pytest

from indexers.errors import ConfigError
from indexers.models.cards import CARDS, WheelSource, card_of, tag_names


def test_every_card_is_filled_in() -> None:
    for name, card in CARDS.items():
        assert card.name == name
        assert isinstance(card.source, WheelSource)
        assert re.fullmatch(r"[0-9a-f]{64}", card.source.sha256)
        assert card.licence
        assert card.gives
        assert card.files
        assert card.outputs
        assert (card.sample_rate_hz > 0) == (card.window_samples > 0) == (name != "text")


@pytest.mark.parametrize("name", [name for name, card in CARDS.items() if "tags" in card.outputs])
def test_tag_names_fit_the_output(name: str) -> None:
    names = tag_names(name)
    assert len(names) == len(set(names)) == CARDS[name].outputs["tags"]


def test_tag_names_are_in_the_order_of_the_output() -> None:
    assert tag_names("musicnn_msd")[:2] == ("rock", "pop")
    assert tag_names("musicnn_mtt")[-2:] == ("female voice", "choral")
    assert (tag_names("yamnet")[0], tag_names("yamnet")[132]) == ("Speech", "Music")


def test_unknown_names_are_answered_with_those_there_are() -> None:
    with pytest.raises(ConfigError, match="no model 'vggish'; there are musicnn_msd"):
        card_of("vggish")
    with pytest.raises(ConfigError, match="gives no tags"):
        tag_names("text")
