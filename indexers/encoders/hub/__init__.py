"""Public checkpoints, named `hub:<id or path>`: transformers' CLAP and sentence-transformers.

A checkpoint is a folder on this machine, or one that `segue models pull hub:<id>` put into the cache of
huggingface_hub; nothing else fetches anything. Only safetensors are read, never a pickle, and no code of a checkpoint
is run. transformers and sentence-transformers are imported where weights are loaded, for they take seconds.
"""

from indexers.encoders.hub.checkpoint import Checkpoint, Kind, open_checkpoint
from indexers.encoders.hub.names import PREFIX, is_hub

__all__ = ["PREFIX", "Checkpoint", "Kind", "is_hub", "open_checkpoint"]
