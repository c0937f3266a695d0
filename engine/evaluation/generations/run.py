"""The whole comparison: two generations of one library, the queries, and the document that tells of it."""

from typing import Any

from engine.answering import answer
from engine.api import Engine
from engine.evaluation.generations.asking import Ask, Progress, ask_both
from engine.evaluation.generations.comparing import ComparisonPlan, compare, recordings_of
from engine.evaluation.generations.questions import Questions
from engine.evaluation.generations.report import as_json
from engine.query import Answer, Query
from engine.search import Searcher
from indexers.errors import ConfigError


def compare_generations(
    engine: Engine, plan: ComparisonPlan, questions: Questions, progress: Progress = lambda *_: None
) -> dict[str, Any]:
    """Ask two generations the same queries and tell how far their answers agree; nothing is promoted or logged.

    Args:
        engine: Of the library.
        plan: Which generations, and how.
        questions: What is asked.
        progress: Told of every query.

    Returns:
        The document of report.json, in JSON types.

    Raises:
        ConfigError: both are the same generation.
        LibraryError: there is no such generation.
        InputError: there is no query that both answered with a result.
        ModelError: a model that one of them needs was not pulled.
        StaleIndexError: an encoder is no longer the one that built one of them.
    """
    if plan.a == plan.b:
        raise ConfigError(f"generation {plan.a} against itself tells nothing: name two with --a N --b M")
    searchers = engine.searcher_of(plan.a), engine.searcher_of(plan.b)
    one, other = (_asker(engine, searcher, plan.k) for searcher in searchers)
    asked = ask_both(questions.queries, one, other, progress)
    generations = searchers[0].generation, searchers[1].generation
    return as_json(compare(asked, recordings_of(generations[0]), plan), generations, questions, plan)


def _asker(engine: Engine, searcher: Searcher, k: int) -> Ask:
    def ask(query: Query) -> Answer:
        return answer(searcher, query, k, engine.settings.search, engine.models)

    return ask
