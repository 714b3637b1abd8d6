"""Learns the weights by which a piece of modern Chinese prose is taken as a name.

    python tests/corpora/train_names.py [FOLDER] [--check]

FOLDER holds the books of `labels/stories-tune.jsonl`, which are left out without it; the chapters
of our own writing lie in `modern/`, and are read once more as a few long texts, since words that
are no names are more frequent in those. Writes `scenes/data/books/prose/name_weights.json`: a
logistic regression over what `naming.features` tells, fitted by gradient descent with an L2
penalty. Names are those of labels and of `modern/marked/tune`. `--check` prints how it does on
texts left out. No held label is read. The weights that come along are of our own chapters alone.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from scenes.data.books.book import read_book
from scenes.data.books.prose import chinese_names
from scenes.data.books.prose.extract import chinese_quotations
from scenes.data.books.prose.naming import features
from scenes.data.books.quotation_marks import blanked
from scenes.data.books.words import words

HERE = Path(__file__).parent
WEIGHTS = HERE.parents[1] / "scenes" / "data" / "books" / "prose" / "name_weights.json"
PENALTY, RATE, STEPS = 0.001, 0.8, 6000
LONG, LONG_NAME = 4, "long text"
"""Into how many long texts the chapters are put together."""
SILENT = frozenset(
    words(
        """
        陈士成 何小仙 王九妈 双喜 阿发 赵贵翁 陈老五 王胡 吴妈 赵司晨 赵白眼 小Ｄ
        刘海仙 老栓 小栓 华老栓 老尼姑 举人老爷 宝儿 巡警 秀才 罗警官 陆哥 华大妈
        康大叔 郑贤弟 邹容 鲁迅 宏儿 水生 八一嫂 六斤 七斤 红眼睛阿义 夏三爷 夏瑜
        驼背五少爷 假洋鬼子 赵秀才 洪哥 杨二嫂 胡万山 周家 钱玄同 金永生 陈独秀
        胡适之 长妈妈 三太太 赵太爷 邹七嫂
        """
    )
)
"""Who has a name in a book, and says none of the quotations that are labelled."""


class Example(NamedTuple):
    novel: str
    name: str
    features: dict[str, float]
    right: bool


def people() -> dict[str, set[str]]:
    """The names of each text that is tuned on."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for part in ("modern", "stories"):
        for line in (HERE / "labels" / f"{part}-tune.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            found[row["novel"]].update(filter(None, row["speaker"].split("|")))
    for path in (HERE / "modern" / "marked" / "tune").glob("*.txt"):
        for line in path.read_text("utf-8").splitlines():
            if line.startswith("⟦") and "=" in line:
                found[path.stem].update(line.rstrip("⟧").partition("=")[2].split("|"))
    return found


def examples(folder: Path | None) -> Iterator[Example]:
    texts: dict[str, str] = {}
    named = people()
    for novel, names in named.items():
        path = HERE / "modern" / f"{novel}.txt"
        if not path.is_file():
            if folder is None:
                continue
            path = folder / f"{novel}.txt"
        text = texts[novel] = read_book(path).plain
        known = names | SILENT
        for piece in (text, *(text.split("□注释") if "□注释" in text else ())):
            yield from _of_piece(novel if piece is text else piece[-40:], piece, known)
    own = [novel for novel in texts if (HERE / "modern" / f"{novel}.txt").is_file()]
    for at in range(LONG):
        part = own[at::LONG]
        known = SILENT.union(*(named[novel] for novel in part))
        yield from _of_piece(f"{LONG_NAME} {at}", "\n\n".join(texts[one] for one in part), known)


def _of_piece(novel: str, text: str, known: set[str] | frozenset[str]) -> Iterator[Example]:
    narration = blanked(text, chinese_quotations(text))
    seen = chinese_names.acting(narration, text)
    for name in seen:
        how = chinese_names.pooled(name, seen)
        part = any(name != one and name in one for one in known)
        if (part and name not in known) or not chinese_names.may_be_taken(name, how, text):
            continue
        yield Example(novel, name, features(name, how, text), name in known)


def fitted(found: Sequence[Example]) -> dict[str, float]:
    keys = sorted({key for one in found for key in one.features})
    rows = np.array([[one.features.get(key, 0.0) for key in keys] for one in found])
    right = np.array([float(one.right) for one in found])
    weights = np.zeros(len(keys))
    for _step in range(STEPS):
        chances = 1 / (1 + np.exp(-rows @ weights))
        weights += RATE * (rows.T @ (right - chances) / len(found) - PENALTY * weights)
    return dict(zip(keys, map(float, weights), strict=True))


def checked(found: Sequence[Example]) -> Iterator[str]:
    """Precision and recall by threshold, each text judged by what the others teach."""
    told = []
    whole = [one for one in found if one.novel.startswith(LONG_NAME)]
    found = [one for one in found if one not in whole]
    for novel in dict.fromkeys(one.novel for one in found):
        weights = fitted([one for one in found if one.novel != novel])
        for one in (one for one in found if one.novel == novel):
            score = sum(weights.get(key, 0.0) * value for key, value in one.features.items())
            told.append((1 / (1 + np.exp(-score)), one))
    for least in (0.2, 0.3, 0.4, 0.5, 0.6, 0.7):
        given = [one.right for chance, one in told if chance >= least]
        right, all_ = sum(given), sum(one.right for one in found)
        yield f"{least}: precision {right / max(1, len(given)):.1%}, recall {right / all_:.1%}"
    for chance, one in sorted(told, key=lambda each: each[0]):
        if one.right == (chance < 0.5):
            yield f"    {one.novel[-8:]!r} {one.name} {chance:.2f}"


def main() -> None:
    folders = [Path(one) for one in sys.argv[1:] if not one.startswith("--")]
    found = list(examples(folders[0] if folders else None))
    if "--check" in sys.argv:
        print(len(found), *checked(found), sep="\n")
        return
    weights = {key: round(value, 3) for key, value in fitted(found).items()}
    WEIGHTS.write_text(json.dumps(weights, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
