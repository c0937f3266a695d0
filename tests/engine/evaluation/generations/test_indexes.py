"""What the indexes of a generation are."""

from engine.api import Engine
from engine.evaluation.generations.indexes import told_indexes


def test_every_space_tells_kind_reason_and_recall(twice_built):
    generation = Engine.open(twice_built).refresh().generation
    told = told_indexes(generation)
    assert list(told) == list(generation.manifest["spaces"])
    assert told["music"]["kind"] == "exact"
    assert told["music"]["reason"] == "auto: 7 tracks of 8 dims, exact up to 20,000"
    assert told["music"]["recall"] == {"check": "recall@10 against exact", "value": 1.0, "limit": 0.95}
    assert told["joint-fake-joint"]["encoder"] == "fake-joint"
    assert "encoder" not in told["taggram"]


def test_a_recall_that_was_not_measured_is_not_made_up(twice_built):
    generation = Engine.open(twice_built).refresh().generation
    findings = [found for found in generation.manifest["findings"] if found["subject"] != "music index"]
    generation.manifest["findings"] = findings
    told = told_indexes(generation)
    assert told["music"]["recall"] is None
    assert told["taggram"]["recall"] is not None
