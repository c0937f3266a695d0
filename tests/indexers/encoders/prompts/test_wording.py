"""Labels as prompts, and prompts as one row."""

import numpy as np
import pytest

from indexers.encoders.prompts import (
    PROMPTS,
    Table,
    Way,
    built_in,
    mean_vectors,
    prompts_of,
    way_called,
)
from indexers.errors import ConfigError
from indexers.testing import FakeTextEncoder


def test_a_name_and_a_template_are_one_prompt():
    assert prompts_of("dog", Way.NAME, built_in()).texts == ("dog",)
    assert prompts_of("dog", Way.TEMPLATE, built_in()).texts == ("the sound of dog",)


@pytest.mark.parametrize("label", ["dog", "bossa nova", "violin", "happy"])
def test_a_described_label_is_fifty_distinct_prompts(label):
    prompts = prompts_of(label, Way.DESCRIBED, built_in())
    assert len(set(prompts.texts)) == len(prompts.texts) == PROMPTS
    assert prompts.described
    told = built_in().find(label).texts
    assert prompts.plain == (label, *told)
    for text in told:
        assert sum(text in prompt for prompt in prompts.texts) >= 10


def test_scenes_differ_by_kind():
    first, second = (prompts_of(label, Way.DESCRIBED, built_in()).texts for label in ("dog", "bossa nova"))
    assert "dog outdoors" in first
    assert "a song: bossa nova music" in second
    assert not any("outdoors" in text for text in second)


def test_many_descriptions_are_no_more_prompts():
    table = Table().instead({"hum": tuple(f"hum number {row}" for row in range(40))})
    prompts = prompts_of("hum", Way.DESCRIBED, table)
    assert len(prompts.texts) == PROMPTS
    assert {f"hum number {row}" for row in range(40)} <= set(prompts.texts)


def test_an_undescribed_label_stands_by_its_name_in_scenes():
    prompts = prompts_of("xyzzy", Way.DESCRIBED, built_in())
    assert not prompts.described
    assert prompts.plain == ("xyzzy",)
    assert len(prompts.texts) > 5
    assert all("xyzzy" in text for text in prompts.texts)


def test_an_unknown_way_is_one_line():
    assert way_called("template") is Way.TEMPLATE
    with pytest.raises(ConfigError, match="no prompts 'poem'; there are name, template, described"):
        way_called("poem")


def test_each_text_is_encoded_once():
    asked = []

    def encode(texts):
        asked.extend(texts)
        return FakeTextEncoder().encode(texts)

    assert mean_vectors(encode, [("a", "b"), ("b",)]).shape == (2, 64)
    assert asked == ["a", "b"]


def test_mean_vectors_are_unit_and_between_their_texts():
    encode = FakeTextEncoder().encode
    vector = mean_vectors(encode, [("dog barking", "rain falling")])[0]
    assert np.linalg.norm(vector) == pytest.approx(1)
    one, other = encode(["dog barking", "rain falling"])
    assert vector @ one == pytest.approx(vector @ other)
    assert vector @ one > 0.7
