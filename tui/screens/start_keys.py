"""What the keys of the start do to a session or a character, each with a way back where it can."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from base.errors import KnownError
from base.messages import _, _n
from scenes.table.session_list import ARCHIVE, BIN, LONGEST_TITLE, Saved
from tui.failures import Known
from tui.screens.asking import AskScreen
from tui.screens.start_characters import Characters, ListedCharacter
from tui.screens.start_sessions import Sessions
from tui.web import is_guest

if TYPE_CHECKING:
    from tui.screens.start import StartScreen


class SessionKeys:
    """Renames, duplicates, archives and deletes the lit session; remembers how to undo it."""

    def __init__(self, screen: "StartScreen", sessions: Sessions) -> None:
        self.screen, self.sessions = screen, sessions
        self.undoes: list[Callable[[], None]] = []

    def lit(self) -> Saved | None:
        """The session that the keys are about."""
        if self.screen.section is not self.sessions:
            return None
        return self.sessions.session(self.screen.lit_id)

    def rename(self) -> None:
        """Ask for another name; the session's files stay where they are."""
        saved = self.lit()
        if saved is None or self.sessions.place == BIN:
            return

        def named(title: str | None) -> None:
            if title is not None:
                self._do(lambda: self._renamed(saved.path, title))

        question = _("What is this session called?")
        about = _("Enter takes it; empty gives back the scene's title · Esc back")
        self.screen.app.push_screen(AskScreen(question, saved.title, about, LONGEST_TITLE), named)

    def _renamed(self, path: Path, title: str) -> str:
        from scenes.table import session_files

        before = session_files.rename(path, title)
        self.undoes.append(lambda: void(session_files.rename(path, before)))
        return _("Renamed; Ctrl+Z takes it back")

    def duplicate(self) -> None:
        if (saved := self.lit()) and not self.sessions.place:
            self._do(lambda: self._duplicated(saved))

    def _duplicated(self, saved: Saved) -> str:
        from scenes.table import session_files

        copy = session_files.duplicate(saved.path)
        self.undoes.append(lambda: void(session_files.delete(copy)))
        return _("Duplicated: {name}; Ctrl+Z puts the copy into the bin", name=copy.stem)

    def archive(self) -> None:
        """Into the archive, or out of it."""
        from scenes.table import session_files

        saved = self.lit()
        if saved is None or self.sessions.place == BIN:
            return
        if self.sessions.place == ARCHIVE:
            self._move(saved, session_files.restore, _("Out of the archive; Ctrl+Z takes it back"))
        else:
            self._move(saved, session_files.archive, _("Archived; Ctrl+Z takes it back"))

    def delete(self) -> None:
        """Into the bin; in the bin, ask whether all of it is to go for good."""
        from scenes.table import session_files

        saved = self.lit()
        if self.sessions.place == BIN and self.screen.section is self.sessions:
            self._ask_empty()
        elif saved is not None:
            self._move(saved, session_files.delete, _("In the bin; Ctrl+Z takes it out again"))

    def restore(self, saved: Saved) -> None:
        """Out of the bin."""
        from scenes.table import session_files

        self._move(saved, session_files.restore, _("Restored; Ctrl+Z takes it back"))

    def _move(self, saved: Saved, how: Callable[[Path], Path], said: str) -> None:
        from scenes.table import session_files

        def moved() -> str:
            there = how(saved.path)
            back = {ARCHIVE: session_files.archive, BIN: session_files.delete}
            undo = back.get(saved.path.parent.name, session_files.restore)
            self.undoes.append(lambda: void(undo(there)))
            return said

        self._do(moved)

    def _ask_empty(self) -> None:
        many = len(self.sessions.saved)
        if not many:
            return

        def answered(typed: str | None) -> None:
            if typed is not None and typed.strip().casefold() in ("yes", "y", "是"):
                self.undoes.clear()
                self._do(self._emptied)

        question = _n(
            "Delete {n} session for good? Type yes", "Delete {n} sessions for good? Type yes", many
        )
        self.screen.app.push_screen(AskScreen(question), answered)

    def _emptied(self) -> str:
        from scenes.table import session_files

        many = session_files.empty_bin()
        return _n("{n} session deleted for good", "{n} sessions deleted for good", many)

    def undo(self) -> None:
        """Take back what was done last."""
        if not self.undoes:
            self.screen.notify(_("There is nothing to take back"), markup=False)
            return
        undo = self.undoes.pop()

        def undone() -> str:
            undo()
            return _("Taken back")

        self._do(undone)

    def _do(self, do: Callable[[], str]) -> None:
        """Do it, say so, and read the lists anew; or say in one line why it cannot be done."""
        try:
            told = do()
        except (KnownError, OSError) as error:
            self.screen.refuse(error)
            return
        self.screen.notify(told, markup=False)
        self.screen.read_again()


class CharacterKeys:
    """Edits and exports the lit character, and writes new ones."""

    def __init__(self, screen: "StartScreen", characters: Characters) -> None:
        self.screen, self.characters = screen, characters

    def lit(self) -> ListedCharacter | None:
        """The character that the keys are about."""
        if self.screen.section is not self.characters:
            return None
        return self.characters.character(self.screen.lit_id)

    def export(self) -> None:
        """Ask where to, and write a card there; nothing that is there is written over."""
        one = self.lit()
        if one is None or one.problem:
            return
        if is_guest():
            words = _("Files of this machine are not written over the network")
            self.screen.notify(words, markup=False)
            return

        def named(path: str | None) -> None:
            if path and path.strip():
                self._export(one, path)

        ending = ".png" if one.path.suffix.lower() == ".png" else ".json"
        about = _("A .json, .png, .charx or .yaml file · Enter writes it · Esc back")
        question = _("Where shall the card of {name} go?", name=one.name)
        self.screen.app.push_screen(AskScreen(question, f"{one.file}{ending}", about), named)

    def _export(self, one: ListedCharacter, typed: str) -> None:
        from characters.cards.export import export_character
        from characters.profile import read_character
        from tui.importing import typed_path

        try:
            target = typed_path(typed)
            if target.exists():
                raise KnownError(_("{where}: already exists; name another file", where=target))
            left_out = export_character(read_character(one.path), target, inputs=[one.path])
        except (*Known, ValueError) as error:
            self.screen.refuse(error)
            return
        told = _("Saved: {path}", path=target)
        if left_out:
            left = "; ".join(left_out[:3])
            missing = _("left out, since this format has no place for it: {item}", item=left)
            told = f"{told}; {missing}"
        self.screen.notify(told, markup=False)


def void(done: object) -> None:
    """Nothing: what was done is not asked about."""
