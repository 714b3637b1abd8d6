"""Our quotations beside the pairs that a first-pass rule cut from the same novels.

    python tests/corpora/compare.py NOVELS QUOTES

NOVELS holds the four classics, QUOTES the pairs `{"context", "chat"}` as JSON Lines. Prints for
each how many pairs there are, how many of their chats we find as a quotation, how many of those
have a speaker, and how many quotations we have beside.
"""

import json
import sys
from collections import Counter
from pathlib import Path

from scenes.data.books.book import read_book
from scenes.data.books.people import aliases_of
from scenes.data.books.quotes import Extractor

FILES = {"三国演义": "sanguo", "西游记": "xiyou", "水浒传": "shuihu", "红楼梦": "honglou"}


def plain(text: str) -> str:
    """The signs of a text without its outer marks and blanks."""
    return "".join(text.split()).strip('“”「」『』"')


def main() -> None:
    novels, quotes = Path(sys.argv[1]), Path(sys.argv[2])
    total: Counter[str] = Counter()
    for novel, name in FILES.items():
        book = read_book(novels / f"{novel}.txt")
        ours: Counter[str] = Counter()
        spoken: Counter[str] = Counter()
        for one in Extractor(book, aliases_of(book)[1]).quotes():
            if one.kind != "term":
                ours[plain(one.text)] += 1
                spoken[plain(one.text)] += bool(one.speaker)
        lines = (quotes / f"{name}_qa.jsonl").read_text("utf-8").splitlines()
        theirs = Counter(plain(json.loads(line)["chat"]) for line in lines)
        found = theirs & ours
        counts = Counter(
            pairs=theirs.total(),
            found=found.total(),
            spoken=(theirs & spoken).total(),
            ours=ours.total(),
            more=(ours - theirs).total(),
        )
        total += counts
        tell(novel, counts)
    tell("all", total)


def tell(name: str, counts: Counter[str]) -> None:
    print(
        f"{name}: {counts['pairs']:,} pairs, {counts['found']:,} found "
        f"({counts['found'] / counts['pairs']:.1%}), {counts['spoken']:,} with a speaker; "
        f"ours {counts['ours']:,}, {counts['more']:,} of them not among the pairs"
    )


if __name__ == "__main__":
    main()
