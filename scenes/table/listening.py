"""Remembers what was asked about last, so that the same line typed again does it."""

from base.text import is_blank
from scenes.scene import Role, Scene
from scenes.table.meanings import Doubt, Meaning
from scenes.table.typed import read_typed


class Listening:
    """What a person types at one table, one line after another."""

    def __init__(self) -> None:
        self._asked: tuple[str, Doubt] | None = None
        self._by_nothing = True
        self.heard = ""
        """The line that was typed last."""
        self._offered = False

    @property
    def asking(self) -> bool:
        """Whether a line is waiting to be typed again."""
        return self._asked is not None and not self._offered

    @property
    def offering(self) -> bool:
        """Whether something was offered that an empty line takes."""
        return self._offered and self._asked is not None

    def offer(self, doubt: Doubt) -> None:
        """Offer something that nobody has typed; an empty line takes it."""
        self.ask("", doubt)
        self._offered = True

    def meaning(self, scene: Scene, text: str, role: Role | None) -> Meaning | None:
        """What `text` means; `None` for an empty line that answers nothing.

        The line that was asked about, or an empty one right after it, means what was asked;
        anything else forgets that. Raises `KnownError`.
        """
        asked, self._asked = self._asked, None
        self.heard = text.strip()
        if asked and (text.strip() == asked[0] or (self._by_nothing and is_blank(text))):
            return asked[1].meaning
        if is_blank(text):
            return None
        meaning = read_typed(scene, text, role)
        if isinstance(meaning, Doubt):
            self.ask(text, meaning)
        return meaning

    def asks(self, text: str) -> bool:
        """Whether this line was asked about, and so means what was asked."""
        return self._asked is not None and text.strip() == self._asked[0]

    def ask(self, text: str, doubt: Doubt, by_nothing: bool = True) -> None:
        """Ask about a line; an empty one answers, too, unless that means another thing."""
        self._asked, self._by_nothing = (text.strip(), doubt), by_nothing
        self._offered = False

    def forget(self) -> None:
        """Something else was done since."""
        self._asked = None
