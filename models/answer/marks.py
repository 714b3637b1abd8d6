"""What models put around an answer: thoughts, marks of chat templates, fences, polite beginnings.

It knows their spelling only; `models.answer.line` says what becomes of each.
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

_WRAPPER = (
    "answer|response|output|reply|line|message|dialogue|dialog|speak|speech|final|final_answer"
    "|result|assistant"
)
_ROLE = r"(?:assistant|model|bot|Assistant|助手)?"
BEGINNING = re.compile(
    rf"(?:<\|im_start\|>|<start_of_turn>|<\|turn>){_ROLE}"
    rf"|<\|start_header_id\|>{_ROLE}<\|end_header_id\|>"
    r"|<\|start\|>assistant|<\|channel\|>final|<\|message\|>|<\|assistant\|>|<｜Assistant｜>"
    r"|<\|begin_of_text\|>|<｜begin▁of▁sentence｜>|<\|START_RESPONSE\|>|<\|CHATBOT_TOKEN\|>"
    r"|<\|START_OF_TURN_TOKEN\|>|\[/INST\]|\[gMASK\]|<sop>|<bos>|<s>|<\|begin_of_box\|>"
    rf"|<!\[CDATA\[|<(?:{_WRAPPER})>"
    r"|</?(?:br|b|i|u|em|strong|p|span|div|font)(?:\s[^<>]{0,80})?/?>"
    r"|[-*_=]{3,80}[ \t]*(?=[\n\r])"
)
"""What a template writes before an answer, and a model repeats."""
END = re.compile(
    r"<[|｜][^\s<>|｜]{1,40}[|｜]>|<(?:turn\||\|turn)>"
    r"|</?(?:s|bos|eos|pad|unk|eot|eop|sop|eod|eom|end_of_turn|start_of_turn|end_of_utterance)>"
    rf"|</(?:{_WRAPPER})>|\]\]>|<END>|\[END\]"
    rf"|\[/?INST\]|<</?SYS>>|\[EOS\]|\[gMASK\]|```|<(?:{_THOUGHT})>|</(?:{_THOUGHT})>|\[/THINK\]",
    re.IGNORECASE,
)
"""What stands after an answer; nothing that follows it belongs to it."""
DROPPED = re.compile(
    r"[\u200b\u2060\ufeff]|</?(?:br|b|i|u|em|strong|p|span|div|font)(?:\s[^<>]{0,80})?/?>", re.I
)
"""What stands inside an answer and says nothing on a terminal."""
GROWING = re.compile(
    r"(?:<[<|｜]?/?[^\s<>]{0,42}|<(?:br|span|font|div|[biup]|em|strong)\s[^<>]{0,80}|<</?SYS>"
    r"|\[/?[A-Za-z]{0,6}|\]{1,2}|`{1,2}|◁/?[a-z]{0,5})\Z"
)
"""An end of a text that may become one of these marks."""
GROWING_FRAME = re.compile(
    rf"{GROWING.pattern}|\{{\s*|<[A-Za-z_:]+\s[^<>]{{0,80}}"
    r"|(?:<[^<>\s]{1,24}>)+\s*[A-Za-z助手]{0,10}(?:<[^<>\s]{0,24})?"
    r"|(?:`{1,3}|~{1,3})[A-Za-z]*|[-*•>·#]{1,6}[ \t]*|[-*_=]{1,80}[ \t]*"
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
LABELS = (
    "assistant", "response", "answer", "reply", "output", "next line",
    "下一行", "下一句", "台词", "续写", "回复", "回答", "回应", "答案", "输出", "助手",
)  # fmt: skip
"""What stands with a colon before an answer, as over a field of a form."""
ANNOUNCING = (
    "以下是", "以下为", "下面是", "这里是", "这是下", "接下来是", "接下来的", "续写如下", "下一行",
    "下一句", "here is", "here's", "here’s", "here are", "below is", "the next line", "next line",
    "this is the next", "continuing",
)  # fmt: skip
"""How an announcement of the answer begins; it ends with its colon."""
TEMPLATE_LABEL = re.compile(r"(?:assistant|response)\s*[:：]", re.IGNORECASE)
"""One that only a template writes."""
OBJECT = re.compile(r'\{\s*"')
"""How an answer in JSON begins."""
LONGEST_OBJECT = 4096
SAID_IN = (
    "line", "text", "content", "message", "reply", "response", "answer", "dialogue", "speech",
    "output", "台词", "内容", "对白",
)  # fmt: skip
"""Under what an answer in JSON has the line."""
LONGEST_ANNOUNCEMENT = 60
MEANT = re.compile(
    r"下一?[行句条]|台词|续写|回[复应答]|记录|日志|next (?:line|entry|message)|the line|the log"
    r"|reply|response|continuation|assistant|answer|output|答案|输出|助手|(?:might|could|would) say"
    r"|会(?:这样|这么)?[说写]|这样[说写]",
    re.IGNORECASE,
)
"""Words that an announcement holds, and a line of a story hardly ever."""

QUOTES = {
    "“": "”",
    "「": "」",
    "『": "』",
    '"': '"',
    "‘": "’",
    "'": "'",
    "«": "»",
    "`": "`",
    "＂": "＂",
}
BRACKETS = {"【": "】", "[": "]", "（": "）", "(": ")", "《": "》", "<": ">", "［": "］"}
_FILLERS = "\u115f\u1160\u3164\uffa0\u2800\u034f\u180e"


ENTITY = re.compile(
    r"&(?:quot|amp|lt|gt|apos|nbsp|[lr][sd]quo|hellip|mdash|ndash|middot"
    r"|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});"
)
"""A character as HTML writes it, where an answer was made ready for a page."""
GROWING_ENTITY = re.compile(r"&(?:[a-z]{0,6}|#[xX]?[0-9a-fA-F]{0,7})\Z")
TAGS = ("</b>", "</strong>", "</em>", "</i>", "</u>", "</span>", "</font>")
"""What may stand between a name and its colon."""


def blank(character: str) -> bool:
    """Whether nothing is to be seen of it."""
    return (
        character.isspace()
        or unicodedata.category(character) in ("Cc", "Cf")
        or character in _FILLERS
    )


def pictured(character: str) -> bool:
    """Whether it is an emoji, or a part of one."""
    return unicodedata.category(character) in ("So", "Sk", "Mn") and character > "\u2000"


def folded(text: str) -> str:
    """`text` in one width and one case, as long as it was."""
    return "".join(
        low if len(low := unicodedata.normalize("NFKC", c).lower()) == 1 else c for c in text
    )
