"""The marks in a line of a log: escapes, emotions, thoughts, brackets."""

import re
from collections.abc import Callable, Sequence

from base.names import LONGEST_NAME
from base.text import UNPRINTABLE

_ESCAPE = re.compile(r"\\u\{([0-9a-f]{1,6})\}")
_UNPRINTABLE = re.compile(rf"{UNPRINTABLE.pattern}|[\t\n\r]")
_STRUCTURAL = re.compile(r"[\s\\:：【】（）(){}#=]")
NOT_IN_A_NAME = r"\s\\:：，,。；;、！!？?“”\"《》…【】\[\]{}（）()#=<>|"
_LABEL = re.compile(r"(?![A-Za-z])\s*((?:\\u\{[0-9a-f]{1,6}\}|[^\s\\])+)")
_WHISPER = re.compile(
    rf"((?:＠(?:\\u\{{[0-9a-f]{{1,6}}\}}|[^＠@{NOT_IN_A_NAME}])+)+)[ \u3000]+(?=\S)"
)
BRACKET = re.compile("[【】]")
_PARENTHESIS = re.compile("[（）()]")
_WIDE = re.compile(r"[⺀-鿿豈-﫿︰-﹏＀-￯]")


class _Escape:
    """Replaces the characters that `pattern` matches by their code points."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern = pattern

    def __call__(self, text: str) -> str:
        return self.pattern.sub(lambda found: f"\\u{{{ord(found[0]):x}}}", text)


escape_unprintable = _Escape(re.compile(rf"{_UNPRINTABLE.pattern}|\\(?=u\{{[0-9a-f]{{1,6}}\}})"))
escape_all = _Escape(re.compile(rf"{_UNPRINTABLE.pattern}|{_STRUCTURAL.pattern}|[{NOT_IN_A_NAME}]"))


def unescape(text: str) -> str:
    """`text` with the characters that `\\u{hex}` stands for."""

    def character(found: re.Match[str]) -> str:
        code = int(found[1], 16)
        return chr(code) if code <= 0x10FFFF else found[0]

    return _ESCAPE.sub(character, text) if "\\" in text else text


def join(left: str, right: str) -> str:
    """Two lines as one: a blank between Latin words only."""
    wide = not left or not right or _WIDE.match(left[-1]) or _WIDE.match(right[0])
    return left + right if wide else f"{left} {right}"


def split_emotion(body: str) -> tuple[str, str]:
    """Split off an `\\emoji` at the end; empty where there is none."""
    at = body.rfind(r"\emoji")
    label = _LABEL.fullmatch(body, at + 6) if at >= 0 else None
    return (body[:at].rstrip(), unescape(label[1])) if label else (body, "")


def split_thought(body: str) -> tuple[str, str | None]:
    """Split off a `（…）` at the end; `None` where there is none."""
    if not body.endswith(("）", ")")):
        return body, None
    depth = 0
    for found in reversed(list(_PARENTHESIS.finditer(body))):
        depth += 1 if found[0] in "）)" else -1
        if depth == 0:
            inner = body[found.end() : -1].strip()
            return body[: found.start()].rstrip(), inner
    return body, None


def whispered(to: Sequence[str], escape: Callable[[str], str]) -> str:
    """How a line begins that is for some only: `＠苏晚＠顾三 `; empty where it is for all."""
    names = (re.sub("[＠@]", lambda at: f"\\u{{{ord(at[0]):x}}}", escape(name)) for name in to)
    return "".join(f"＠{name}" for name in names) + " " if to else ""


def split_whisper(body: str) -> tuple[tuple[str, ...], str]:
    """Split off who alone hears a line; nobody where it is for all."""
    found = _WHISPER.match(body) if body.startswith("＠") else None
    if found is None:
        return (), body
    names = tuple(map(unescape, found[1][1:].split("＠")))
    if any(len(name) > LONGEST_NAME for name in names):
        return (), body
    return names, body[found.end() :]


def closing(text: str) -> int | None:
    """Where the `【` that begins `text` is closed; `None` where it is not; -1 where none begins."""
    if not text.startswith("【"):
        return -1
    depth = 0
    for found in BRACKET.finditer(text):
        depth += 1 if found[0] == "【" else -1
        if depth == 0:
            return found.start()
    return None
