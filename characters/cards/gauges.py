"""Values of a game that a chat program writes below a text, in lines: `好感度：20/100`. Pure."""

import re

_LABEL = r"[ \t]*[^\s:：“”「」\"][^:：\n“”「」\"]{0,11}[:：][ \t]*"
_GAUGE = re.compile(rf"^{_LABEL}[0-9]{{1,6}}[ \t]?(?:[/／][ \t]?[0-9]{{1,6}}|[%％])", re.MULTILINE)
_VALUE = re.compile(rf"{_LABEL}[^\n“”「」\":：。！？]{{1,40}}")
_SIGNS = ("/", "／", "%", "％")


def may_have_gauges(text: str) -> bool:
    """Whether a line of a text tells how much of a whole something is."""
    return any(sign in text for sign in _SIGNS) and _GAUGE.search(text) is not None


def without_gauges(text: str) -> tuple[str, int]:
    """A text without values in lines beside each other, one of which is a gauge; and how many such
    places there were."""
    if not may_have_gauges(text):
        return text, 0
    kept: list[str] = []
    values: list[str] = []
    places = 0
    for line in [*text.split("\n"), ""]:
        if _VALUE.fullmatch(line):
            values.append(line)
            continue
        if len(values) > 1 and any(map(_GAUGE.match, values)):
            places += 1
        else:
            kept += values
        values = []
        kept.append(line)
    return "\n".join(kept[:-1]), places
