"""Reads TensorFlow checkpoints without TensorFlow: an index of names and one file of raw numbers.

Source: the table format of LevelDB (doc/table_format.md) and tensor_bundle.proto of TensorFlow; written from those
descriptions. Only what a checkpoint of one shard with float32 tensors needs is understood; anything else is refused.
"""

import struct
from collections.abc import Iterator
from functools import cache

import numpy as np

from indexers.errors import ModelError
from indexers.schema import Vectors

MAGIC = 0xDB4775248B80FB57
FOOTER_BYTES = 48
FLOAT32 = 1  # DT_FLOAT of types.proto


def read_bundle(index: bytes, numbers: bytes) -> dict[str, Vectors]:
    """Read every float32 tensor of a checkpoint.

    Args:
        index: The bytes of the `.index` file.
        numbers: The bytes of the `.data-00000-of-00001` file.

    Returns:
        Variable name to its tensor, in its own shape.

    Raises:
        ModelError: not such a checkpoint, compressed, cut short, or a checksum does not match.
    """
    try:
        entries = dict(_table(index))
        entries.pop(b"", None)  # the header: shards and version
        found = {name.decode(): _tensor(name.decode(), _fields(entry), numbers) for name, entry in entries.items()}
    except (IndexError, struct.error, ValueError, TypeError) as error:
        raise ModelError(f"not a readable TensorFlow checkpoint ({error}): fetch it again") from error
    return {name: tensor for name, tensor in found.items() if tensor is not None}


def _tensor(name: str, entry: dict[int, int | bytes], numbers: bytes) -> Vectors | None:
    """One tensor, or None for a variable that is not float32 (a step counter)."""
    if entry.get(1, 0) != FLOAT32:
        return None
    shape = [int(_fields(dim).get(1, 0)) for tag, dim in _pairs(bytes(entry.get(2, b""))) if tag == 2]  # type: ignore[arg-type]
    start, size = int(entry.get(4, 0)), int(entry.get(5, 0))
    raw = numbers[start : start + size]
    if entry.get(3, 0) or len(raw) != size or size != 4 * int(np.prod(shape)):
        raise ModelError(f"variable {name} of the checkpoint is cut short: fetch it again")
    if masked_crc32c(raw) != entry.get(6):
        raise ModelError(f"variable {name} of the checkpoint fails its checksum: fetch it again")
    return np.frombuffer(raw, dtype="<f4").reshape(shape).astype(np.float32)


def _table(index: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Walk the key and value pairs of a sorted table, in order."""
    footer = index[-FOOTER_BYTES:]
    if len(footer) < FOOTER_BYTES or struct.unpack("<Q", footer[-8:])[0] != MAGIC:
        raise ValueError("the magic number is missing")
    _, _, at = _handle(footer, 0)
    offset, size, _ = _handle(footer, at)
    for _, handle in _block(index, offset, size):
        offset, size, _ = _handle(handle, 0)
        yield from _block(index, offset, size)


def _handle(raw: bytes, at: int) -> tuple[int, int, int]:
    offset, at = _varint(raw, at)
    size, at = _varint(raw, at)
    return offset, size, at


def _block(index: bytes, offset: int, size: int) -> Iterator[tuple[bytes, bytes]]:
    """Walk one block; each key repeats the first bytes of the key before it."""
    block = index[offset : offset + size + 1]
    kind, crc = struct.unpack_from("<BI", index, offset + size)
    if kind:
        raise ValueError("the table is compressed")
    if masked_crc32c(block) != crc:
        raise ValueError("a block fails its checksum")
    (restarts,) = struct.unpack_from("<I", block, size - 4)
    end, at, key = size - 4 - 4 * restarts, 0, b""
    while at < end:
        shared, at = _varint(block, at)
        fresh, at = _varint(block, at)
        length, at = _varint(block, at)
        key = key[:shared] + block[at : at + fresh]
        at += fresh
        yield key, block[at : at + length]
        at += length


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = raw[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return number, at


def _pairs(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Walk the fields of a protocol buffer: number, and an integer or bytes."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        number, wire = tag >> 3, tag & 7
        if wire == 0:
            value, at = _varint(message, at)
            yield number, value
        elif wire == 2:
            length, at = _varint(message, at)
            yield number, message[at : at + length]
            at += length
        elif wire == 5:
            yield number, int(struct.unpack_from("<I", message, at)[0])
            at += 4
        else:
            raise ValueError(f"wire type {wire} in an entry")


def _fields(message: bytes) -> dict[int, int | bytes]:
    return dict(_pairs(message))


@cache
def _crc_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
        table.append(crc)
    return tuple(table)


def masked_crc32c(raw: bytes) -> int:
    """Checksum bytes as LevelDB stores it: CRC-32C, turned by 15 bits and shifted, so that it may cover itself."""
    table, crc = _crc_table(), 0xFFFFFFFF
    for byte in raw:
        crc = (crc >> 8) ^ table[(crc ^ byte) & 0xFF]
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
