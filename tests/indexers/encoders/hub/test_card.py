from pathlib import Path

import pytest

from indexers.encoders.hub.card import ENGLISH, TEXT_ALONE, UNKNOWN, Card, read_card
from indexers.errors import ModelError


def test_a_checkpoint_that_says_nothing_has_the_stated_defaults(tmp_path: Path) -> None:
    card = read_card(tmp_path, {})
    assert (card.licence, card.languages, card.prompts) == (UNKNOWN, ENGLISH, TEXT_ALONE)


def test_the_front_matter_tells_licence_languages_and_prompts(tmp_path: Path) -> None:
    front = "license: apache-2.0\nlanguage:\n- EN\n- de\nprompts:\n- This is a sound of {}.\n"
    (tmp_path / "README.md").write_text(f"---\n{front}---\n# A model\nlicense: other\n")
    card = read_card(tmp_path, {})
    assert (card.licence, card.languages, card.prompts) == ("apache-2.0", ("en", "de"), ("This is a sound of {}.",))
    assert read_card(tmp_path, {"prompts": ["{} music"]}).prompts == ("{} music",)


@pytest.mark.parametrize("front", [": [", "- a list", "language: 3", "", "a: b\n---\nlicense: mit"])
def test_a_card_that_cannot_be_read_is_none(tmp_path: Path, front: str) -> None:
    (tmp_path / "README.md").write_text(f"---\n{front}\n---\n")
    assert read_card(tmp_path, {}) == Card()
    (tmp_path / "README.md").write_text("no front matter")
    assert read_card(tmp_path, {}) == Card()


@pytest.mark.parametrize("prompts", [[], ["no place"], ["{} and {}"], [3], {"query": "x"}])
def test_prompts_that_are_no_templates_are_refused(tmp_path: Path, prompts: object) -> None:
    with pytest.raises(ModelError, match=r"are no templates; write each with one \{\} for the text"):
        read_card(tmp_path, {"prompts": prompts})
