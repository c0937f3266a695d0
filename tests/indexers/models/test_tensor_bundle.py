import struct

import numpy as np
import pytest

from indexers.errors import ModelError
from indexers.models.tensor_bundle import MAGIC, masked_crc32c, read_bundle
from indexers.schema import Vectors


def varint(number: int) -> bytes:
    low = number & 0x7F
    return bytes([low]) if number < 0x80 else bytes([low | 0x80]) + varint(number >> 7)


def block(pairs: list[tuple[bytes, bytes]]) -> bytes:
    """A table block whose keys share what they can with the key before."""
    body, before = b"", b""
    for key, value in pairs:
        shared = next(
            (at for at, (a, b) in enumerate(zip(key, before, strict=False)) if a != b), min(len(key), len(before))
        )
        body += varint(shared) + varint(len(key) - shared) + varint(len(value)) + key[shared:] + value
        before = key
    body += struct.pack("<II", 0, 1) + b"\x00"
    return body + struct.pack("<I", masked_crc32c(body))


def bundle(tensors: dict[str, Vectors]) -> tuple[bytes, bytes]:
    """A checkpoint of one shard as TensorFlow would write it."""
    numbers, pairs = b"", [(b"", b"\x08\x01")]
    for name, tensor in sorted(tensors.items()):
        raw = tensor.tobytes()
        dims = b"".join(b"\x12" + varint(len(varint(size)) + 1) + b"\x08" + varint(size) for size in tensor.shape)
        entry = b"\x08\x01\x12" + varint(len(dims)) + dims + b"\x20" + varint(len(numbers)) + b"\x28" + varint(len(raw))
        pairs.append((name.encode(), entry + b"\x35" + struct.pack("<I", masked_crc32c(raw))))
        numbers += raw
    entries = block(pairs)
    index = block([(b"~", varint(0) + varint(len(entries) - 5))])
    footer = varint(0) + varint(0) + varint(len(entries)) + varint(len(index) - 5)
    return entries + index + footer.ljust(40, b"\x00") + struct.pack("<Q", MAGIC), numbers


@pytest.fixture
def tensors() -> dict[str, Vectors]:
    rng = np.random.default_rng(0)
    shapes = {"conv2d/bias": (300,), "conv2d/kernel": (7, 3, 1, 5), "conv2d_1/bias": (2,), "dense": (1,)}
    return {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


def test_reads_every_tensor_in_its_shape(tensors: dict[str, Vectors]) -> None:
    found = read_bundle(*bundle(tensors))
    assert found.keys() == tensors.keys()
    for name, tensor in tensors.items():
        np.testing.assert_array_equal(found[name], tensor)


def test_the_checksum_is_crc32c() -> None:
    crc = 0xE3069283  # the published check value of "123456789"
    assert masked_crc32c(b"123456789") == ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def test_a_flipped_bit_is_found(tensors: dict[str, Vectors]) -> None:
    index, numbers = bundle(tensors)
    with pytest.raises(ModelError, match="fails its checksum"):
        read_bundle(index, numbers[:9] + bytes([numbers[9] ^ 1]) + numbers[10:])
    with pytest.raises(ModelError, match="a block fails its checksum"):
        read_bundle(index[:9] + bytes([index[9] ^ 1]) + index[10:], numbers)


def test_what_is_no_checkpoint_is_refused(tensors: dict[str, Vectors]) -> None:
    index, numbers = bundle(tensors)
    with pytest.raises(ModelError, match="cut short"):
        read_bundle(index, numbers[:-8])
    for bad in (b"", b"short", index[:-20], b"x" * 200):
        with pytest.raises(ModelError, match="not a readable TensorFlow checkpoint"):
            read_bundle(bad, numbers)
