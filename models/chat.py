"""Asks a chat model for the next line of a log, and takes its answer as the line."""

import re

from models.backend import Prompt

HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
WIDE = str.maketrans("：（）！？，；", ":()!?,;")

ASK_ZH = (
    "上面是一份角色扮演的记录。请接着写下一行，只写一行，并以「{cue}」开头；"
    "写这个角色此刻说的话或做的事，格式与记录里的其他行相同。不要解释，不要替别的角色说话。"
)
ASK_EN = (
    "Above is the log of a role play. Write the next line of it, one line only, beginning with "
    "“{cue}”: what this character says or does now, in the form of the log's other lines. "
    "Explain nothing and do not speak for anyone else."
)


def messages(prompt: Prompt) -> list[dict[str, str]]:
    """The prompt as chat messages: the stable part instructs, the history ends with the wish."""
    ask = (ASK_ZH if HAN.search(prompt.text) else ASK_EN).format(cue=prompt.cue.strip())
    user = {"role": "user", "content": f"{prompt.history}\n{ask}".lstrip("\n")}
    if not prompt.stable.strip():
        return [user]
    return [{"role": "system", "content": prompt.stable.rstrip("\n")}, user]


class EchoFilter:
    """Drops blanks and the cue, in either width, from the beginning of an answer."""

    def __init__(self, cue: str) -> None:
        self._cue = cue.strip().translate(WIDE)
        self._held = ""
        self._past = False

    def push(self, text: str) -> str:
        """Take some more text and return what belongs to the line."""
        if self._past:
            return text
        self._held = (self._held + text).lstrip()
        begun = self._held.translate(WIDE)
        if len(begun) < len(self._cue) and self._cue.startswith(begun):
            return ""
        if self._cue and begun.startswith(self._cue):
            self._held = self._held[len(self._cue) :].lstrip()
            self._cue = ""
            if not self._held:
                return ""
        return self.flush()

    def flush(self) -> str:
        """Return what was held back: the answer ended, or it is no echo."""
        self._past = True
        held, self._held = self._held, ""
        return held
