"""How often names stand in a text, and what follows them, counted for many names in one pass."""

import re
from collections import Counter
from collections.abc import Iterable

MOST_SEEN = 200
"""Places that are looked at to tell whether a name is whole."""
_AFTER_NAMES = frozenset("曰道说问云言答笑，。：；、了的\n")


class Occurrences:
    """Where names of two characters and more stand in one text."""

    def __init__(self, text: str, names: Iterable[str] = ()) -> None:
        self.text = text
        self._counts: dict[str, int] = {}
        self._following: dict[str, Counter[str]] = {}
        self.add(names)

    def add(self, names: Iterable[str]) -> None:
        """Count further names."""
        new = {name for name in names if len(name) > 1} - self._counts.keys()
        if not new:
            return
        self._counts |= dict.fromkeys(new, 0)
        self._following |= {name: Counter() for name in new}
        lengths: dict[str, list[int]] = {}
        seconds: dict[str, set[str]] = {}
        for begin, length in {(name[:2], len(name)) for name in new}:
            lengths.setdefault(begin, []).append(length)
            seconds.setdefault(begin[0], set()).add(begin[1])
        begins = "|".join(
            f"{re.escape(first)}(?=[{re.escape(''.join(sorted(each)))}])"
            for first, each in seconds.items()
        )
        text = self.text
        for found in re.finditer(begins, text):
            at = found.start()
            for length in lengths[text[at : at + 2]]:
                if (name := text[at : at + length]) in new:
                    self._counts[name] += 1
                    if self._counts[name] <= MOST_SEEN:
                        end = at + length
                        self._following[name][text[end : end + 1]] += 1

    def count(self, name: str) -> int:
        """How often a name stands in the text."""
        if name not in self._counts:
            self.add([name])
        return self._counts[name]

    def is_whole(self, name: str) -> bool:
        """Whether a name does not always go on with one sign, as 吕枢 does with 密."""
        if not self.count(name):
            return False
        following = self._following[name]
        sign, most = following.most_common(1)[0]
        return most < 0.8 * following.total() or sign in _AFTER_NAMES
