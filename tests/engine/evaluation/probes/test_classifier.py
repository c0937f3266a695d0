import numpy as np

from engine.evaluation.probes.classifier import answer, fit_probe, join_answers, majority
from engine.evaluation.probes.task import Examples, Part, ProbeSettings, examples_of

SETTINGS = ProbeSettings()


def made(labels: list[str], groups: list[str] | None = None) -> Examples:
    lists = [np.array([row]) for row in range(len(labels))]
    return examples_of(lists, labels, groups or [f"list {row // 2}" for row in range(len(labels))])


def test_what_a_direction_tells_is_learnt() -> None:
    rng = np.random.default_rng(0)
    labels = rng.choice(["a", "b", "c"], 300).tolist()
    places = {"a": 0, "b": 1, "c": 2}
    vectors = rng.standard_normal((300, 8)).astype(np.float32) * 0.01
    vectors[np.arange(300), [places[label] for label in labels]] += 1
    part = Part(made(labels[:200]), made(labels[200:]))
    both = {tuple(rows.tolist()): vector for rows, vector in zip(part.train.lists, vectors[:200], strict=True)}
    assert len(both) == 200
    calls = iter([vectors[:200], vectors[200:]])
    said = answer(part, lambda _: next(calls), SETTINGS)
    assert said.predicted.tolist() == labels[200:]
    assert said.margins.size == 0


def test_margins_are_on_the_side_of_the_first_label() -> None:
    vectors = np.array([[-1.0], [1.0]] * 20, dtype=np.float32)
    part = Part(made(["as it was", "changed"] * 20), made(["as it was", "changed"] * 20))
    said = answer(part, lambda _: vectors, SETTINGS)
    assert np.all(said.margins[::2] > 0)
    assert np.all(said.margins[1::2] < 0)
    assert said.predicted.tolist() == ["as it was", "changed"] * 20


def test_what_differs_little_between_two_orders_is_learnt_all_the_same() -> None:
    content = np.repeat(np.random.default_rng(0).standard_normal((200, 12)), 2, axis=0)
    content[::2, 0] += 0.002  # a slope of a thousandth at the start
    part = Part(made(["as it was", "changed"] * 200), made(["as it was", "changed"] * 200))
    said = answer(part, lambda _: content.astype(np.float32), SETTINGS)
    assert np.all(said.margins[::2] > said.margins[1::2])


def test_equal_pairs_are_answered_alike() -> None:
    vectors = np.repeat(np.random.default_rng(0).standard_normal((60, 12)), 2, axis=0).astype(np.float32)
    part = Part(made(["x", "y"] * 60), made(["x", "y"] * 60))
    said = answer(part, lambda _: vectors, SETTINGS)
    assert np.mean(said.predicted == said.truth) == 0.5
    assert np.array_equal(said.margins[::2], said.margins[1::2])


def test_regularisation_is_chosen_on_other_lists() -> None:
    rng = np.random.default_rng(0)
    examples = made(["a"] * 210 + ["b"] * 90)
    noise = rng.standard_normal((300, 60)).astype(np.float32)
    told = noise + np.where(examples.labels == "a", 4.0, -4.0).astype(np.float32)[:, None]
    grid = ProbeSettings(strengths=(1e-9, 10.0))  # the first says the most frequent label whatever it is shown
    assert fit_probe(told, examples, grid)[-1].C == 10.0
    assert fit_probe(noise, examples, grid)[-1].C == 1e-9


def test_too_few_lists_take_the_middle_strength() -> None:
    probe = fit_probe(np.eye(4, dtype=np.float32), made(list("abab"), ["one"] * 4), ProbeSettings(strengths=(1, 2, 3)))
    assert probe[-1].C == 2


def test_majority_says_the_most_frequent_label_of_those_learnt_from() -> None:
    said = majority(Part(made(list("abb")), made(list("aab"))))
    assert said.predicted.tolist() == ["b", "b", "b"]
    assert np.mean(said.predicted == said.truth) == 1 / 3


def test_answers_of_parts_are_joined_in_order() -> None:
    one, two = majority(Part(made(list("abb")), made(list("ab")))), majority(Part(made(list("a")), made(list("c"))))
    joined = join_answers([one, two])
    assert joined.truth.tolist() == ["a", "b", "c"]
    assert joined.predicted.tolist() == ["b", "b", "a"]
