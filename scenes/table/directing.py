"""What a person can want of the draws to come: a line to the director, a note, bans, knowledge."""

import re
from pathlib import Path

from base.errors import KnownError
from base.messages import _, series
from base.names import nearest
from base.text import is_blank, shown
from scenes.scene import DEEPEST, AuthorNote
from scenes.steering import ban_problem, phrases, sayable
from scenes.table import controller_events as happened
from scenes.table.inspect import Inspection, inspected
from scenes.table.intention import intention
from scenes.table.intentions import Intentions
from scenes.table.lore import OFF, LoreRow, path_called, read_wanted, row_called
from scenes.table.sampling_words import PRESETS, Changes, read_sampling, told
from scenes.table.seeing import unseen

_DEPTH = re.compile(r"@?(\d{1,6})(?:\s+(.*))?", re.DOTALL)


class DirectingIntentions(Intentions):
    """The part of a table that steers. Whatever cannot be done raises `KnownError`."""

    # --- the next draw ---

    @intention
    def direct(self, text: str) -> None:
        """Have that happen in the next line that is drawn; an empty text takes it back."""
        line = sayable(text)
        if line:
            self.play.direction = line
        elif self.play.direction:
            self.play.direction = None
        elif self.hand is not None and self.hand.steering.director and self.play.direction is None:
            self.play.direction = ""
        else:
            raise KnownError(_("no line to the director waits; ~ TEXT gives one"))
        self._tell(happened.Directed(self.play.direction))

    # --- what the model reads ---

    def inspect(self, name: str = "") -> Inspection:
        """The prompt of the next line of that role, of whoever is next without a name, taken apart.
        Raises `KnownError`."""
        play, backend = self.play, self._dealer.backend()
        role = play.scene.role(name) if name else play.next or play.scene.cast[0]
        hand = self.hand if self.looking is None else None
        again = hand is not None and hand.speaker.name == role.name
        made = play.made(backend, role, hand.steering.director if hand and again else "")
        words = play.knowledge.words_of((*role.knowledge, *play.scene.knowledge))
        off = [path.name for path, __ in play.knowledge_paths() if play.is_off(path)]
        off += play.entries_off()
        count = unseen(play.session, role).count
        return inspected(role.name, made, backend.count, words, off, count, self._dealer.cost)

    # --- the note ---

    @intention
    def set_note(self, text: str) -> None:
        """Remind the model of that, so many lines before the end of the history; `off` ends it."""
        note = self.play.note
        found = _DEPTH.fullmatch(text)
        if text.casefold() in OFF:
            note = AuthorNote("", note.depth)
        elif found:
            note = AuthorNote(sayable(found[2] or "") or note.text, self._depth(found[1]))
        elif not is_blank(text):
            note = AuthorNote(sayable(text), note.depth)
        if not is_blank(text):
            self.play.session.steer(note=note)
        self.play.notices.append(note_told(note))
        self._tell(happened.Steered())

    def _depth(self, text: str) -> int:
        if int(text) > DEEPEST:
            raise KnownError(
                _("depth {depth}: expected at most {most} lines", depth=text, most=DEEPEST)
            )
        return int(text)

    # --- bans ---

    @intention
    def ban(self, text: str) -> None:
        """Let no candidate hold that phrase from the next draw on; without one, tell them all."""
        if not is_blank(text):
            (phrase,) = phrases([text])
            if problem := ban_problem(phrase):
                raise KnownError(problem)
            if phrase in self.play.banned:
                raise KnownError(_("{phrase} is banned already", phrase=shown(phrase)))
            self.play.session.steer(banned=[*self.play.banned_here, phrase])
        self.play.notices.append(bans_told(self.play.banned))
        self._tell(happened.Steered())

    @intention
    def unban(self, text: str) -> None:
        """Let candidates hold that phrase again."""
        (phrase,) = phrases([text])
        here = self.play.banned_here
        if phrase not in here:
            if phrase in self.play.banned_always:
                raise KnownError(_("{phrase} is banned by your settings", phrase=shown(phrase)))
            raise KnownError(
                _("{phrase} is not banned{hint}", phrase=shown(phrase), hint=nearest(phrase, here))
            )
        self.play.session.steer(banned=[each for each in here if each != phrase])
        self.play.notices.append(bans_told(self.play.banned))
        self._tell(happened.Steered())

    # --- sampling ---

    @intention
    def sample(self, text: str) -> None:
        """Draw with other values from the next draw on; without any, have them shown."""
        if is_blank(text):
            self._tell(happened.ViewAsked("sampling"))
            return
        self.set_sampling(read_sampling(text))
        self.play.notices.append(_("from the next draw on: {values}", values=self.sampling_told()))

    def set_sampling(self, changes: Changes | None) -> None:
        """Settle those values for the session; `None` takes back all that was settled."""
        if changes is None:
            changes = dict.fromkeys(self.play.session.tuning.sampling)
        if changes:
            self.play.set_sampling(changes)
        self._tell(happened.Steered())

    def sampling_told(self) -> str:
        """How the next line is drawn, in one line."""
        return told(self.play.sampling_of(self.play.next or self.play.scene.cast[0]))

    # --- knowledge ---

    @intention
    def switch_lore(self, text: str) -> None:
        """Switch a file of knowledge, by its number or name, or an entry of it behind `#`, on or
        off; without one, show all."""
        if is_blank(text):
            self._tell(happened.ViewAsked("lore"))
            return
        paths = [path for path, __ in self.play.knowledge_paths()]
        wanted = read_wanted(text, {path.name for path in paths})
        path = path_called(paths, wanted.file)
        if wanted.entry is None:
            on = self.play.is_off(path) if wanted.on is None else wanted.on
            self.switch_file(path, on)
            self.play.notices.append(_switched(path.name, on))
        elif not wanted.entry:
            self._tell(happened.ViewAsked("lore", str(path)))
        else:
            row = row_called(self.lore_entries(path), wanted.entry)
            on = self.play.is_entry_off(path, row.id) if wanted.on is None else wanted.on
            self.switch_entry(path, row.id, on)
            self.play.notices.append(_switched(row.name, on))

    def switch_file(self, path: Path, on: bool) -> None:
        """Switch that file on or off."""
        if on == self.play.is_off(path):
            self.play.switch(path, on)
        self._tell(happened.Steered())

    def switch_entry(self, path: Path, entry: str, on: bool) -> None:
        """Switch that entry of a lorebook on or off."""
        if on == self.play.is_entry_off(path, entry):
            self.play.switch_entry(path, entry, on)
        self._tell(happened.Steered())

    def lore_entries(self, path: Path) -> list[LoreRow]:
        """The entries of the lorebooks in a file of knowledge. Raises `KnownError` where it has
        none."""
        rows = self.play.knowledge.entries_of(path)
        if not rows:
            raise KnownError(_("{name} has no entries to be switched one by one", name=path.name))
        return rows


def _switched(name: str, on: bool) -> str:
    if on:
        return _("{name} may be told", name=name)
    return _("{name} is switched off; what it has told stays until it scrolls out", name=name)


def note_told(note: AuthorNote) -> str:
    """Which note holds, in one line."""
    if not note.text:
        return _("no author's note; /note TEXT gives one")
    return _(
        "author's note, {depth} lines before the end: {text}", depth=note.depth, text=note.text
    )


def bans_told(banned: tuple[str, ...]) -> str:
    """What is banned, in one line."""
    if not banned:
        return _("nothing is banned; /ban PHRASE bans it")
    return _("banned: {phrases}", phrases=series(banned))


def presets_told() -> list[tuple[str, str]]:
    """The presets and what each is for."""
    return [(f"{_(one.label)} · {one.name}", _(one.about)) for one in PRESETS]
