"""Descriptions found by any name of a label, and those that users add."""

import json
from importlib.resources import files

import pytest

from indexers.encoders.prompts import Kind, Table, built_in, read_descriptions, read_ontology
from indexers.encoders.prompts.table import key_of
from indexers.errors import ConfigError

PACKAGE = "indexers.encoders.prompts"


def rows(kind):
    return json.loads((files(PACKAGE) / f"{kind}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("kind", "fewest"), [("sounds", 100), ("genres", 60), ("instruments", 60), ("moods", 40)])
def test_every_label_has_four_descriptions(kind, fewest):
    table = rows(kind)
    assert len(table) >= fewest
    for name, row in table.items():
        assert len(set(row["descriptions"])) >= 4, name
        assert all(text == text.strip() and 2 <= len(text.split()) <= 20 for text in row["descriptions"]), name


def test_no_name_stands_for_two_labels():
    owners = {}
    for kind in Kind:
        for name, row in rows(kind).items():
            for said in (name, *row["also"]):
                assert owners.setdefault(key_of(said), name) == name, said


@pytest.mark.parametrize(
    ("label", "name", "kind"),
    [
        ("Dog bark", "dog", Kind.SOUND),
        ("Crowing rooster", "rooster", Kind.SOUND),
        ("the sound of rain", "rain", Kind.SOUND),
        ("door_wood_knock", "door knock", Kind.SOUND),
        ("violins", "violin", Kind.INSTRUMENT),
        ("Hip-Hop", "hip-hop", Kind.GENRE),
        ("rock music", "rock", Kind.GENRE),
        ("HAPPY", "happy", Kind.MOOD),
    ],
)
def test_a_label_is_found_by_its_variants(label, name, kind):
    found = built_in().find(label)
    assert found is not None
    assert (found.kind, list(found.texts)) == (kind, rows(kind)[name]["descriptions"])


def test_what_nobody_described_is_not_found():
    assert built_in().find("xyzzy") is None
    assert Table().find("dog") is None


def test_descriptions_of_a_user_stand_instead_and_others_beside():
    table = built_in().instead({"Rain": ("a purr",), "kazoo": ("a buzzing hum",)})
    assert table.find("rain").texts == ("a purr",)
    assert table.find("kazoo").texts == ("a buzzing hum",)
    assert built_in().find("rain").texts != ("a purr",)
    beside = built_in().beside({"Violin": ("a bowed box",)}).find("violin")
    assert beside.texts == (*built_in().find("violin").texts, "a bowed box")
    assert beside.kind is Kind.INSTRUMENT


def test_files_of_descriptions_are_read(tmp_path):
    path = tmp_path / "own.json"
    path.write_text(json.dumps({"kazoo": [" a buzzing hum "]}))
    assert read_descriptions(path) == {"kazoo": ("a buzzing hum",)}


def test_each_part_of_an_ontology_name_is_described(tmp_path):
    path = tmp_path / "ontology.json"
    path.write_text(json.dumps([{"name": "Waves, surf", "description": "Water."}, {"name": "X", "description": ""}]))
    assert read_ontology(path) == {"Waves": ("Water.",), "surf": ("Water.",)}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "is not JSON"),
        ("[]", "holds no descriptions"),
        ("{}", "holds no descriptions"),
        ('{"dog": []}', "'dog' needs a list"),
        ('{"dog": "barks"}', "'dog' needs a list"),
        ('{"dog": ["barks", " "]}', "'dog' needs a list"),
        ('{"": ["barks"]}', "'' needs a list"),
    ],
)
def test_a_bad_file_of_descriptions_is_one_line(tmp_path, text, told):
    path = tmp_path / "own.json"
    path.write_text(text)
    with pytest.raises(ConfigError, match=told):
        read_descriptions(path)


def test_a_missing_file_and_a_wrong_ontology_are_one_line(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        read_descriptions(tmp_path / "none.json")
    path = tmp_path / "own.json"
    path.write_text('{"dog": ["barks"]}')
    with pytest.raises(ConfigError, match="is no ontology"):
        read_ontology(path)
