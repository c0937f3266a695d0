from engine import Engine, Query
from indexers.catalog.conditions import condition_of, parse_condition
from indexers.vectors.columns import ColumnIndex


def test_an_index_is_given_the_condition_with_the_rows(built, monkeypatch) -> None:
    given = []
    search = ColumnIndex.search

    def spy(self, queries, k, *, allowed=None):
        given.append(condition_of(allowed))
        return search(self, queries, k, allowed=allowed)

    monkeypatch.setattr(ColumnIndex, "search", spy)
    engine = Engine.open(built)
    engine.search(Query(text="rain", where="duration_s > 1"), 3)
    engine.search(Query(text="rain", where="title LIKE '%rain%'"), 3)
    engine.search(Query(text="rain"), 3)
    assert given == [parse_condition("duration_s > 1"), None, None]
