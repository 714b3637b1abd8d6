"""What tokens write, and what they are put together from.

The letters that stand for bytes are GPT-2's; the order in which SentencePiece joins is llama.cpp's.
"""

import heapq
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

BLANK = "▁"


def pair(line: str) -> tuple[str, str]:
    """The two sides of a merge."""
    left, __, right = line.partition(" ")
    return left, right


@cache
def _letters() -> dict[str, int]:
    """GPT-2's letters for bytes: printable ones stand for themselves."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in plain]
    return {chr(byte): byte for byte in plain} | {
        chr(256 + place): byte for place, byte in enumerate(others)
    }


def written(name: str, byte_level: bool) -> str:
    """What a token of that name writes, U+FFFD for bytes that are no whole character."""
    if not byte_level:
        return name.replace(BLANK, " ")
    letters = _letters()
    if not all(letter in letters for letter in name):
        return name
    return bytes(letters[letter] for letter in name).decode("utf-8", "replace")


def merged(
    names: Sequence[str], merges: Iterable[tuple[str, str]]
) -> Callable[[int], Iterable[int]]:
    """The two tokens that each is merged from, as the first merge that makes it says."""
    numbers = {name: token for token, name in enumerate(names)}
    made: dict[str, tuple[str, str]] = {}
    for left, right in merges:
        made.setdefault(left + right, (left, right))
    return lambda token: (numbers[part] for part in made.get(names[token], ()) if part in numbers)


def joined_on_the_way(text: str, ranks: Mapping[str, tuple[float, int]]) -> set[int]:
    """All pieces that come about while llama.cpp puts `text` together, the best pair first."""
    pieces = list(text)
    before, after = list(range(-1, len(pieces) - 1)), [*range(1, len(pieces)), -1]
    waiting: list[tuple[float, int, int, int, str]] = []
    made: set[int] = set()

    def offer(left: int, right: int) -> None:
        joined = pieces[left] + pieces[right] if left >= 0 <= right else ""
        if joined in ranks:
            rank, token = ranks[joined]
            heapq.heappush(waiting, (rank, left, right, token, joined))

    for place in range(1, len(pieces)):
        offer(place - 1, place)
    while waiting:
        __, left, right, token, joined = heapq.heappop(waiting)
        if after[left] != right or pieces[left] + pieces[right] != joined:
            continue
        pieces[left], pieces[right] = joined, ""
        made.add(token)
        after[left] = after[right]
        if after[right] >= 0:
            before[after[right]] = left
        offer(before[left], left)
        offer(left, after[left])
    return made
