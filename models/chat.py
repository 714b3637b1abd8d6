"""Asks a chat model for the next line of a log."""

import re

from models.backend import Prompt

HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")

ASK_ZH = (
    "上面是一份角色扮演的记录。请接着写下一行，只写一行，并以「{cue}」开头；"
    "写这个角色此刻说的话或做的事，格式与记录里的其他行相同。不要解释，不要替别的角色说话。"
)
ASK_EN = (
    "Above is the log of a role play. Write the next line of it, one line only, beginning with "
    "“{cue}”: what this character says or does now, in the form of the log's other lines. "
    "Explain nothing and do not speak for anyone else."
)

CHAT_TOKENS = 256
"""Tokens of the wish for a line and of what a chat template adds, on the safe side."""


def messages(prompt: Prompt) -> list[dict[str, str]]:
    """The prompt as chat messages: the stable part instructs, the history ends with the wish."""
    ask = (ASK_ZH if HAN.search(prompt.text) else ASK_EN).format(cue=prompt.cue.strip())
    user = {"role": "user", "content": f"{prompt.history}\n{ask}".lstrip("\n")}
    if not prompt.stable.strip():
        return [user]
    return [{"role": "system", "content": prompt.stable.rstrip("\n")}, user]


def grammar_after_cue(grammar: str, cue: str) -> str:
    """A GBNF grammar of the line as one of the answer, which begins with the cue."""
    begun = re.sub(r"(?m)^root(?=\s*::=)", "line-after-cue", grammar, count=1)
    quoted = cue.strip().replace("\\", "\\\\").replace('"', '\\"')
    return f'root ::= "{quoted}" line-after-cue\n{begun}'
