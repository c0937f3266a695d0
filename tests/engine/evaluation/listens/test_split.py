"""Hiding items of listeners."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from engine.evaluation.listens.split import leave_out
from indexers.errors import InputError

COUNTS = np.array([[5, 1, 2, 0, 7, 1], [1, 1, 0, 0, 0, 0], [0, 3, 3, 3, 3, 0]], dtype=np.float32)


def divide(n_held_out=2, seed=0):
    return leave_out(csr_matrix(COUNTS), n_held_out, np.random.default_rng(seed))


def test_what_is_hidden_and_what_is_left_make_the_whole():
    division = divide()
    assert division.users.tolist() == [0, 2]  # the user of two items is not asked about
    assert division.held_out.shape == (2, 2)
    whole = division.train.toarray()
    for user, hidden in zip(division.users, division.held_out, strict=True):
        assert (whole[user, hidden] == 0).all()
        whole[user, hidden] = COUNTS[user, hidden]
    assert (whole == COUNTS).all()
    assert division.train.nnz == np.count_nonzero(COUNTS) - 4
    assert (division.lists.toarray() == division.train.toarray()[[0, 2]]).all()


def test_the_table_itself_stays_as_it_is():
    table = csr_matrix(COUNTS)
    leave_out(table, 2, np.random.default_rng(0))
    assert (table.toarray() == COUNTS).all()
    assert table.nnz == np.count_nonzero(COUNTS)


def test_the_seed_draws_and_every_item_can_be_drawn():
    assert (divide(seed=3).held_out == divide(seed=3).held_out).all()
    drawn = np.concatenate([divide(n_held_out=1, seed=seed).held_out[0] for seed in range(60)])
    assert set(drawn) == {0, 1, 2, 4, 5}


def test_items_that_no_one_else_plays_are_counted():
    division = divide()
    listeners = (division.train.toarray() > 0).sum(axis=0)
    expected = sum(int(listeners[item] == 0) for hidden in division.held_out for item in hidden)
    assert division.n_unknown == expected
    lonely = leave_out(
        csr_matrix(np.eye(2, 4, dtype=np.float32) + np.eye(2, 4, 2, dtype=np.float32)), 1, np.random.default_rng(0)
    )
    assert lonely.n_unknown == 2


def test_a_sample_asks_fewer_users_and_hides_as_much():
    whole = divide()
    for seed in range(5):
        part = whole.sample(1, np.random.default_rng(seed))
        assert part.train is whole.train
        asked = whole.users.tolist().index(part.users[0])
        assert part.held_out.tolist() == [whole.held_out[asked].tolist()]
    assert whole.sample(2, np.random.default_rng(0)) is whole


def test_what_cannot_be_divided():
    with pytest.raises(InputError, match=r"no user has 8 items left, twice what is held out \(most have 5 or fewer\)"):
        divide(n_held_out=4)
    with pytest.raises(InputError, match="0 items cannot be held out"):
        divide(n_held_out=0)
