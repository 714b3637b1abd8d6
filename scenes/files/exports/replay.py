"""A session as one HTML page that plays it back, with its candidates and branches: nothing is
loaded, and what was said is data of the page, never markup or script. Pure.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any

from base.errors import KnownError
from base.messages import _, language
from base.text import UNPRINTABLE
from scenes.files.exports.jsonlines import json_line
from scenes.log import Entry
from scenes.log_marks import whispered
from scenes.table.session import Session, Turn

KINDS = (
    *("narration", "speech", "action", "thought", "chapter", "context", "comment"),
    "unrecognised",
)
TURN_OF_HUE = 137.5
"""Degrees between the colours of two names, so that no two are alike."""
_UNSAFE = re.compile(rf"{UNPRINTABLE.pattern}|\r")
_HERE = Path(__file__).parent
_BODY = """<main><h1 dir="auto">{title}</h1><p class="quiet" dir="auto">{summary}</p>
<div id="log"></div><div id="after"></div></main>
<nav><div class="row"><button id="back">◀</button><button id="play">▶</button>
<button id="on">▶|</button><input id="where" type="range" min="0" value="0"><span id="count"></span>
</div><div class="row"><select id="pace"><option value="0.5">½×</option>
<option value="1" selected>1×</option><option value="2">2×</option><option value="4">4×</option>
<option value="10">10×</option></select><select id="branch"></select><select id="mark"></select>
<label class="quiet"><input id="hands" type="checkbox" checked> <span id="with"></span></label>
<button id="theme">◐</button></div></nav>"""

Row = list[Any]


def html(session: Session, speaker: str | None, context: int) -> Iterator[str]:
    """The whole session as a page that begins where the play stands."""
    style, script = _file("replay.css"), _file("replay.js")
    title = escape(_safe(session.scene.title))
    policy = (
        f"default-src 'none'; base-uri 'none'; form-action 'none'; "
        f"style-src '{_digest(style)}'; script-src '{_digest(script)}'"
    )
    spoken = language().replace("_", "-")
    yield f'<!doctype html>\n<html lang="{spoken}"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="referrer" content="no-referrer">'
    yield f"<title>{title}</title><style>{style}</style></head><body>"
    yield _BODY.format(title=title, summary=escape(_safe(session.scene.summary)))
    yield '<script type="application/json" id="data">'
    yield from _data(session)
    yield f"</script><script>{script}</script></body></html>"


def _file(name: str) -> str:
    return (_HERE / name).read_text("utf-8")


def _digest(text: str) -> str:
    """How a policy names a script or a style that stands in the page."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _data(session: Session) -> Iterator[str]:
    """What the script plays, a turn and a hand a line."""
    names: dict[str, int] = {"": 0}
    yield '{"turns":['
    yield from _rows(_turn(turn, names) for turn in session.turns.values())
    yield '],"draws":['
    yield from _rows(_hand(session, number, names) for number in session.draws)
    known = [_safe(name) for name in names]
    rest = {
        "kinds": KINDS,
        "names": known,
        "hues": [round(TURN_OF_HUE * at) % 360 for at in range(len(known))],
        "marks": {str(turn): _safe(name) for turn, name in session.marks.items()},
        "head": session.head,
        "words": _words(),
    }
    yield f"],{_json(rest)[1:]}"


def _rows(rows: Iterable[Row]) -> Iterator[str]:
    comma = ""
    for row in rows:
        yield comma + _json(row)
        comma = ","


def _json(value: object) -> str:
    """JSON that may stand in a script of a page."""
    return json_line(value, compact=True).replace("<", "\\u003c").replace(">", "\\u003e")


def _turn(turn: Turn, names: dict[str, int]) -> Row:
    kind, *said = _line(turn.entry, names)
    return [turn.parent, KINDS.index(kind), *said, turn.draw, turn.candidate, turn.of]


def _hand(session: Session, number: int, names: dict[str, int]) -> Row:
    """After which turn a hand was drawn, and its candidates; one that cannot be read has none."""
    try:
        draw = session.draws[number]
    except KnownError:
        return [None, []]
    return [draw.parent, [_line(candidate.entry, names) for candidate in draw.candidates]]


def _line(entry: Entry, names: dict[str, int]) -> Row:
    who = names.setdefault(entry.speaker, len(names))
    text = whispered(entry.to, str) + entry.text
    return [entry.kind, who, *map(_safe, (text, entry.thought, entry.emotion))]


def _words() -> dict[str, Any]:
    """What the page says itself."""
    return {
        "hand": _("candidates"),
        "unsaid": _("drawn here, and not said"),
        "goes": _("said on another branch: go there"),
        "other": _("another branch from here"),
        "here": _("where the play stands:"),
        "branch": _("branch"),
        "marks": _("bookmarks"),
        "play": _("play"),
        "pause": _("pause"),
        "labels": {
            "play": _("play"),
            "back": _("one turn back"),
            "on": _("one turn on"),
            "where": _("turn"),
            "pace": _("pace"),
            "branch": _("branch"),
            "mark": _("bookmarks"),
            "theme": _("light or dark"),
            "hands": _("show the candidates while it plays"),
        },
    }


def _safe(text: str) -> str:
    """Text that a page shows as it is, without what could turn its direction."""
    return _UNSAFE.sub("\ufffd", text)
