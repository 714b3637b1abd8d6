"""Who narrates at a table, where no name tells: guessed by what the accounts write."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable

from scenes.files.trpg.items import TableMessage

Account = tuple[str, str]
LEAST = 3
"""Messages of somebody who may be guessed to narrate."""
SHORTEST_NAME = 2
"""Signs of a name that is looked for in what others write."""
_QUOTED = re.compile('“[^”]*”?|「[^」]*」?|"[^"]*"?')
_CODES = re.compile(r"\[[^\[\]\n]*\]")
_SKILLS = (
    "侦查|偵查|聆听|聆聽|图书馆|圖書館|心理学|心理學|灵感|靈感|力量|敏捷|意志|幸运|幸運|追踪|追蹤|导航"
    "|潜行|潛行|急救|说服|話術|话术|知识|教育|检定|檢定"
)
_ASKS = re.compile(
    rf"[（(]\s*(?:[.。/]|过|請|请|roll|投|骰)?\s*[A-Za-z]{{0,3}}\s*(?:{_SKILLS}|sc ?\d[^（）()]*)"
    r"[^（）()\n]{0,16}[)）]\s*$|过(?:一个|一下|个|一次)\S{0,8}(?:检定|鉴定)?|进行\S{0,8}(?:检定|鉴定)"
    r"|請?做\S{0,8}檢定|\broll (?:for|a)\b|make a \w+ (?:check|roll)",
    re.IGNORECASE,
)
_YOU = re.compile(
    r"你们|你們|你[^，。！？]{0,8}(?:看|听|聽|发现|發現|感|来到|站|走|闻|聞|觉)|调查员|調查員|探索者"
    r"|\byou (?:see|hear|find|notice|enter)\b"
)


def narrator_of(messages: Iterable[TableMessage], others: Collection[Account]) -> Account | None:
    """The one account that likely narrates, `None` where none stands out.

    `others` are accounts that are known for something else. It has to do two of these more than
    anybody: ask for checks, tell people what they perceive, write of the others by name, and write
    at length.
    """
    texts: dict[Account, list[str]] = defaultdict(list)
    for one in messages:
        if one.part == "person" and (one.name, one.id) not in others:
            texts[one.name, one.id].append(_QUOTED.sub("", _CODES.sub("", one.text)))
    texts = {account: said for account, said in texts.items() if account[0].strip()}
    if len(texts) < 2:
        return None
    names = {account: account[0].strip() for account in texts}
    scores = {account: _score(account, said, texts, names) for account, said in texts.items()}
    ranked = sorted(scores, key=lambda account: -sum(scores[account]))
    best, next_best = ranked[0], ranked[1]
    asks, perceives, *_rest = scores[best]
    clear = (
        (asks or perceives)
        and sum(scores[best]) >= 2
        and sum(scores[best]) - sum(scores[next_best]) >= 1
    )
    return best if clear and len(texts[best]) >= LEAST else None


def _score(
    account: Account,
    said: list[str],
    texts: dict[Account, list[str]],
    names: dict[Account, str],
) -> tuple[bool, bool, bool, bool]:
    """Whether an account does each of what narrators do."""
    others = [
        part
        for other, name in names.items()
        if other != account
        for part in {name, re.split(r"[·•.\s-]", name)[0]}
        if len(part) >= SHORTEST_NAME
    ]
    asks = sum(_ASKS.search(text) is not None for text in said)
    perceives = sum(_YOU.search(text) is not None for text in said)
    tells = sum(any(name in text for name in others) for text in said)
    mean = sum(map(len, said)) / len(said)
    rest = [len(text) for other, all in texts.items() if other != account for text in all]
    return (
        asks > 0,
        10 * perceives >= len(said) and perceives > 0,
        10 * tells >= len(said) and tells > 0,
        bool(rest) and mean > 1.5 * sum(rest) / len(rest),
    )
