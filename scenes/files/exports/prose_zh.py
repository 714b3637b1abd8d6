"""What is said, done and thought as Chinese prose. Pure."""

from collections.abc import Sequence

from scenes.files.exports.moods import in_chinese
from scenes.files.exports.sentences import (
    Paragraph,
    Spoken,
    asks,
    ended,
    quoted,
    told_already,
    with_feelings,
    without_subject,
)
from scenes.log import Entry

PRONOUNS = ("他们", "她们", "他", "她", "它")
SAYS = ("说", "说", "说道")
THINKS = ("心想", "心里想", "暗想")
INDENT = "　　"


class ChineseProse:
    """Makes paragraphs of what one speaker says, does and thinks without a break."""

    indent = INDENT

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.spoken = Spoken()

    def narrated(self, text: str) -> Paragraph:
        self.spoken.interrupted()
        paragraph = Paragraph()
        paragraph.add(ended(text, "。"))
        return paragraph

    def told(self, group: Sequence[Entry]) -> Paragraph:
        """A paragraph of what one speaker says and does."""
        paragraph, named = Paragraph(), False
        speaks = any(entry.kind == "speech" for entry in group)
        for at, entry in enumerate(with_feelings(group)):
            match entry.kind:
                case "action":
                    self._acts(paragraph, entry, group[at - 1].kind if at else "")
                    named = True
                case "thought":
                    self._thinks(paragraph, entry.speaker, entry.text)
                    named = True
                case _:
                    acts_next = at + 1 < len(group) and group[at + 1].kind == "action"
                    named = self._says(paragraph, entry, named, acts_next, at)
                    if entry.thought:
                        self._thinks(paragraph, entry.speaker, entry.thought)
                        named = True
        if speaks:
            self.spoken.spoke(group[0].speaker, named)
        return paragraph

    def _acts(self, paragraph: Paragraph, entry: Entry, before: str) -> None:
        does = ended(without_subject(entry.text, entry.speaker, PRONOUNS), "。")
        if entry.to:
            does = f"避开旁人，{does}"
        label, __ = self.spoken.mood(entry)
        how = in_chinese(label, 0) if label else ""
        how = "" if told_already(how, does) else how
        if before == "action" and not how and paragraph.open_up("。", "，"):
            paragraph.add(does)
        else:
            paragraph.add(f"{entry.speaker}{how}{does}")

    def _says(
        self, paragraph: Paragraph, entry: Entry, named: bool, acts_next: bool, at: int
    ) -> bool:
        """Add what is said; whether its speaker is named in the paragraph."""
        said = quoted(ended(entry.text, "。"))
        label, time = self.spoken.mood(entry) if not acts_next else ("", 0)
        how = in_chinese(label, time) if label else ""
        if entry.to:
            paragraph.add(f"{entry.speaker}压低声音对{'、'.join(entry.to)}说：{said}")
            return True
        if named and how and paragraph.open_up("。", "，"):
            paragraph.add(f"{how}{'问' if asks(entry.text) else '说'}：{said}")
            return True
        clear = not how and self.spoken.needs_no_tag(entry.speaker)
        if named or acts_next or at or clear:
            paragraph.add(said)
            return named
        verb = "问" if asks(entry.text) else SAYS[self.spoken.tags % len(SAYS)]
        self.spoken.tags += 1
        if self.spoken.tags % 2:
            paragraph.add(f"{entry.speaker}{how}{verb}：{said}")
        else:
            paragraph.add(f"{said}{entry.speaker}{how}{verb}。")
        return True

    def _thinks(self, paragraph: Paragraph, name: str, thought: str) -> None:
        verb = THINKS[self.spoken.thoughts % len(THINKS)]
        self.spoken.thoughts += 1
        if paragraph.open_up("。", "，"):
            paragraph.add(f"{verb}：")
        else:
            paragraph.add(f"{name}{verb}：")
        paragraph.add(ended(thought, "。"), thought=True)
