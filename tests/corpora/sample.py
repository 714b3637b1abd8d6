"""A seeded sample of quotations of the four classics, for a person to label who speaks.

    python tests/corpora/sample.py FOLDER SEED COUNT [CHARACTERS]

Draws COUNT opening marks of each novel in FOLDER, at random and whatever stands around them, and
prints each with its surroundings. No extractor has a say. A label is a line of JSON: novel, `at`
(the position of the opening mark in the decoded text with `\\n` line ends), `length` to the closing
mark, `speaker` (names divided by `|` where the text calls a nameless speaker several things; empty
where it does not tell, or nobody speaks), and `why` where the speaker is empty.
"""

import random
import re
import sys
from pathlib import Path

from scenes.data.books.book import read_book

NOVELS = ("三国演义", "西游记", "水浒传", "红楼梦")
OPENING = re.compile('[“「]|(?<=[：:])"')


def sampled(text: str, seed: int, count: int) -> list[int]:
    """Positions of `count` opening marks, in the order of the text."""
    marks = [found.start() for found in OPENING.finditer(text)]
    return sorted(random.Random(seed).sample(marks, count))


def length_at(text: str, at: int) -> int:
    """Characters from an opening mark to the first closing one; to the end of the line at most."""
    close = {"“": "”", "「": "」", '"': '"'}[text[at]]
    line = text.find("\n", at)
    line = len(text) if line < 0 else line
    end = text.find(close, at + 1, line)
    return (end + 1 if end > 0 else line) - at


def main() -> None:
    folder, seed, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    around = int(sys.argv[4]) if len(sys.argv) > 4 else 300
    for novel in NOVELS:
        text = read_book(folder / f"{novel}.txt").text
        for at in sampled(text, seed, count):
            end = at + length_at(text, at)
            before, after = text[max(0, at - around) : at], text[end : end + around // 3]
            said = (
                text[at:end] if end - at <= 80 else f"{text[at : at + 40]}…{text[end - 20 : end]}"
            )
            around_it = f"{' '.join(before.split())} ⟦{said}⟧ {' '.join(after.split())}"
            print(f"{novel} {at} {end - at}\n{around_it}\n")


if __name__ == "__main__":
    main()
