"""What somebody asked or answered as lines of a log. Pure."""

import re
from collections.abc import Sequence

from base.messages import _
from base.names import name_problem
from scenes.log import Entry, cue, parse

_BREAK = re.compile(r"\s*[\r\n]\s*")
_LETTER = re.compile(r"[A-Za-z0-9]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_PERSONA = re.compile(
    r"\s*(?:现在)?(?:请你?)?(?:以[“「]?(?P<as>[^，。：:“”「」]{1,20}?)[”」]?的(?:身份|口吻|语气|口气)"
    r"|(?:用)?扮演(?:一下)?(?:角色)?[“「]?(?P<play>[^，。：:“”「」]{1,20}?)[”」]?(?=[，。！,.!\s]|$))"
)
_SYSTEM = re.compile(
    r"\s*(?:现在)?(?:你是|假设你是|假如你是|[Yy]ou are |I want you to act like )"
    r"[“「]?(?P<is>[^，。：:,.!！？?“”「」\n]{1,20}?)[”」]?(?=[，。！,.!\n]|$)"
)
_WITH_ROLE = re.compile(r".*(?:中|里)的(?:角色|人物)?")


def one_line(text: str) -> str:
    """A text on one line: Chinese sentences follow each other without a blank."""
    return _BREAK.sub(_joint, _CONTROL.sub("", text).strip())


def _joint(gap: re.Match[str]) -> str:
    beside = gap.string[max(0, gap.start() - 1) : gap.start()] + gap.string[gap.end() :][:1]
    return " " if _LETTER.search(beside) else ""


def line_by(name: str, text: str) -> Entry:
    """A text as a line by `name`, without the name where the text says that itself."""
    text = one_line(text)
    for colon in "：:":
        text = text.removeprefix(f"{name}{colon}").lstrip()
    read: Sequence[Entry] = parse(f"{cue(name)}{text}")
    whole = len(read) == 1 and read[0].speaker == name and (read[0].text or read[0].thought)
    return read[0] if whole else Entry("speech", text, name)


def lines_before(text: str, names: Sequence[str] = ()) -> tuple[list[Entry], str] | None:
    """The lines of a log in `text`, and who is up, where its last line is `名字：`.

    That is how our own exports and the notebooks of novel2trpg write a prompt. `names` are names
    that are known; `None` where the text is not such a prompt.
    """
    before, __, last = text.rstrip().rpartition("\n")
    name = last.strip().removesuffix("：").removesuffix(":").strip()
    if name == last.strip() or name_problem(name):
        return None
    entries = (
        [entry for entry in parse(before) if entry.kind != "comment"] if before.strip() else []
    )
    told = any(entry.kind in ("speech", "action", "thought", "narration") for entry in entries)
    return (entries, name) if told or name in names else None


def persona(text: str, of_system: bool = False) -> str:
    """Whom an instruction tells to be, such as 李白 of `以李白的身份回答。`; empty where nobody.

    A system text may say it plainer, `你是李白，…`, which in an instruction may be a question.
    """
    found = _PERSONA.match(text) or (_SYSTEM.match(text) if of_system else None)
    if found is None:
        return ""
    name = (
        next(one for one in found.groupdict().values() if one is not None).strip()
        if any(found.groupdict().values())
        else ""
    )
    name = _WITH_ROLE.sub("", name) or name
    return "" if name_problem(name) else name


def who_answers(where: str, title: str) -> str:
    """What to say of records that do not tell who answers."""
    return _(
        "{where}: taken for {form}, which does not say who answers; say it with: --for NAME",
        where=where,
        form=title,
    )
