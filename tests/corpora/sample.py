"""A seeded sample of the quotations of a book, for a person to label who speaks.

    python tests/corpora/sample.py FILE SEED COUNT [FROM TO] [--around CHARACTERS]

Draws COUNT opening marks of the book, at random and whatever stands around them, from the part of
it between two shares (0 and 1 where none are given), and prints each with its surroundings. No
extractor has a say. `labels/README.md` tells what a label is and which samples are labelled.
"""

import argparse
import random
import re
from pathlib import Path

from scenes.data.books.book import read_book

CHINESE = re.compile('[“「]|(?<=[：:])"')
SINGLE, STRAIGHT = re.compile(r"(?<![^\s(*—-])‘(?=\S)"), re.compile(r'(?<![^\s(])"(?=\S)')
CURLY = re.compile("“")
CLOSE = {
    "“": re.compile("”"),
    "「": re.compile("」"),
    '"': re.compile('"'),
    "‘": re.compile(r"(?<=[,.!?;:\-—)*…])’(?![A-Za-z])|’(?=[\s,.;:!?)])"),
}
PARAGRAPH = re.compile(r"\n[ \t　]*\n|\n　　|\n[ 　]{2,}(?=[“「])")


def openings(text: str) -> list[int]:
    """Positions of the opening marks of a book, Chinese or English."""
    if re.search("[一-鿿]", text):
        pattern = CHINESE
    else:
        pattern = max(SINGLE, STRAIGHT, CURLY, key=lambda each: len(each.findall(text)))
    return [found.start() for found in pattern.finditer(text)]


def sampled(text: str, seed: int, count: int, first: float = 0.0, last: float = 1.0) -> list[int]:
    """Positions of `count` opening marks between two shares of a text, in its order."""
    marks = [at for at in openings(text) if first * len(text) <= at < last * len(text)]
    return sorted(random.Random(seed).sample(marks, count))


def length_at(text: str, at: int) -> int:
    """Characters from an opening mark to the first closing one, or to the end of the paragraph."""
    stop = PARAGRAPH.search(text, at)
    end = stop.start() if stop else len(text)
    close = CLOSE[text[at]].search(text, at + 1, end)
    return (close.end() if close else end) - at


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("file", type=Path)
    arguments.add_argument("seed", type=int)
    arguments.add_argument("count", type=int)
    arguments.add_argument("first", type=float, nargs="?", default=0.0)
    arguments.add_argument("last", type=float, nargs="?", default=1.0)
    arguments.add_argument("--around", type=int, default=300, metavar="CHARACTERS")
    given = arguments.parse_args()
    text = read_book(given.file).text
    for at in sampled(text, given.seed, given.count, given.first, given.last):
        end = at + length_at(text, at)
        before = text[max(0, at - given.around) : at]
        after = text[end : end + given.around // 3]
        said = text[at:end] if end - at <= 80 else f"{text[at : at + 40]}…{text[end - 20 : end]}"
        print(f"{given.file.stem} {at} {end - at}")
        print(f"{' '.join(before.split())} ⟦{said}⟧ {' '.join(after.split())}\n")


if __name__ == "__main__":
    main()
