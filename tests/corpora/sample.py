"""A seeded sample of the quotations of a book, for a person to label who speaks.

    python tests/corpora/sample.py FILE SEED COUNT [FROM TO [CHARACTERS]]

Draws COUNT opening marks of the book, at random and whatever stands around them, from the part of
it between two shares (0 and 1 where none are given), and prints each with its surroundings. No
extractor has a say. `labels/README.md` tells what a label is and which samples are labelled.
"""

import random
import re
import sys
from pathlib import Path

from scenes.data.books.book import read_book

CHINESE = re.compile('[“「]|(?<=[：:])"')
SINGLE, STRAIGHT = re.compile(r"(?<![^\s(*—-])‘(?=\S)"), re.compile(r'(?<![^\s(])"(?=\S)')
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
        pattern = max(SINGLE, STRAIGHT, key=lambda each: len(each.findall(text)))
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
    path, seed, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    first, last = (float(sys.argv[4]), float(sys.argv[5])) if len(sys.argv) > 5 else (0.0, 1.0)
    around = int(sys.argv[6]) if len(sys.argv) > 6 else 300
    text = read_book(path).text
    for at in sampled(text, seed, count, first, last):
        end = at + length_at(text, at)
        before, after = text[max(0, at - around) : at], text[end : end + around // 3]
        said = text[at:end] if end - at <= 80 else f"{text[at : at + 40]}…{text[end - 20 : end]}"
        print(f"{path.stem} {at} {end - at}")
        print(f"{' '.join(before.split())} ⟦{said}⟧ {' '.join(after.split())}\n")


if __name__ == "__main__":
    main()
