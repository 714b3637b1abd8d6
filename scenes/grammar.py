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
_NARRATION = r"""root ::= text "】"
"""


def line_grammar(emotions: Sequence[str]) -> str:
    """What follows `角色：` and its newline: speech, action or thought, with one of `emotions`."""
    labels = " | ".join(json.dumps(label, ensure_ascii=False) for label in emotions)
    emotion = rf'" \\emoji " ({labels})' if labels else '""'
    return f"{_SPEECH}emotion ::= {emotion}\n{_TEXT}"


def narration_grammar() -> str:
    """What follows `【`, with its `】`."""
    return _NARRATION + _TEXT
