"""Which side of the split a tune is on: decided by its name alone, the same on every machine."""

from hashlib import blake2b

from indexers.pairs.manifest import SPLITS

VALIDATION, TEST = 0.1, 0.1  # of the tunes


def split_of(tune: str, validation: float = VALIDATION, test: float = TEST) -> str:
    """The side of a tune: train, validation or test, by a hash of its name; the last two have the shares given."""
    # a salt of its own: scores are also chosen in the order of a hash, and must not all fall on one side
    drawn = int.from_bytes(blake2b(tune.encode(), digest_size=8, salt=b"split").digest(), "big") / 2**64
    limit = 0.0
    for split, share in zip(SPLITS, (1 - validation - test, validation, test), strict=True):
        limit += share
        if drawn < limit:
            return split
    return SPLITS[-1]
