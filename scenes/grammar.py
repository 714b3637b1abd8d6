"""The grammar of one log line in GBNF, for backends that can constrain what they draw. Pure."""

import json
from collections.abc import Sequence

_SPEECH = r"""root ::= (action | thought | speech) emotion? "\n"
action ::= "\\me " text
thought ::= "（" text "）"
speech ::= text thought?
"""
_TEXT = r"""text ::= first rest*
first ::= [^\x00-\x20\x7f\\：:【】（）(){}#=　]
rest ::= [^\x00-\x1f\x7f\\【】（）()]
"""
_OFFERED = r"""text ::= word letter{1,90}
word ::= [^\x00-\x20\x7f\\:：【】（）(){}#=　0-9.。,，;；、]
letter ::= [^\x00-\x1f\x7f\\【】（）()0-9.。;；]
"""
"""One sentence, and actions without a number or a bracket of their own."""
_NARRATION = r"""root ::= text "】"
"""


def line_grammar(emotions: Sequence[str]) -> str:
    """What follows `角色：` and its newline: speech, action or thought, with one of `emotions`."""
    labels = " | ".join(json.dumps(label, ensure_ascii=False) for label in emotions)
    emotion = rf'" \\emoji " ({labels})' if labels else '""'
    return f"{_SPEECH}emotion ::= {emotion}\n{_TEXT}"


def offering_grammar(offers: int, skills: Sequence[str], chinese: bool) -> str:
    """What follows `【` where so many numbered actions are offered, some with a check of one of
    `skills`, with its `】`."""
    numbered = (f'"{" " * (at > 1)}{at}. " option' for at in range(1, offers + 1))
    named = " | ".join(json.dumps(skill, ensure_ascii=False) for skill in skills)
    check = f'("（" ({named}) "检定）")?' if chinese else f'(" (" ({named}) " check)")?'
    end = "。" if chinese else "."
    return f"""root ::= text "{end}" {" ".join(numbered)} "】"
option ::= word letter{{1,40}} {check if skills else '""'}
{_OFFERED}"""


def narration_grammar() -> str:
    """What follows `【`, with its `】`."""
    return _NARRATION + _TEXT
