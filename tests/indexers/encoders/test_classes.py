import json
from importlib.resources import files

import pytest

from indexers.encoders.classes import TAG_ENCODERS, class_names, class_texts, tagging
from indexers.errors import ConfigError
from indexers.models.cards import tag_names


def test_classes_stand_in_one_order_whatever_the_order_of_encoders() -> None:
    names = class_names(("yamnet", "text", "musicnn_mtt", "musicnn_msd"))
    assert names == (*tag_names("musicnn_msd"), *tag_names("musicnn_mtt"), *tag_names("yamnet"))
    assert len(names) == 621
    assert tagging(("yamnet", "musicnn_msd")) == ("musicnn_msd", "yamnet")


def test_a_class_has_a_text_of_its_own_or_its_name() -> None:
    names, texts = class_names(TAG_ENCODERS), class_texts(TAG_ENCODERS)
    text_of = dict(zip(names, texts, strict=True))
    assert text_of["no vocals"] == "instrumental music"
    assert text_of["Harpsichord"] == "harpsichord"
    assert len(texts) == len(names)


def test_every_better_text_belongs_to_a_class() -> None:
    better = json.loads((files("indexers.encoders") / "class_texts.json").read_text(encoding="utf-8"))
    assert set(better) <= set(TAG_ENCODERS)
    for encoder, texts in better.items():
        assert set(texts) <= set(tag_names(encoder))


def test_encoders_without_tags_are_refused() -> None:
    with pytest.raises(ConfigError, match="none of the encoders text gives tags; add one of musicnn_msd"):
        class_names(("text",))
