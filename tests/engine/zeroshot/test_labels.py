"""Labels read, tidied up and refused."""

import pytest

from engine.zeroshot.labels import check_labels, notes_on, read_labels, split_labels
from indexers.encoders.prompts import Way, built_in, prompts_of
from indexers.errors import QueryError


def test_labels_are_tidied_up():
    labels, notes = check_labels([" Dog ", "", "rain", "dog", "RAIN", "grand  piano"])
    assert labels == ("Dog", "rain", "grand piano")
    assert notes == ("2 of the labels came before and count once.",)
    assert check_labels(["dog", "rain"]) == (("dog", "rain"), ())


@pytest.mark.parametrize(
    ("labels", "told"),
    [((), "no labels: give at least 2"), ((" ", ""), "no labels"), (("dog", "Dog "), "a single label, 'dog'")],
)
def test_fewer_than_two_are_refused(labels, told):
    with pytest.raises(QueryError, match=told):
        check_labels(labels)


def test_labels_are_read_from_lines_and_from_json(tmp_path):
    lines, listed = tmp_path / "labels.txt", tmp_path / "labels.json"
    lines.write_text("dog\nrain, light\n")
    listed.write_text('["dog", "rain"]')
    assert read_labels(lines) == ("dog", "rain, light")
    assert read_labels(listed) == ("dog", "rain")
    assert check_labels(split_labels("dog, rain,"))[0] == ("dog", "rain")


@pytest.mark.parametrize("text", ["{", '{"dog": 1}', "[1, 2]"])
def test_a_bad_list_is_one_line(tmp_path, text):
    path = tmp_path / "labels.json"
    path.write_text(text)
    with pytest.raises(QueryError, match=r"labels\.json"):
        read_labels(path)
    with pytest.raises(QueryError, match="cannot be read"):
        read_labels(tmp_path / "none.txt")


def test_notes_tell_what_is_odd():
    prompts = [prompts_of(label, Way.DESCRIBED, built_in()) for label in ("dog", "xyzzy", "собака")]
    first, second = notes_on(prompts)
    assert first == "Nobody described 'xyzzy', 'собака': its plain name is asked for in several templates."
    assert "'собака' looks like Russian" in second
    assert notes_on(prompts[:1]) == ()
    assert notes_on([prompts_of("xyzzy", Way.NAME, built_in())]) == ()
