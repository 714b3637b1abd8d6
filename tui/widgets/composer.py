"""Where the person writes, and the one widget of the table that gets keys: each is decided here, at
once, against what the key before it left."""

from collections.abc import Sequence
from typing import ClassVar, Protocol

from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingsMap, BindingType
from textual.content import Content
from textual.document._document import Document
from textual.reactive import reactive
from textual.widgets import TextArea
from textual.widgets.text_area import Edit, EditResult

from base.messages import _
from base.text import UNPRINTABLE
from tui.paint import printable
from tui.table_keys import LAWS, Laws
from tui.table_state import TYPES, Action, Mode, State
from tui.widgets.long_text import LongText
from tui.widgets.suggesting import Suggestions, label_at_end, next_label

IME_GUARD_S = 0.05
"""Enter this soon after a wide character is the input method's own, and sends nothing. Both times
are those at which the terminal's bytes were read, however busy the program is."""
WIDE = 0x2E7F
"""Characters after this one are written by input methods."""
LONGEST = 20_000
"""Characters of what is written, at most: each key wraps them anew."""


class Keyed(Protocol):
    """What does what the keys say: the screen of the table."""

    def state_at(self, when: float) -> State:
        """What a key finds that was pressed at that time (as `Message.time` counts)."""

    def act(self, action: Action) -> bool:
        """Do at once what a key says; whether it was done."""

    def tell(self) -> None:
        """What is written has changed: say what the keys do now."""

    def mode_changed(self, mode: Mode) -> None:
        """Something else has the keys."""


class Composer(LongText):
    """A few lines of text, a feeling beside them, and what has the keys of the table."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(law.keys, f"by_law('{law.id}')", law.words, show=False, id=law.id) for law in LAWS
    ]

    mode: reactive[Mode] = reactive[Mode]("text", init=False)
    label: reactive[str] = reactive("", init=False)
    """The feeling of what is written, beside the text."""
    heading: reactive[str] = reactive("", init=False)
    """What the border says of what is written."""
    hints: reactive[str] = reactive("", init=False)
    """What the border says where something else has the keys."""

    def __init__(
        self,
        emotions: Sequence[str] = (),
        commands: Sequence[str] = (),
        names: Sequence[str] = (),
        id: str | None = None,
        laws: Laws | None = None,
    ) -> None:
        """`commands` are those that begin with `/`, `names` what may follow `/next`."""
        super().__init__(
            soft_wrap=True, tab_behavior="focus", compact=True, highlight_cursor_line=False, id=id
        )
        self.emotions = list(emotions)
        self.suggestions = Suggestions(emotions, commands, names)
        self.laws = laws or Laws()
        self.keyed: Keyed | None = None
        self._wide_at = 0.0
        self.held_back = False
        """Whether an Enter was the input method's own just now."""

    @property
    def cast(self) -> Sequence[str]:
        """The names that may follow `/next`."""
        return self.suggestions.names

    @cast.setter
    def cast(self, names: Sequence[str]) -> None:
        self.suggestions.names = tuple(names)

    # --- keys ---

    async def _on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        self.held_back = False
        if self.keyed is None:
            await super()._on_key(event)
            return
        state = self.keyed.state_at(event.time)
        action = self.laws.meaning(event.key, event.character, state)
        if action.do in ("send", "take", "go_on", "unhide") and self._is_of_input_method(event):
            self.held_back = True
            self._title()
            return
        if action.do == "pass":
            await self._pass(event)
            self.keyed.tell()
        elif action == TYPES:
            self.mode = "text"
            await self._write(event)
            if state.empty or state.editing:
                self.keyed.tell()
        elif self.keyed.act(action) and action.mode is not None:
            self.mode = action.mode
        self._title()

    def _is_of_input_method(self, event: events.Key) -> bool:
        return event.time - self._wide_at < IME_GUARD_S

    async def _write(self, event: events.Key) -> None:
        """Write a character; a label that it ends becomes the feeling beside the text."""
        if event.character and ord(event.character[0]) > WIDE:
            self._wide_at = event.time
        if event.character == " " and self._take_label(known=True):
            return
        await super()._on_key(event)

    async def _pass(self, event: events.Key) -> None:
        """Leave a key to the text or to the screen, before the next key is looked at."""
        if await self.app._check_bindings(event.key, priority=True):
            return
        own = (TextArea._merged_bindings or BindingsMap()).key_to_bindings.get(event.key, [])
        for binding in own:
            await self.run_action(binding.action)
        if not own:
            await self.app._check_bindings(event.key)

    def action_by_law(self, law: str) -> None:
        """Nothing: the keys of laws are decided before bindings are, which only name them."""
        raise SkipAction

    async def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        self.mode = "text"
        lines = event.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        text = "\n".join(UNPRINTABLE.sub("", line.replace("\t", " ")) for line in lines)
        if len(self.text) + len(text) > LONGEST:
            self.notify(
                _(
                    "{count:,} characters pasted, {most:,} at most; left out. A whole log: "
                    "Ctrl+L, then i imports it",
                    count=len(text),
                    most=LONGEST,
                ),
                severity="error",
                markup=False,
            )
            return
        await super()._on_paste(events.Paste(text))
        self._title()
        if self.keyed is not None:
            self.keyed.tell()

    # --- what is written ---

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written and no feeling is set."""
        return not self.text and not self.label

    @property
    def written(self) -> str:
        """All that is written, the feeling as the log has it."""
        if not self.label or self._typed_label():
            return self.text
        return f"{self.text.rstrip()} \\emoji {self.label}".lstrip()

    def write(self, text: str, label: str = "") -> None:
        """Have this text here instead, the cursor at its end."""
        self.load_text(text)
        self.move_cursor(self.document.end)
        self.label = label

    def edit(self, edit: Edit) -> EditResult:
        """Change the text; whatever is written has the keys."""
        result = super().edit(edit)
        if self.text:
            self.mode = "text"
        return result

    def empty(self) -> None:
        """Have nothing here; what was here is not what Ctrl+Z brings back."""
        self.write("")

    def break_line(self) -> None:
        """Begin a line; a feeling stays with the line that it was set for."""
        if self.label:
            label, self.label = self.label, ""
            self.move_cursor(self.document.end)
            self.insert(f" \\emoji {label}")
        self.insert("\n")

    def complete(self) -> None:
        """Write what is offered; a label that is whole becomes the feeling beside the text."""
        self.insert(self.suggestion)
        self._take_label(known=True)

    def step_label(self, step: int) -> None:
        """Set the next label of the scene; after the last one there is none."""
        self.label = next_label(self.emotions, self.label, step)

    def toggle_label(self) -> None:
        """Take the label away, or set the scene's first one."""
        self.label = "" if self.label else next_label(self.emotions, "", 1)

    def _typed_label(self) -> str:
        return label_at_end(self.text)[1]

    def _take_label(self, known: bool) -> bool:
        """Make the label at the end of the text the feeling beside it; whether there was one."""
        body, label = label_at_end(self.text)
        at_end = self.cursor_location == self.document.end
        if not label or not at_end or (known and self.emotions and label not in self.emotions):
            return False
        assert isinstance(self.document, Document)
        start = self.document.get_location_from_index(len(body))
        self.delete(start, self.document.end)
        self.label = label
        return True

    def update_suggestion(self) -> None:
        """Offer the rest of a label after `\\emoji`, of a command, of a name."""
        row, column = self.cursor_location
        at_end = self.cursor_location == self.document.end
        before = self.document.get_line(row)[:column]
        self.suggestion = self.suggestions.rest(before, row == 0) if at_end and self.text else ""

    # --- what is seen ---

    def watch_mode(self) -> None:
        self.set_class(self.mode == "tray", "without-keys")
        self.set_class(self.mode == "turns", "turns-have-keys")
        if self.keyed is not None:
            self.keyed.mode_changed(self.mode)
        self._title()

    def watch_label(self) -> None:
        self._title()

    def watch_heading(self) -> None:
        self._title()

    def watch_hints(self) -> None:
        self._title()

    def _title(self) -> None:
        """The border: the feeling as a chip of its own, then what the keys do."""
        words = self.hints or self.heading
        if self.held_back:
            words = _("that Enter was the input method's; Enter again sends")
        chip = f"〔{printable(self.label)}〕" if self.label else ""
        parts = [(chip, "reverse") if chip else "", " " if chip and words else "", words]
        self.border_title = Content.assemble(*parts) if chip or words else ""
