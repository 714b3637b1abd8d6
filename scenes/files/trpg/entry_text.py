"""One entry written as `scenes.log.write` does, at a glance where its text needs no escape."""

from scenes.files.trpg.styles import Spoken
from scenes.log import Entry, write


def line(kind: Spoken, name: str, text: str, plain: bool) -> str:
    """What `write` gives for such an entry, with its newline.

    Where the name is `plain`, needing no escape, most texts are seen to need none either, where
    `write` reads the whole line again.
    """
    if plain and text and text.isprintable() and "\\" not in text and text == text.strip():
        if kind == "action":
            return f"{name}：\\me {text}\n"
        if kind == "speech" and text[-1] not in "）)":
            return f"{name}：{text}\n"
        if kind == "narration" and "【" not in text and "】" not in text:
            return f"【{text}】\n"
    return write(Entry(kind, text, "" if kind == "narration" else name)) + "\n"


def comment(name: str, text: str) -> str:
    """What is no part of the play, on one line."""
    return write(Entry("comment", f"{name}：{' '.join(text.split())}")) + "\n"
