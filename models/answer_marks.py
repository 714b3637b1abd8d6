"""What models put around an answer: thoughts, marks of chat templates, fences, polite beginnings.

It knows their spelling only; `models.answer` says what becomes of each.
"""

import re
import unicodedata

_THOUGHT = (
    "think|thinking|thought|thoughts|reasoning|reflection|scratchpad|analysis|seed:think"
    "|ant_?thinking|inner_monologue"
)
THINKING = re.compile(
    rf"<(?:{_THOUGHT})(?:\s[^<>]{{0,80}})?>|\[THINK\]|◁think▷|<\|begin_of_thought\|>"
    r"|<\|START_THINKING\|>|<\|?channel\|?>\s*(?:analysis|commentary|thought)",
    re.IGNORECASE,
)
"""How a model begins to think aloud; the last by gpt-oss and Gemma."""
THOUGHT = re.compile(
    rf"</(?:{_THOUGHT})>|\[/THINK\]|◁/think▷|<\|end_of_thought\|>|<\|END_THINKING\|>|<channel\|>"
    r"|(?:<\|end\|>)?(?:<\|start\|>assistant)?<\|channel\|>final(?:<\|message\|>)?|<\|end\|>",
    re.IGNORECASE,
)
"""How it ends to."""

_ROLE = r"(?:assistant|model|bot|Assistant|助手)?"
BEGINNING = re.compile(
    rf"(?:<\|im_start\|>|<start_of_turn>|<\|turn>){_ROLE}"
    rf"|<\|start_header_id\|>{_ROLE}<\|end_header_id\|>"
    r"|<\|start\|>assistant|<\|channel\|>final|<\|message\|>|<\|assistant\|>|<｜Assistant｜>"
    r"|<\|begin_of_text\|>|<｜begin▁of▁sentence｜>|<\|START_RESPONSE\|>|<\|CHATBOT_TOKEN\|>"
    r"|<\|START_OF_TURN_TOKEN\|>|\[/INST\]|\[gMASK\]|<sop>|<bos>|<s>|<(?:answer|response|output)>"
)
"""What a template writes before an answer, and a model repeats."""
END = re.compile(
    r"<[|｜][^\s<>|｜]{1,40}[|｜]>|<(?:turn\||\|turn)>"
    r"|</?(?:s|bos|eos|pad|unk|eot|eop|sop|eod|eom|end_of_turn|start_of_turn|end_of_utterance)>"
    r"|</(?:answer|response|output|assistant|reply)>"
    rf"|\[/?INST\]|<</?SYS>>|\[EOS\]|\[gMASK\]|```|<(?:{_THOUGHT})>|</(?:{_THOUGHT})>|\[/THINK\]",
    re.IGNORECASE,
)
"""What stands after an answer; nothing that follows it belongs to it."""
DROPPED = re.compile(r"[\u200b\u2060\ufeff]|</?(?:br|b|i|u|em|strong|p|span|div)\s*/?>", re.I)
"""What stands inside an answer and says nothing on a terminal."""
GROWING = re.compile(
    r"(?:<[<|｜]?/?[^\s<>]{0,42}|<</?SYS>|\[/?[A-Za-z]{0,6}|`{1,2}|◁/?[a-z]{0,5})\Z"
)
"""An end of a text that may become one of these marks."""
GROWING_FRAME = re.compile(
    rf"{GROWING.pattern}|<[A-Za-z_:]+\s[^<>]{{0,80}}"
    r"|(?:<[^<>\s]{1,24}>)+\s*[A-Za-z助手]{0,10}(?:<[^<>\s]{0,24})?"
    r"|(?:`{1,3}|~{1,3})[A-Za-z]*|[-*•>·#]{1,6}[ \t]*"
)
"""A whole beginning that may become a frame, or more of one."""
FENCE = re.compile(r"(?:```|~~~)(?:[A-Za-z]*(?=\s)|(?=[^\sA-Za-z`~]))")
BULLET = re.compile(r"(?:[-*•>·]|#{1,6})[ \t]+(?=\S)")
UNOPENED = re.compile(
    rf"</(?:{_THOUGHT})>|\[/THINK\]|◁/think▷|<\|END_THINKING\|>|<channel\|>", re.IGNORECASE
)
"""How a thought ends whose beginning the template has written, or the server taken away."""

POLITE = (
    "好的", "好", "当然可以", "当然", "没问题", "明白了", "明白", "收到", "可以", "行",
    "sure thing", "sure", "certainly", "of course", "okay", "ok", "absolutely", "alright",
    "got it", "understood",
)  # fmt: skip
"""What may stand before an announcement."""
ANNOUNCING = (
    "以下是", "以下为", "下面是", "这里是", "这是下", "接下来是", "接下来的", "续写如下", "下一行",
    "下一句", "here is", "here's", "here’s", "here are", "below is", "the next line", "next line",
    "this is the next", "continuing",
)  # fmt: skip
"""How an announcement of the answer begins; it ends with its colon."""
LONGEST_ANNOUNCEMENT = 60
MEANT = re.compile(
    r"下一?[行句条]|台词|续写|回[复应答]|记录|日志|next (?:line|entry|message)|the line|the log"
    r"|reply|response|continuation",
    re.IGNORECASE,
)
"""Words that an announcement holds, and a line of a story hardly ever."""

QUOTES = {"“": "”", "「": "」", "『": "』", '"': '"', "‘": "’", "«": "»", "`": "`", "＂": "＂"}
BRACKETS = {"【": "】", "[": "]", "（": "）", "(": ")", "《": "》", "<": ">", "［": "］"}
_FILLERS = "\u115f\u1160\u3164\uffa0\u2800\u034f\u180e"


def blank(character: str) -> bool:
    """Whether nothing is to be seen of it."""
    return (
        character.isspace()
        or unicodedata.category(character) in ("Cc", "Cf")
        or character in _FILLERS
    )


def folded(text: str) -> str:
    """`text` in one width and one case, as long as it was."""
    return "".join(
        low if len(low := unicodedata.normalize("NFKC", c).lower()) == 1 else c for c in text
    )
