"""Two generations side by side: the same queries asked of both, how far their answers agree, and how fast each is.

`questions` reads what is asked, `asking` asks both in turn, `comparing` holds the answers against each other, `report`
writes it down and `run` does all of it. `indexes` tells what the indexes of one generation are.
"""

from engine.evaluation.generations.comparing import ComparisonPlan
from engine.evaluation.generations.indexes import told_indexes
from engine.evaluation.generations.questions import library_log, read_questions
from engine.evaluation.generations.run import compare_generations

__all__ = ["ComparisonPlan", "compare_generations", "library_log", "read_questions", "told_indexes"]
