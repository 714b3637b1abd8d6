"""What a person can want of the sheets at a table: to change a value, to fill one in, to see it."""

import re
from collections.abc import Iterable, Sequence

from base.errors import KnownError
from base.messages import _, _n, series
from base.names import nearest
from base.text import shown
from characters.sheets.names import NAMES, key_in, key_problem, usual_name
from characters.sheets.st import read_st
from characters.sheets.values import MOST_KEYS, Sheet, changed, listed, told
from scenes.scene import Role
from scenes.table import controller_events as happened
from scenes.table.intention import intention
from scenes.table.intentions import Intentions
from scenes.table.sheet_commands import CLEARS
from scenes.table.sheet_telling import MOST_NAMED, sheet_changed, within_bounds
from scenes.table.sheets import Change, differences
from scenes.table.speakers import speaker_called
from scenes.table.typed import Do, Doubt
from scenes.table.typed_marks import narrow

SHOW = ("show", "展示", "查看", "list")
CLEAR = ("clr", "clear", "清空", "清除")
DROP = ("del", "rm", "delete", "删", "刪", "删除", "刪除")
_WORD = re.compile(r"\s*(\S+)\s*(.*)", re.DOTALL)
_KEY = re.compile(r"[^\s=:+\-\d][^\s=:+]*?(?=[\s=:+\-\d]|$)")


class SheetIntentions(Intentions):
    """The part of a table that keeps the sheets. What cannot be done raises `KnownError`."""

    @intention
    def set_value(self, text: str) -> None:
        """Change one value, as in `林默.HP -3` or `物品 +手电`; without a name, of one's own."""
        self._set(*self._role_before(text))

    @intention
    def set_sheet_value(self, name: str, key: str, change: str) -> None:
        """Change one value of that role, as `characters.sheets.values.changed` reads it."""
        sheet = self.play.session.sheet(name)
        self._change(name, _with(sheet, key, change))

    @intention
    def add_values(self, name: str, text: str) -> None:
        """Set values of that role as `.st` does, or one that is no number: `HP11`, `职业 医生`."""
        role = self.play.scene.role(name)
        if read_st(text).rest:
            self._set(role, text)
        else:
            self._fill(role, text)

    @intention
    def drop_value(self, name: str, key: str) -> None:
        """Take one value out of the sheet of that role."""
        self._drop(self.play.scene.role(name), key)

    @intention
    def fill_in(self, text: str) -> None:
        """Obey what stands behind `.st`: values to set, or `show`, `del` and `clr`."""
        word = _WORD.fullmatch(text)
        what, behind = (word[1].casefold(), word[2]) if word else ("show", "")
        if what in SHOW:
            self._show(behind)
        elif what in CLEAR:
            self._ask_to_clear(*self._role_before(behind))
        elif what in DROP:
            self._drop(*self._role_before(behind))
        else:
            self._fill(*self._role_before(text))

    def change_sheet(self, role: str, changes: Iterable[Change]) -> None:
        """Record changes of a sheet, by whoever rolled for them, and tell them."""
        self._change(role, list(changes))

    @intention
    def show_sheets(self, name: str) -> None:
        """Have the front end show the sheets, that of one role first."""
        role = self._called(name).name if name else ""
        self._tell(happened.ViewAsked("sheet", role))

    # --- .st ---

    def _set(self, role: Role, text: str) -> None:
        sheet = self.play.session.sheet(role.name)
        self._change(role.name, _with(sheet, *_key_and_change(sheet, text)))

    def _fill(self, role: Role, text: str) -> None:
        read = read_st(text)
        if read.name:
            role = self._called(read.name)
        if read.rest or not read.assignments:
            raise KnownError(
                _(
                    "this is no value and its number: {text}; written as 力量50 侦查60 hp-3",
                    text=shown(read.rest or text),
                )
            )
        sheet = dict(self.play.session.sheet(role.name))
        before = dict(sheet)
        for one in read.assignments:
            key = key_in(sheet, one.key) or usual_name(one.key)
            for change in _with(sheet, key, one.change):
                sheet[key] = change.after  # type: ignore[assignment]
        self._change(role.name, list(differences(before, sheet)))

    def _show(self, text: str) -> None:
        """Tell one value, or have the whole sheet shown."""
        if not text.strip():
            self._tell(happened.ViewAsked("sheet", ""))
            return
        role, key = self._role_before(text)
        if not key:
            self._tell(happened.ViewAsked("sheet", role.name))
            return
        sheet = self.play.session.sheet(role.name)
        found = _known_key(sheet, key)
        words = f"{found} {told(sheet[found])}"
        self.play.notices.append(_("{name}: {words}", name=role.name, words=words))

    def _ask_to_clear(self, role: Role, rest: str) -> None:
        sheet = self.play.session.sheet(role.name)
        if rest:
            raise KnownError(_("this is written {form}", form=".st clr [NAME]"))
        if not sheet:
            raise KnownError(_("the sheet of {name} is empty", name=role.name))
        question = _n(
            "Enter again empties the sheet of {name}, {n} value; /undo brings it back",
            "Enter again empties the sheet of {name}, {n} values; /undo brings it back",
            len(sheet),
            name=role.name,
        )
        self.listening.ask(self.listening.heard, Doubt(question, Do(CLEARS, role.name)))
        self._tell(happened.Doubted(question))

    @intention
    def clear_sheet(self, name: str) -> None:
        """Take all values out of the sheet of that role."""
        sheet = self.play.session.sheet(name)
        self._change(name, [Change(key, value) for key, value in sheet.items()])

    def _drop(self, role: Role, rest: str) -> None:
        sheet = self.play.session.sheet(role.name)
        whole = key_in(sheet, rest)
        words = [rest] if whole else rest.split()
        keys = dict.fromkeys(_known_key(sheet, word) for word in words)
        if not keys:
            raise KnownError(_("this is written {form}", form=".st del 侦查"))
        self._change(role.name, [Change(key, sheet[key]) for key in keys])

    # --- who, and what is told ---

    def _role_before(self, text: str) -> tuple[Role, str]:
        """The role that a text begins with the name of, or else one's own, and what follows."""
        text, level = text.strip(), narrow(text.strip()).casefold()
        names = {name: role for role in self.play.scene.cast for name in (role.name, *role.aliases)}
        for name in sorted(names, key=len, reverse=True):
            if level.startswith(narrow(name).casefold()):
                behind = text[len(name) :]
                if not behind or narrow(behind[0]) in ".。:- ":
                    return names[name], behind[1:].strip() if behind else ""
        before, dot, __ = narrow(text).partition(".")
        if dot and before and not re.search(r"[\d\s+=]", before):
            return self.play.scene.role(before), ""  # which says what is wrong with the name
        if self.play.player is None:
            cast = series(role.name for role in self.play.scene.cast)
            raise KnownError(_("whose sheet? Name one of {names}", names=cast))
        return self.play.player, text

    def _called(self, name: str) -> Role:
        scene = self.play.scene
        return speaker_called(scene, self.play.session.role, name) or scene.role(name)

    def _change(self, name: str, changes: Sequence[Change]) -> None:
        role = self.play.scene.role(name)
        changes, told = within_bounds(self.play.session, role.name, changes)
        changes = [one for one in changes if one.before != one.after]
        if not changes and told:
            raise KnownError(told[0])
        if not changes:
            raise KnownError(_("nothing changes: the sheet says so already"))
        more = sum(one.before is None for one in changes)
        if len(self.play.session.sheet(role.name)) + more > MOST_KEYS:
            raise KnownError(_("a sheet holds at most {most} values", most=MOST_KEYS))
        self.play.session.change_sheet(role.name, changes)
        self._tell(sheet_changed(role.name, changes))
        for words in told:
            self._tell(happened.Notice(words))


def _key_and_change(sheet: Sheet, text: str) -> tuple[str, str]:
    """The value that a text names, as the sheet calls it, and how it is to change."""
    level = narrow(text)
    if not text:
        raise KnownError(_("this is written {form}", form=_("/set NAME.HP -3")))
    key = _begun_with((*sheet, *NAMES), level)
    if not key:
        found = _KEY.match(level)
        key = found[0] if found else ""
    change = text[len(key) :].strip()
    if not key or not change:
        raise KnownError(_("this is written {form}", form=_("/set NAME.HP -3")))
    if narrow(change[0]) in ":：":
        change = change[1:].strip()
    return key_in(sheet, text[: len(key)]) or usual_name(text[: len(key)]), change


def _begun_with(names: Iterable[str], level: str) -> str:
    """The longest of the names that a text begins with, where no other word goes on."""
    begun = _alike(level)
    best = ""
    for name in names:
        end = len(name)
        if end > len(best) and begun.startswith(_alike(name)) and _ends(level, end):
            best = level[:end]
    return best


def _alike(text: str) -> str:
    """A text in small letters and half-width marks, as long as it was."""
    small = narrow(text).casefold()
    return small if len(small) == len(text) else text


def _ends(level: str, at: int) -> bool:
    """Whether a word ends there: what follows is no letter of it."""
    return at >= len(level) or not (level[at].isalpha() or level[at] in "(（/")


def _known_key(sheet: Sheet, name: str) -> str:
    key = key_in(sheet, name)
    if key is None:
        hint = nearest(name, sheet)
        here = listed(sheet) if len(sheet) <= MOST_NAMED else ""
        raise KnownError(
            _("the sheet holds no {key}{hint}", key=shown(name), hint=hint)
            if hint or not here
            else _("the sheet holds no {key}; it holds {values}", key=shown(name), values=here)
        )
    return key


def _with(sheet: Sheet, key: str, change: str) -> list[Change]:
    """The change that makes a sheet's value another. Raises `KnownError`."""
    if problem := key_problem(key):
        raise KnownError(_("{name}: {problem}", name=shown(key), problem=problem))
    before = sheet.get(key)
    after = changed(key, before, change)
    return [Change(key, before, after)] if before != after else []
