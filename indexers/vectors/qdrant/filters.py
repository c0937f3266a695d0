"""Conditions over the catalogue as filters of Qdrant's points, for Edge and for a server."""

from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias

from indexers.catalog.conditions import Condition, Leaf
from indexers.vectors.qdrant.payload import FIELDS

TAKES: dict[str, type] = {"keyword": str, "integer": float, "float": float}
Parts: TypeAlias = list[Any] | None
BOUNDS = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}


class Words(Protocol):
    """One library's words for the parts of a filter."""

    def match(self, column: str, values: Sequence[Any]) -> Any:
        """The field is one of some texts."""

    def within(self, column: str, bounds: dict[str, float]) -> Any:
        """The field is a number within "lt", "lte", "gt" and "gte"."""

    def missing(self, column: str) -> Any:
        """The field has no value."""

    def group(self, *, must: Parts = None, should: Parts = None, must_not: Parts = None) -> Any:
        """A filter: all, one at least, none of some parts."""


class EdgeWords:
    """Those of qdrant-edge-py."""

    def match(self, column: str, values: Sequence[Any]) -> Any:
        """See `Words`."""
        import qdrant_edge as edge

        chosen = edge.MatchValue(values[0]) if len(values) == 1 else edge.MatchAny(list(values))
        return edge.FieldCondition(column, match=chosen)

    def within(self, column: str, bounds: dict[str, float]) -> Any:
        """See `Words`."""
        import qdrant_edge as edge

        return edge.FieldCondition(column, range=edge.RangeFloat(**bounds))

    def missing(self, column: str) -> Any:
        """See `Words`."""
        import qdrant_edge as edge

        return edge.IsEmptyCondition(column)

    def group(self, *, must: Parts = None, should: Parts = None, must_not: Parts = None) -> Any:
        """See `Words`."""
        import qdrant_edge as edge

        return edge.Filter(must=must, should=should, must_not=must_not)


class ClientWords:
    """Those of qdrant-client."""

    def match(self, column: str, values: Sequence[Any]) -> Any:
        """See `Words`."""
        from qdrant_client import models

        chosen = models.MatchValue(value=values[0]) if len(values) == 1 else models.MatchAny(any=list(values))
        return models.FieldCondition(key=column, match=chosen)

    def within(self, column: str, bounds: dict[str, float]) -> Any:
        """See `Words`."""
        from qdrant_client import models

        return models.FieldCondition(key=column, range=models.Range(**bounds))

    def missing(self, column: str) -> Any:
        """See `Words`."""
        from qdrant_client import models

        return models.IsEmptyCondition(is_empty=models.PayloadField(key=column))

    def group(self, *, must: Parts = None, should: Parts = None, must_not: Parts = None) -> Any:
        """See `Words`."""
        from qdrant_client import models

        return models.Filter(must=must, should=should, must_not=must_not)


def can_tell(condition: Condition) -> bool:
    """Whether a condition is over fields that points have, compared with values of their sort."""
    if not isinstance(condition, Leaf):
        return all(can_tell(part) for part in condition.parts)
    sort = FIELDS.get(condition.column)
    if sort is None:
        return False
    fits = all(type(value) is TAKES[sort] for value in condition.values)
    return fits and not (condition.op in BOUNDS and sort == "keyword")


def filter_of(condition: Condition, words: Words) -> Any:
    """A condition that `can_tell` takes as a filter."""
    return words.group(must=[_part(condition, words)])


def _part(condition: Condition, words: Words) -> Any:
    if not isinstance(condition, Leaf):
        parts = [_part(each, words) for each in condition.parts]
        return words.group(must=parts) if condition.op == "and" else words.group(should=parts)
    missing = words.missing(condition.column)
    if condition.op == "known":
        return missing if condition.negated else words.group(must_not=[missing])
    held = _held(condition, words)
    return words.group(must_not=[held, missing]) if condition.negated else held


def _held(leaf: Leaf, words: Words) -> Any:
    if leaf.op in BOUNDS:
        return words.within(leaf.column, {BOUNDS[leaf.op]: float(leaf.values[0])})
    if FIELDS[leaf.column] == "keyword":
        return words.match(leaf.column, leaf.values)
    numbers = [float(value) for value in leaf.values]
    return words.group(should=[words.within(leaf.column, {"gte": number, "lte": number}) for number in numbers])
