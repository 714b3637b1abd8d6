"""What is said, done and thought as Chinese prose. Pure."""

from scenes.files.exports.moods import in_chinese
from scenes.files.exports.paragraphs import Prose
from scenes.files.exports.sentences import (
    Paragraph,
    asks,
    ended,
    quoted,
    told_already,
    without_subject,
)
from scenes.log import Entry

PRONOUNS = ("他们", "她们", "他", "她", "它")
SAYS = ("说", "说", "说道")
THINKS = ("心想", "心里想", "暗想")
INDENT = "　　"


class ChineseProse(Prose):
    """Paragraphs in Chinese."""

    indent = INDENT
    stop = "。"

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
