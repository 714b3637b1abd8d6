"""One pass through a chat tells who is who in it: writers, and names before colons."""

import re
from collections import Counter
from itertools import islice

from characters.cards.markup import story_of
from scenes.files.chats.chat import Chat, ChatMessage
from scenes.files.chats.entries import LONGEST, named
from scenes.files.chats.labels import LabelCounts, label_of
from scenes.files.report import ImportReport

NAMES = 10_000
"""Names that are counted before further ones are left out of the cast."""
LONGEST_ID = 200
LOOKED_AT = 200_000
"""Messages by whose labels it is told who speaks in them."""
MOST_ASKED = 100
"""Names before colons of which it is looked whether they are somebody."""

Key = tuple[str, str, bool]
"""A name, what else tells the writer, and whether it is the player."""


class ChatScan:
    """What the messages of a chat tell of those who write."""

    def __init__(self, chat: Chat, where: str = "") -> None:
        self.chat = chat
        self.read = 0
        """All messages, those that are hidden among them."""
        self.counts: Counter[Key] = Counter()
        self.narrating: Counter[Key] = Counter()
        """How many of the messages of each are a narrator's."""
        self.ids: dict[str, str] = {}
        """Name by what else tells a writer."""
        self.following: dict[str, set[tuple[str, str]]] = {}
        """By role, which writer of that name writes after which other one."""
        self.labels = LabelCounts()
        self.within: dict[Key, set[str]] = {}
        """The names before colons in the messages of each."""
        self._mentioned: dict[str, bool] = {}
        last: dict[str, str] = {}
        for number, message in enumerate(chat.messages(ImportReport(where))):
            self._see(message, last, number < LOOKED_AT)

    def _see(self, message: ChatMessage, last: dict[str, str], labels: bool) -> None:
        self.read += 1
        key = key_of_writer(message)
        name, id, __ = key
        if name and id and len(self.ids) < NAMES:
            self.ids.setdefault(id, name)
        if message.hidden or (key not in self.counts and len(self.counts) >= NAMES):
            return
        self.counts[key] += 1
        self.narrating[key] += message.narrator
        if name and id:
            role = named(name)
            if (before := last.get(role, id)) != id:
                self.following.setdefault(role, set()).add((before, id))
            last[role] = id
        text = message.text
        has_labels = labels and len(text) <= LONGEST and (":" in text or "：" in text)
        told = message.narrator and "\n" not in text.strip()
        found = self.labels.see(story_of(text) if has_labels else "", told)
        if found and not (message.player or message.narrator):
            self.within.setdefault(key, set()).update(found[:MOST_ASKED])

    def mentioned(self, names: list[str]) -> list[str]:
        """Those of `names` that the story, or what is known of it, speaks of elsewhere too."""
        names = names[:MOST_ASKED]
        new = [name for name in names if len(name) > 1 and name not in self._mentioned]
        if new:
            found = self._found(new)
            self._mentioned |= {name: name in found for name in new}
        return [name for name in names if self._mentioned.get(name)]

    def _found(self, names: list[str]) -> set[str]:
        anyone = re.compile("|".join(map(_word, names)))
        found = set(anyone.findall(self.chat.summary))
        for message in islice(self.chat.messages(ImportReport("")), LOOKED_AT):
            if not message.hidden and anyone.search(message.text):
                for line in message.text.split("\n"):
                    label = label_of(line)
                    found.update(anyone.findall(label.text if label else line))
        return found


def key_of_writer(message: ChatMessage) -> Key:
    """By what a message tells who wrote it."""
    return message.name.strip()[:LONGEST_ID], message.id[:LONGEST_ID], message.player


def _word(name: str) -> str:
    """A pattern of a name, which in letters is no part of another word."""
    return rf"\b{re.escape(name)}\b" if name.isascii() else re.escape(name)
