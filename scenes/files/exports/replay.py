"""A session as one HTML page to read: no script, nothing loaded, light or dark. Pure."""

import re
from collections.abc import Iterator
from html import escape
from zlib import crc32

from base.text import UNPRINTABLE
from scenes.log import SPOKEN, Entry
from scenes.table.session import Session, Turn

_UNSAFE = re.compile(rf"{UNPRINTABLE.pattern}|\r")

_STYLE = """
:root { color-scheme: light dark; --page: #fdfcf9; --ink: #22211f; --quiet: #6d6a64;
  --rule: #dedad2; --light: 34%; }
@media (prefers-color-scheme: dark) {
  :root { --page: #191a1c; --ink: #e6e3dc; --quiet: #9b978f; --rule: #37383b; --light: 72%; }
}
body { background: var(--page); color: var(--ink); margin: 0 auto; max-width: 42rem;
  padding: 2rem 1rem 4rem; line-height: 1.7;
  font-family: system-ui, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
h1, h2 { line-height: 1.3; } h2 { border-top: 1px solid var(--rule); padding-top: 1.5rem; }
p { margin: .6rem 0; overflow-wrap: anywhere; white-space: pre-wrap; }
b { color: hsl(var(--hue) 60% var(--light)); margin-inline-end: .6em; }
.narration { border-inline-start: 3px solid var(--rule); color: var(--quiet);
  padding-inline-start: .8rem; }
.action { font-style: italic; } .thought, .inner, small, .context, .comment,
.unrecognised { color: var(--quiet); }
details { color: var(--quiet); font-size: .9em; margin: 0 0 .8rem 1.5rem; }
summary { cursor: pointer; } li.picked { color: var(--ink); font-weight: 600; }
"""


def html(session: Session, speaker: str | None, context: int) -> Iterator[str]:
    """The current branch as a page: names in colours, candidates folded under what was picked."""
    scene = session.scene
    yield '<!doctype html>\n<html><head><meta charset="utf-8">'
    yield (
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    )
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{_safe(scene.title)}</title><style>{_STYLE}</style></head>"
    yield f'<body><main dir="auto"><h1 dir="auto">{_safe(scene.title)}</h1>'
    if scene.summary:
        yield f'<p class="context" dir="auto">{_safe(scene.summary)}</p>'
    for turn in session.path:
        yield _paragraph(turn.entry)
        yield from _draw(session, turn)
    yield "</main></body></html>"


def _paragraph(entry: Entry) -> str:
    if entry.kind == "chapter":
        return f'<h2 dir="auto">{_safe(entry.text)}</h2>'
    hue = crc32(entry.speaker.encode(errors="replace")) % 360
    name = f'<b style="--hue: {hue}">{_safe(entry.speaker)}</b>' if entry.kind in SPOKEN else ""
    return f'<p class="{entry.kind}" dir="auto">{name}{_words(entry)}</p>'


def _words(entry: Entry) -> str:
    text = _safe(entry.text)
    text = f"（{text}）" if entry.kind == "thought" else text
    thought = f'<span class="inner">（{_safe(entry.thought)}）</span>' if entry.thought else ""
    emotion = f" <small>{_safe(entry.emotion)}</small>" if entry.emotion else ""
    return f"{text}{thought}{emotion}"


def _draw(session: Session, turn: Turn) -> Iterator[str]:
    """What else was drawn, folded."""
    draw = session.draws.get(turn.draw) if turn.draw is not None else None
    if draw is None or len(draw.candidates) < 2:
        return
    count = len(draw.candidates)
    yield f"<details><summary>{count}</summary><ol>"
    for place, candidate in enumerate(draw.candidates):
        picked = ' class="picked"' if place == turn.candidate else ""
        yield f'<li{picked} dir="auto">{_words(candidate.entry)}</li>'
    yield "</ol></details>"


def _safe(text: str) -> str:
    """Text that a page shows as it is, without what could turn its direction."""
    return escape(_UNSAFE.sub("\ufffd", text))
