"""Conditions of SQL as a small tree, for engines that filter by fields and know no SQL."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from indexers.schema import Rows

Value: TypeAlias = str | float | bool
"""What a field is compared with; integers are floats that are whole."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One field held against values. False, like its negation, where the field has no value.

    `op` is "in" (one of `values`), "<", "<=", ">", ">=" (one value), or "known" (none: whether the field has a value).
    `negated` turns it round for fields that have a value, and for "known".
    """

    column: str
    op: str
    values: tuple[Value, ...] = ()
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions of which all must hold ("and"), or one at least ("or")."""

    op: str
    parts: "tuple[Condition, ...]"


Condition: TypeAlias = Leaf | Group


class ChosenRows(np.ndarray[Any, np.dtype[np.int64]]):
    """Rows that remember the condition they were chosen by; what is made of them, be it a slice or a sum, does not."""

    condition: Condition | None

    def __array_finalize__(self, made_of: object) -> None:
        """Forget the condition."""
        self.condition = None


def chosen_by(condition: Condition | None, rows: Rows) -> Rows:
    """The rows of a table for which a condition is true, so that an index that can filter by it itself may."""
    chosen = rows.view(ChosenRows)
    chosen.condition = condition
    return chosen


def condition_of(rows: Rows | None) -> Condition | None:
    """The condition that rows were chosen by; None where it is not known."""
    return rows.condition if isinstance(rows, ChosenRows) else None


TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)"
    r'|"(?P<quoted>[^"]+)"|(?P<word>[A-Za-z_]\w*)|(?P<mark><=|>=|<>|!=|[=<>(),]))'
)
FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "<>": "<>", "!=": "<>"}
OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
WORDS = {"and", "or", "not", "in", "between", "is", "null", "true", "false"}
MOST = 200  # tokens, beyond which a condition is not looked at


class _UnknownError(Exception):
    """The condition says more than the tree can."""


def parse_condition(where: str) -> Condition | None:
    """Read one SQL condition; None where it says more than comparisons, IN, BETWEEN, IS [NOT] NULL, AND, OR and NOT.

    NOT is pushed down to the leaves, where SQL's unknown and false are kept apart: `NOT year < 1980` is true of no
    track without a year.
    """
    try:
        tokens = _tokens(where)
        parser = _Parser(tokens)
        found = parser.either(negated=False)
    except (_UnknownError, RecursionError):
        return None
    return found if parser.at == len(tokens) else None


def _tokens(where: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    at, text = 0, where.strip()
    while at < len(text):
        found = TOKEN.match(text, at)
        if found is None or len(tokens) == MOST:
            raise _UnknownError
        sort, value = str(found.lastgroup), found[str(found.lastgroup)]
        if sort == "word" and value.lower() in WORDS:
            sort, value = "key", value.lower()
        tokens.append((sort, value))
        at = found.end()
    return tokens


class _Parser:
    """Recursive descent; `negated` says whether an odd number of NOTs stand before."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self.at = 0

    def either(self, *, negated: bool) -> Condition:
        return self._joined("or", self._both, negated=negated)

    def _both(self, *, negated: bool) -> Condition:
        return self._joined("and", self._one, negated=negated)

    def _joined(self, word: str, part: Callable[..., Condition], *, negated: bool) -> Condition:
        parts = [part(negated=negated)]
        while self._take("key", word):
            parts.append(part(negated=negated))
        op = {"or": "and", "and": "or"}[word] if negated else word
        return parts[0] if len(parts) == 1 else Group(op, tuple(parts))

    def _one(self, *, negated: bool) -> Condition:
        if self._take("key", "not"):
            return self._one(negated=not negated)
        if self._take("mark", "("):
            found = self.either(negated=negated)
            self._must("mark", ")")
            return found
        return self._leaf(negated=negated)

    def _leaf(self, *, negated: bool) -> Condition:
        if not self._is_column():
            value, op = self._value(), self._mark()
            return _compared(self._column(), FLIPPED[op], value, negated=negated)
        column = self._column()
        if self._take("key", "is"):
            known = self._take("key", "not")
            self._must("key", "null")
            return Leaf(column, "known", negated=negated == known)
        turned = self._take("key", "not")
        if turned or self._peek() in (("key", "in"), ("key", "between")):
            return self._listed(column, negated=negated != turned)
        return _compared(column, self._mark(), self._value(), negated=negated)

    def _listed(self, column: str, *, negated: bool) -> Condition:
        if self._take("key", "between"):
            low = self._value()
            self._must("key", "and")
            bounds = ((">=", low), ("<=", self._value()))
            parts = tuple(_compared(column, op, value, negated=negated) for op, value in bounds)
            return Group("or" if negated else "and", parts)
        self._must("key", "in")
        self._must("mark", "(")
        values = [self._value()]
        while self._take("mark", ","):
            values.append(self._value())
        self._must("mark", ")")
        return Leaf(column, "in", tuple(values), negated)

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self.at] if self.at < len(self._tokens) else ("end", "")

    def _take(self, sort: str, value: str) -> bool:
        found = self._peek() == (sort, value)
        self.at += found
        return found

    def _must(self, sort: str, value: str) -> None:
        if not self._take(sort, value):
            raise _UnknownError

    def _is_column(self) -> bool:
        return self._peek()[0] in ("word", "quoted")

    def _column(self) -> str:
        if not self._is_column():
            raise _UnknownError
        self.at += 1
        return self._tokens[self.at - 1][1]

    def _mark(self) -> str:
        sort, value = self._peek()
        if sort != "mark" or value not in FLIPPED:
            raise _UnknownError
        self.at += 1
        return value

    def _value(self) -> Value:
        sort, value = self._peek()
        self.at += 1
        if sort == "text":
            return value[1:-1].replace("''", "'")
        if sort == "number":
            return float(value)
        if sort == "key" and value in ("true", "false"):
            return value == "true"
        raise _UnknownError


def _compared(column: str, op: str, value: Value, *, negated: bool) -> Leaf:
    if op in ("=", "<>", "!="):
        return Leaf(column, "in", (value,), negated != (op != "="))
    return Leaf(column, OPPOSITE[op] if negated else op, (value,))
