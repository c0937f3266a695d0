"""The whole evaluation on listeners of two tastes, and what it must refuse."""

import json

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from engine.evaluation.listens.arms import ARMS, Arm
from engine.evaluation.listens.report import as_json, as_markdown, write_listens
from engine.evaluation.listens.run import BLEND, ListensPlan, evaluate_listens, measure_listens
from engine.evaluation.listens.split import LeaveOut
from indexers.catalog.listens import Listens
from indexers.errors import InputError

EASE = Arm(
    "ease",
    ARMS[-1].fit,
    ({"weights": "ones", "l2": 1.0, "dropout": 0.5}, {"weights": "ones", "l2": 1e-3, "dropout": 0.0}),
)
PLAN = ListensPlan(n_held_out=2, k=5, n_resamples=200, arms=(ARMS[0], EASE))
HELD = LeaveOut(csr_matrix((2, 9), dtype=np.float32), np.array([0, 1]), np.array([[0, 1, 2], [3, 4, 5]]))


@pytest.fixture(scope="module")
def tastes():
    """40 users of two tastes: each plays 8 of the 12 items of theirs, and two that all users play."""
    rng = np.random.default_rng(0)
    counts = np.zeros((40, 26), dtype=np.float32)
    for user in range(40):
        own = rng.choice(12, 8, replace=False) + (user % 2) * 12
        counts[user, own] = rng.integers(1, 50, size=8)
    counts[:, 24:] = 3.0
    items = tuple(f"item {item}" for item in range(26))
    return Listens(tuple(map(str, range(40))), items, items, csr_matrix(counts))


@pytest.fixture(scope="module")
def result(tastes):
    return evaluate_listens(tastes, PLAN)


def test_recall_and_ndcg_by_hand():
    figures = measure_listens({"arm": [np.array([8, 0, 7, 2]), np.array([6])]}, HELD, 4)["arm"]
    ideal = 1 + 1 / np.log2(3) + 1 / np.log2(4)
    np.testing.assert_allclose(figures[0], [2 / 3, (1 / np.log2(3) + 1 / np.log2(5)) / ideal])
    assert figures[1].tolist() == [0.0, 0.0]
    assert measure_listens({"arm": [np.array([8, 0, 7, 2])] * 2}, HELD, 1)["arm"][0].tolist() == [0.0, 0.0]


@pytest.mark.parametrize("answers", [[np.array([0])], [np.array([0]), None], [np.array([0])] * 3])
def test_an_arm_that_did_not_answer_is_refused(answers):
    with pytest.raises(InputError, match=r"arm 'lame' answered for \d of 2 users: run it for all, or leave it out"):
        measure_listens({"fine": [np.array([0])] * 2, "lame": answers}, HELD, 4)


def test_tastes_are_found_where_popularity_sees_none(result):
    recall = {name: figures[:, 0].mean() for name, figures in result.figures.items()}
    assert recall["ease"] > recall["popularity"] + 0.1
    assert recall[BLEND] >= recall["ease"] - 0.05
    assert result.chosen["ease"].setting["l2"] == 1.0
    assert result.counts["users_asked"] == 40
    assert result.counts["held_out"] == 80


def test_the_figures_are_reproducible_and_depend_on_the_seed(tastes, result):
    again = evaluate_listens(tastes, PLAN)
    assert all((again.figures[name] == result.figures[name]).all() for name in result.figures)
    other = evaluate_listens(tastes, ListensPlan(2, 5, seed=7, arms=PLAN.arms))
    assert not (other.figures["ease"] == result.figures["ease"]).all()


def test_nothing_hidden_is_learnt_from(tastes):
    """Every fit sees tables without the hidden items, and choosing sees fewer still."""
    seen = []

    def fit(counts, setting):
        seen.append(counts.nnz)
        return lambda lists: np.zeros(lists.shape, dtype=np.float32)

    evaluate_listens(tastes, ListensPlan(2, 5, arms=(Arm("spy", fit, ({},)),)))
    assert seen == [400 - 160, 400 - 80]


def test_the_document_says_all(result, tmp_path):
    document = as_json(result)
    assert set(document["arms"]) == {"popularity", "ease", "blend"}
    for arm in document["arms"].values():
        low, high = arm["intervals"]["recall_5"]
        assert low <= arm["recall_5"] <= high
        assert 0 < arm["coverage"] <= 1
        assert arm["n_users"] == 40
    pairs = [(one["metric"], one["arm"], one["against"]) for one in document["comparisons"]]
    assert pairs == [
        (metric, *pair)
        for metric in ("recall_5", "ndcg_5")
        for pair in (("ease", "popularity"), ("blend", "popularity"), ("blend", "ease"))
    ]
    first = document["comparisons"][0]
    expected = result.figures["ease"][:, 0] - result.figures["popularity"][:, 0]
    assert first["difference"] == pytest.approx(expected.mean())
    assert first["p_holm"] < 0.05
    assert all(one["p_holm"] >= one["p"] for one in document["comparisons"])
    table, page = write_listens(tmp_path / "new", document)
    assert json.loads(table.read_text()) == document
    text = page.read_text()
    assert text == as_markdown(document)
    highest = max(arm["recall_5"] for arm in document["arms"].values())
    assert f"**{highest:.4f}**" in text
    assert "| ease |" in text


def test_an_arm_that_finds_nothing_has_no_share_above_it(tastes):
    def never(counts, setting):
        return lambda lists: np.tile(np.arange(26, dtype=np.float32), (lists.shape[0], 1)) * 0 - lists.toarray()

    arms = (Arm("popularity", never, ({},)), EASE)
    document = as_json(evaluate_listens(tastes, ListensPlan(2, 1, n_resamples=50, arms=arms)))
    assert "NaN" not in json.dumps(document)
    assert as_markdown(document)


def test_a_list_of_nothing_is_refused(tastes):
    with pytest.raises(InputError, match="k = 0 is too short"):
        evaluate_listens(tastes, ListensPlan(k=0))
