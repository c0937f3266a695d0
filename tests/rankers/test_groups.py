"""Duplicate groups by hand counts."""

import numpy as np

from rankers.groups import Groups, best_of_each

GROUPS = np.array([0, 1, 0, 3, 1, 0], dtype=np.int64)


def test_the_best_of_each_group_stays() -> None:
    assert best_of_each(np.array([5, 2, 5, 7, 2], dtype=np.int64)).tolist() == [0, 1, 3]
    assert best_of_each(np.empty(0, dtype=np.int64)).tolist() == []


def test_others_are_the_rest_of_the_group() -> None:
    groups = Groups(GROUPS)
    assert groups.others(2).tolist() == [0, 5]
    assert groups.others(3).tolist() == []
    assert groups.of(np.array([5, 3])).tolist() == [0, 3]


def test_members_are_whole_groups() -> None:
    groups = Groups(GROUPS)
    assert groups.members(np.array([4, 3], dtype=np.int64)).tolist() == [1, 3, 4]
    assert groups.members(np.empty(0, dtype=np.int64)).tolist() == []
