"""Who wrote at a table: the role of each name, and who only rolls, narrates or watches."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from characters.cards.lines import role_name
from scenes.files.trpg.classify import BOT, MARKED_NARRATOR, NARRATOR, OBSERVER
from scenes.files.trpg.codes import SYSTEM_IDS, SYSTEM_NAMES
from scenes.files.trpg.styles import Spoken
from scenes.log import Entry, write

NAMELESS = "无名"
MOST = 10_000
"""People that are remembered."""
LONGEST = 200
"""Characters of a name that are looked at."""
_TAGS = re.compile(
    r"^(?:\s*[（(\[【]{1,2}[^（()）\[\]【】]{1,12}[)）\]】]{1,2}\s*)+(?=[^\s（(\[【)）\]】])"
)
_SHEET = re.compile(r"\s+(?:hp|san|sc|mp|dex|db)\s*[:：]?\s*\d", re.IGNORECASE)
"""Where the values begin that a bot writes behind a name: `林默 HP11/11 SAN60`."""


@dataclass(frozen=True)
class TableRules:
    """How the messages of a table are to be read."""

    style: str | None = None
    """A name of `STYLES`; told by the first messages where none is given."""
    roles: Mapping[str, str] = field(default_factory=dict)
    """Name or id of a player → role; who is named here is no observer and no bot by its name."""
    narrators: frozenset[str] = frozenset()
    """Names or ids, as in the next two."""
    observers: frozenset[str] = frozenset()
    bots: frozenset[str] = frozenset()
    dice: bool = True
    """Whether results of dice stay, as narration."""
    comments: bool = False
    """Whether what is no part of the play stays, as comments."""
    ids: bool = False
    """Whether the numbers of accounts stay, after the names."""


class Participant:
    """What is known of one participant."""

    __slots__ = (
        *("bot", "closing", "count", "kind", "name", "narrator", "observer", "opening", "plain"),
        *("sentences", "system"),
    )

    def __init__(
        self,
        name: str,
        raw: str,
        id: str,
        table: TableRules,
        answers: bool = False,
        narrates: bool = False,
    ) -> None:
        """`answers` and `narrates` are whether its messages tell that it is a dice bot, or that it
        narrates."""
        self.name = name
        self.plain = is_plain(name)
        raw = raw.strip()
        known = {raw, name, id} - {""}
        told = bool(known & (table.narrators | table.observers | table.bots | table.roles.keys()))
        self.narrator = bool(
            known & table.narrators
            or (narrates and not told)
            or NARRATOR.fullmatch(name)
            or MARKED_NARRATOR.search(raw)
        )
        self.observer = bool(known & table.observers or (not told and OBSERVER.match(raw)))
        self.bot = bool(known & table.bots or (not told and (answers or BOT.search(raw))))
        self.system = not told and (id in SYSTEM_IDS or SYSTEM_NAMES.fullmatch(raw) is not None)
        """Whether it is the chat program itself."""
        self.count = 0
        """Messages of theirs that were kept, but for `sentences`."""
        self.sentences = 0
        """Messages that were one plain sentence, and so an entry of `kind`."""
        self.kind: Spoken = "action"
        self.opening = self.closing = ""
        """What is written around a plain sentence; nothing where each has to be looked at."""

    def says(self, rest: Spoken) -> None:
        """Settle what a plain sentence is, where the rest of the table's texts is `rest`."""
        self.kind = "narration" if self.narrator else rest
        if not (self.observer or self.bot or self.system) and self.plain and self.kind != "thought":
            name = f"{self.name}：\\me " if self.kind == "action" else f"{self.name}："
            self.opening = "【" if self.kind == "narration" else name
            self.closing = "】\n" if self.kind == "narration" else "\n"


def _untagged(raw: str) -> str:
    """A name without what people put before it in brackets: `（鸽）阿青`."""
    return _TAGS.sub("", raw)


@lru_cache(MOST)
def is_plain(name: str) -> bool:
    """Whether a name needs no escape at the beginning of a line."""
    return write(Entry("speech", "x", name)) == f"{name}：x"


class Participants:
    """Everybody met so far, by name and id."""

    def __init__(self, table: TableRules) -> None:
        self.table = table
        self.called: dict[str, str] = {}
        """Id → role."""
        self.bots: frozenset[tuple[str, str]] = frozenset()
        """Accounts by name and id that are dice bots, as their messages tell."""
        self.narrators: frozenset[tuple[str, str]] = frozenset()
        """Accounts that narrate, as their messages tell."""
        self.rest: Spoken = "action"
        """What the texts of a player are that no sign tells apart."""
        self.known: dict[tuple[str, str], Participant] = {}
        self._called_by: dict[str, str] = {}

    def meet(self, raw: str, id: str) -> Participant:
        """The one who writes as `raw` from the account `id`."""
        key = (raw, id)
        who = self.known.get(key)
        if who is None and (len(raw) > LONGEST or len(id) > LONGEST):
            raw, id = key = raw[:LONGEST], id[:LONGEST]
            who = self.known.get(key)
        if who is None:
            who = Participant(
                self.role(raw, id), raw, id, self.table, key in self.bots, key in self.narrators
            )
            if len(self.known) < MOST:
                who.says(self.rest)
                self.known[key] = who
                if id:
                    self.called[id] = who.name
        return who

    def called_by(self, name: str) -> str:
        """The role of a name that a dice bot prints."""
        role = self._called_by.get(name)
        if role is None:
            role = self.role(name)
            if len(self._called_by) < MOST:
                self._called_by[name] = role
        return role

    def role(self, raw: str, id: str = "") -> str:
        """The role that a name or an id stands for."""
        asked = self.table.roles
        plain = role_name(_SHEET.split(_untagged(raw), maxsplit=1)[0]) or NAMELESS
        role = asked.get(id) or asked.get(raw.strip()) or asked.get(plain, plain)
        return role_name(f"{role[:18]}·{id[:13]}") if self.table.ids and id else role

    def names(self) -> Counter[str]:
        """Kept messages by role."""
        counts: Counter[str] = Counter()
        for who in self.known.values():
            if kept := who.count + who.sentences:
                counts[who.name] += kept
        return counts
