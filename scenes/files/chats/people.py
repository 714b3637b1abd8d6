"""Who is who in a chat: the role of each that writes, and of each that only stands before a colon.

Names come from the messages, or from what else tells members apart; a person's word goes first.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Literal

from base.messages import _, series
from base.names import LONGEST_NAME
from base.text import shown
from scenes.files.chats.chat import NARRATOR, PLAYER, REPLY, ChatMessage
from scenes.files.chats.entries import CHAR, NOBODY, Reading, named
from scenes.files.chats.labels import key_of
from scenes.files.chats.scan import ChatScan, Key, key_of_writer
from scenes.files.trpg import classify
from scenes.scene import Scene

_NARRATES = re.compile(
    r"(?:the )?(?:narrators?|narration|story ?tellers?|game ?master|dungeon ?master|system"
    r"|旁白|解说|解說|叙述者|敘述者|叙事者|系统|系統|ナレーター|ナレーション|나레이터|내레이션)",
    re.IGNORECASE,
)
_NARRATING_LABELS = ("旁白", "narrator", "narration", "ナレーション")
_PICTURE = re.compile(r"\.(?:png|webp|jpe?g|gif|avif|apng)$", re.IGNORECASE)

ChatPart = Literal["role", "narrator", "observer", "text"]


@dataclass(frozen=True)
class ChatRules:
    """How a chat is to be read, as a person says; names are those in the file, or roles."""

    style: str | None = None
    """A name of `STYLES`; told by each message where none is given."""
    roles: Mapping[str, str] = field(default_factory=dict)
    """Name → role; an empty role is none: the lines stay text, or are left out."""
    narrators: frozenset[str] = frozenset()
    observers: frozenset[str] = frozenset()
    player: str | None = None
    """Whom the person plays: one who speaks, or another name for the player."""
    settled: bool = False
    """Whether all that narrate are named, so that nobody else is taken for a narrator."""


@dataclass(frozen=True)
class Speaker:
    """One who writes or speaks in a chat, and what a person says that it is."""

    name: str
    """As the chat calls it, but for those whom it does not tell apart by name."""
    role: str
    part: ChatPart
    count: int
    """Messages, or lines behind the name where it only stands before a colon."""
    player: bool = False
    is_guessed: bool = False
    """Whether it is not sure that it speaks at all."""

    @property
    def key(self) -> str:
        """By which `ChatRules` knows it."""
        return self.name


class ChatPeople:
    """Those who speak in a chat, as it was looked through and a person says."""

    def __init__(self, scan: ChatScan, rules: ChatRules) -> None:
        self.scan, self.rules = scan, rules
        self.chat = scan.chat
        self.notices: list[str] = []
        self._plain = self._told_apart()
        self._roles = {key: self._mapped(key, name) for key, name in self._plain.items()}
        self.user, self.player = self._settle_player()
        self.narrators = frozenset(
            role for key, role in self._roles.items() if self._narrates(key)
        ) | frozenset(map(self._asked, rules.narrators))
        self.left_out = frozenset(self._roles[key] for key in self._roles if self._is_left_out(key))
        self.speaking, self.doubtful = self._speaking()

    # --- who they are ---

    def _told_apart(self) -> dict[Key, str]:
        """The role of each that writes, two of one name told apart."""
        numbered: dict[str, str] = {}
        names: dict[Key, str] = {}
        for key in self.scan.counts:
            names[key] = self._named(key, numbered)
        taken = set(names.values())
        others: dict[tuple[str, str], str] = {}
        for key, role in names.items():
            id = key[1]
            if id and self._is_several(role) and (first := self._first_id(role)) != id:
                other = others.get((role, id)) or _free(role, taken)
                others[role, id] = other
                taken.add(other)
                names[key] = other
                self._tell(
                    _(
                        "two are called {name} ({first}, {second}); the second is {other}",
                        name=shown(role),
                        first=shown(first),
                        second=shown(id),
                        other=shown(other),
                    )
                )
        answered = {role for key, role in names.items() if not key[2]}
        for key, role in names.items():
            if key[2] and role in answered:
                names[key] = _free(PLAYER, taken)
                self._tell(
                    _(
                        "you are called {name} as another one is; your lines are those of {player}",
                        name=shown(role),
                        player=names[key],
                    )
                )
        return names

    def _named(self, key: Key, numbered: dict[str, str]) -> str:
        name, id, player = key
        if name or (name := self.scan.ids.get(id, "")):
            return named(name)
        if player:
            return named(self.chat.player) if self.chat.player.strip() else PLAYER
        if id and _PICTURE.search(id):
            return named(PurePath(id.replace("\\", "/")).stem.removeprefix("default_"))
        if id:
            if id not in numbered:
                numbered[id] = f"{REPLY} {len(numbered) + 1}" if numbered else REPLY
            return numbered[id]
        return named(self.chat.cast[0]) if len(set(self.chat.cast)) == 1 else NOBODY

    def _is_several(self, role: str) -> bool:
        """Whether the writers of one name take turns, and so are not one with another picture."""
        pairs = self.scan.following.get(role, set())
        return any((b, a) in pairs for a, b in pairs)

    def _first_id(self, role: str) -> str:
        return next(id for name, id, __ in self.scan.counts if id and name and named(name) == role)

    def _tell(self, text: str) -> None:
        if text not in self.notices:
            self.notices.append(text)

    def _told(self, key: Key) -> frozenset[str]:
        """The names by which a person may mean a writer."""
        name, id, __ = key
        return frozenset({self._plain[key], name, id} - {""})

    def _mapped(self, key: Key, role: str) -> str:
        for name in (role, key[0], key[1]):
            if name and (other := self.rules.roles.get(name)):
                return named(other)
        return role

    def _asked(self, name: str) -> str:
        """The role that a person means by a name."""
        for key, role in self._roles.items():
            if name in self._told(key):
                return role
        return named(self.rules.roles.get(name) or name)

    def _narrates(self, key: Key) -> bool:
        if self._told(key) & self.rules.narrators:
            return True
        if key[2] or self.rules.settled:
            return False
        name = key[0] or self._plain[key]
        return (
            self._is_script(key)
            or self.scan.narrating[key] == self.scan.counts[key]
            or _NARRATES.fullmatch(name) is not None
            or classify.NARRATOR.fullmatch(name) is not None
        )

    def _is_script(self, key: Key) -> bool:
        """Whether somebody writes for several, each before a colon, and never for themselves."""
        names = self.scan.within.get(key, set())
        if len(names) < 2 or self._told(key) & self.rules.roles.keys():
            return False
        own = set(map(key_of, self._told(key)))
        speaking = names.intersection(self.scan.labels.speaking(self._known()))
        writing = {key_of(self._plain[one]) for one in self.scan.counts if not one[2]}
        speaking -= {name for name in speaking if key_of(name) in writing}  # they write themselves
        return len(speaking) > 1 and not own.intersection(map(key_of, names))

    def _known(self) -> frozenset[str]:
        """The keys of the names of those who write, and of the words for the user."""
        names = {self._plain[key] for key in self.scan.counts} | {
            key[0] for key in self.scan.counts
        }
        return frozenset(map(key_of, (*names, *self.chat.cast, "You"))) - {""}

    def _is_left_out(self, key: Key) -> bool:
        told = self._told(key)
        emptied = any(self.rules.roles.get(name) == "" for name in told)
        return emptied or bool(told & self.rules.observers)

    def _settle_player(self) -> tuple[str | None, str | None]:
        """The role that writes as the user, and the one that the person plays."""
        played = Counter[str]()
        for key, role in self._roles.items():
            played[role] += self.scan.counts[key] if key[2] else 0
        me = next((role for role, count in played.most_common(1) if count), None)
        if me is None and self.chat.player.strip():
            me = named(self.rules.roles.get(self.chat.player) or self.chat.player)
        wanted = self.rules.player
        if wanted is None:
            return me, me
        playing = self._asked(wanted)
        if me and playing not in self._roles.values():
            for key, role in self._roles.items():
                if role == me and key[2]:
                    self._roles[key] = playing
            return playing, playing
        return me or playing, playing

    # --- names before colons ---

    def _speaking(self) -> tuple[dict[str, str], list[str]]:
        """The labels that speak, by `key_of`, with their roles; and those that perhaps do."""
        asked = self.rules.roles
        roles = {key_of(name): NARRATOR for name in _NARRATING_LABELS}
        labels = self.scan.labels
        known = {key_of(name): named(asked.get(name) or name) for name in self.chat.cast}
        known |= {key_of(self._plain[key]): role for key, role in self._roles.items()}
        known |= {key_of(key[0]): role for key, role in self._roles.items() if key[0]}
        narrating = {*roles, *map(key_of, filter(_NARRATES.fullmatch, labels.seen))}
        roles |= dict.fromkeys(narrating - known.keys(), NARRATOR)
        recurring = [
            name for name in labels.speaking(self._known()) if key_of(name) not in {*known, *roles}
        ]
        recurring += self.scan.mentioned(
            [one for one in labels.doubtful(self._known()) if key_of(one) not in known]
        )
        known |= {key_of(name): named(asked.get(name) or name) for name in recurring}
        others = [*(name for name, role in asked.items() if role), *self.rules.narrators]
        for name in (*others, *self.rules.observers):
            known.setdefault(key_of(name), self._asked(name))
        roles |= known
        for name, role in asked.items():
            if not role:
                roles.pop(key_of(name), None)
        told = {*map(key_of, asked), *map(key_of, self.rules.narrators | self.rules.observers)}
        doubtful = [
            name
            for name in labels.doubtful(self._known())
            if key_of(name) not in roles.keys() | told
        ]
        return {key: role for key, role in roles.items() if key}, doubtful

    def said(self, label: str) -> str:
        """What stands behind a label where it comes first."""
        return self.scan.labels.seen[label].first

    # --- what is made of them ---

    def message(self, message: ChatMessage) -> ChatMessage:
        """A message in the name of its role, as it is to be read."""
        key = key_of_writer(message)
        role = self._roles.get(key) or named(message.name)
        narrator = role in self.narrators or (message.narrator and not self.rules.settled)
        hidden = message.hidden or role in self.left_out
        return message._replace(name=role, narrator=narrator, hidden=hidden)

    def called(self, name: str) -> str:
        """The role of one whom the file names beside those who write."""
        return self.speaking.get(key_of(name)) or self._asked(name)

    def unknown(self) -> list[str]:
        """What to say of names that a person gave and that nobody has."""
        told = {*self.rules.roles, *self.rules.narrators, *self.rules.observers}
        known = {*map(key_of, self.scan.labels.seen), *map(key_of, self.chat.cast)}
        for key in self.scan.counts:
            known |= set(map(key_of, self._told(key)))
        unknown = sorted(name for name in told if key_of(name) not in known)
        names = dict.fromkeys(self._plain[key] for key, __ in self.scan.counts.most_common())
        who = series(list(names)[:5])
        return [
            _("nobody is called {name}; those who speak are {who}", name=name, who=who)
            for name in unknown
        ]

    def reading(self, scene: Scene | None = None) -> Reading:
        """How the messages are read; who narrates in `scene` does so here."""
        narrators = self.narrators | ({NARRATOR} - set(self._roles.values()))
        narrators |= {one.name for one in scene.cast if one.narrator} if scene else set()
        told = self.rules.style, self.speaking, narrators, self.left_out
        return Reading(self.user or PLAYER, *told, self._answering())

    def _answering(self) -> str:
        """The role that answers the player: who writes most, rather one who does not narrate."""
        writing = self.scan.counts.most_common()
        others = [self._roles[key] for key, __ in writing if not key[2]]
        others += map(self.called, self.chat.cast)
        others = [role for role in others if role != self.user and role not in self.left_out]
        speaking = (role for role in others if role not in self.narrators)
        return next(speaking, others[0] if others else CHAR)

    def roles(self) -> Counter[str]:
        """Messages by role, of those that are not left out; lines of those who only stand before
        colons."""
        counts: Counter[str] = Counter()
        for key, role in self._roles.items():
            if role not in self.left_out:
                counts[role] += self.scan.counts[key]
        for name, seen in self.scan.labels.seen.items():
            role = self.speaking.get(key_of(name), "")
            if role and role not in self._roles.values():
                counts[role] += seen.count
                counts[NARRATOR] -= seen.told if counts[NARRATOR] >= seen.told else 0
        return +counts

    def speakers(self) -> list[Speaker]:
        """All of them, those first that write most, those at the end of which it is not sure."""
        rows: dict[str, Speaker] = {}
        for key, count in self.scan.counts.most_common():
            name, role = self._plain[key], self._roles[key]
            if name in rows:
                rows[name] = _more(rows[name], count)
                continue
            part: ChatPart = "narrator" if role in self.narrators else "role"
            part = "observer" if role in self.left_out else part
            rows[name] = Speaker(name, role, part, count, key[2])
        for name, seen in self.scan.labels.seen.items():
            role = self.speaking.get(key_of(name), "")
            if name in self.doubtful or self.rules.roles.get(name) == "":
                rows.setdefault(name, Speaker(name, named(name), "text", seen.count, False, True))
            elif role and role not in self._roles.values():
                part = "narrator" if role in self.narrators else "role"
                rows.setdefault(name, Speaker(name, role, part, seen.count))
        return list(rows.values())


def rules_of(rules: ChatRules, speakers: Iterable[Speaker]) -> ChatRules:
    """`rules` with what a person settled of those who speak."""
    speakers = list(speakers)

    def of(part: ChatPart) -> frozenset[str]:
        return frozenset(one.key for one in speakers if one.part == part)

    roles = {one.key: "" if one.part == "text" else one.role for one in speakers}
    return ChatRules(rules.style, roles, of("narrator"), of("observer"), rules.player, True)


def _more(speaker: Speaker, count: int) -> Speaker:
    return Speaker(speaker.name, speaker.role, speaker.part, speaker.count + count, speaker.player)


def _free(name: str, taken: Iterable[str]) -> str:
    """`name`, or the first with a number that nobody has."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name[: LONGEST_NAME - 6]} {number}"
    return free
