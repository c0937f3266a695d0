"""Labels as prompts: what stands for a label when it is compared with sound.

A label may stand by its plain name, in one template, or described: several texts that say how it sounds, each in
several scenes. The descriptions were written for this project (sounds.json, genres.json, instruments.json,
moods.json); users add their own, and AudioSet's.

Source: Ghosh et al., "ReCLAP: Improving Zero Shot Audio Classification by Describing Sounds", 2024.
"""

from indexers.encoders.prompts.files import read_descriptions, read_ontology
from indexers.encoders.prompts.scenes import Kind
from indexers.encoders.prompts.table import Described, Table, built_in
from indexers.encoders.prompts.wording import PROMPTS, Prompts, Way, mean_vectors, prompts_of, way_called

__all__ = [
    "PROMPTS",
    "Described",
    "Kind",
    "Prompts",
    "Table",
    "Way",
    "built_in",
    "mean_vectors",
    "prompts_of",
    "read_descriptions",
    "read_ontology",
    "way_called",
]
