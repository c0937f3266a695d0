"""Opens ONNX models with ONNX Runtime."""

from pathlib import Path
from typing import Any

from indexers.errors import ModelError

ERRORS_ONLY = 3


def open_session(path: Path, threads: int) -> Any:
    """Open a model for the CPU.

    Args:
        path: The ONNX file.
        threads: How many may work on one call.

    Raises:
        ModelError: the file is damaged or of an unknown kind.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.disable_quant_qdq", "1")  # int8 sums saturate on CPUs without VNNI
    options.log_severity_level = ERRORS_ONLY
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the library's errors share no root
        line = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ModelError(f"{path} cannot be opened ({line}): run `segue models pull {path.parent.name}`") from error
