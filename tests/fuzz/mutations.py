"""What the fuzzers do to an input: its bytes changed, or one place inside its JSON value."""

from collections.abc import Sequence
from random import Random

PATCHES = (
    *(b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x1d\xcd\x65\0", b"\xff"),
    *(b"\n", b"\r\n", b'"', b"{", b"[" * 99, b"<html>"),
)


def bytes_changed(raw: bytes, rng: Random, others: Sequence[bytes]) -> bytes:
    """Some bytes changed, cut, doubled, or taken from another file."""
    data = bytearray(raw)
    for _ in range(rng.choice((1, 1, 2, 8, 64))):
        at, length = rng.randrange(len(data) + 1), rng.choice((1, 2, 4, 64))
        match rng.randrange(7):
            case 0 if at < len(data):
                data[at] = rng.randrange(256)
            case 1 if at < len(data):
                data[at] ^= 1 << rng.randrange(8)
            case 2:
                del data[at : at + length]
            case 3:
                data[at:at] = data[at : at + length]
            case 4:
                data[at : at + rng.choice((0, 4))] = rng.choice(PATCHES)
            case 5:
                other = rng.choice(others)
                start = rng.randrange(len(other))
                data[at : at + length] = other[start : start + length]
            case 6 if rng.random() < 0.2:
                del data[at:]
    return bytes(data)


def value_changed(value: object, rng: Random, wrong: Sequence[object]) -> object:
    """One place inside a JSON value holding one of `wrong`."""
    if isinstance(value, dict) and value and rng.random() < 0.9:
        key = rng.choice(list(value))
        changed = {**value, key: value_changed(value[key], rng, wrong)}
        if rng.random() < 0.1:
            changed[rng.choice(list(value))] = changed.pop(key)
        return changed
    if isinstance(value, list) and value and rng.random() < 0.8:
        at = rng.randrange(len(value))
        return [*value[:at], value_changed(value[at], rng, wrong), *value[at + 1 :]]
    if isinstance(value, str) and rng.random() < 0.5:
        at = rng.randrange(len(value) + 1)
        return value[:at] + str(rng.choice(wrong)) + value[at:]
    return rng.choice(wrong)
