"""Whether a clause of modern Chinese says no more than that somebody speaks, and how."""

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from scenes.data.books.prose import words as w

if TYPE_CHECKING:
    from scenes.data.books.prose.chinese_clauses import ClauseReader

_HOW = (
    "低声|轻声|小声|大声|高声|柔声|沉声|厉声|冷声|颤声|朗声|齐声|连声|失声|悄声|细声细气|粗声粗气|压低声音|压低了声音|"
    "没好气|不耐烦|小心翼翼|一字一顿|一字一句|自言自语|喃喃自语|若有所思|漫不经心|不紧不慢|不慌不忙|慢条斯理|斩钉截铁|理直气壮|"
    "笑着|哭着|红着脸|皱着眉|皱着眉头|板着脸|苦笑着|冷笑着|微笑着|叹着气|叹了口气|叹了一口气|叹口气|喘着气|想了想|顿了顿|"
    "愣了愣|怔了怔|笑了笑|哼了一声|清了清嗓子|咳了一声|咳嗽一声|一边|一面|忍不住|不由得|不由|禁不住|终于|忽然|突然|猛地|"
    "这才|这样|如此|这么|又|也|还|就|才|便|却|都|再|只|先|已|接着|继续|跟着|随即|立刻|立即|马上|连忙|急忙|赶忙|赶紧|"
    "慢慢|缓缓|轻轻|淡淡|冷冷|狠狠|悄悄|默默|静静|恨恨|讪讪|怯怯|幽幽|闷闷|喃喃|苦|冷|微|轻|低|大|小|高|干|怒|哭|急|忙|笑|哭|叹|"
    "开口|出声|张口|一声|几声|一句|两句|一遍|道|起来|下去|了|着|过|的|地|似的|般|一样|很|有些|有点|十分|非常|仿佛|好像"
)
_PHRASE = re.compile(r"[一-鿿]{1,6}?(?:[地似]的?|一般|一样)|([一-鿿])\1的?|")
_WITH = re.compile("(?:用|以|带着)[一-鿿]{1,8}(?:声音|语气|口吻|口气|声调|腔调|语调)")
_WORDS = frozenset((*w.SAY, *w.THINK, *_HOW.split("|")))
_LONGEST = max(map(len, _WORDS))
_TO = re.compile("(?:对着?|向|朝|冲|跟)")


@lru_cache(maxsize=1 << 14)
def is_how(text: str) -> bool:
    """Whether a text says only that somebody speaks, and how."""
    reached = {0}
    for at in range(len(text)):
        if at not in reached:
            continue
        reached |= {
            at + length for length in range(1, _LONGEST + 1) if text[at : at + length] in _WORDS
        }
        for pattern in (_PHRASE, _WITH):
            if (found := pattern.match(text, at)) and found.end() > at:
                reached.add(found.end())
    return len(text) in reached


def is_bare(rest: str, reader: "ClauseReader") -> bool:
    """Whether what follows a subject says no more; whom it is said to counts as that."""
    rest = rest.strip()
    to = _TO.match(rest)
    if to:
        named = reader.named(rest[to.end() :])
        if named and named[0][0] == 0:
            name_end = to.end() + len(_form(reader, rest, to.end()))
            rest = rest[name_end:]
        elif rest[to.end() : to.end() + 1] in "他她我":
            rest = rest[to.end() + 1 :]
    return len(rest) <= 24 and bool(rest) and is_how(rest)


def _form(reader: "ClauseReader", text: str, at: int) -> str:
    from scenes.data.books.prose.cast import form_at

    return form_at(reader.cast.forms, text, at)
