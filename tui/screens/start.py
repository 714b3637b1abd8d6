"""The start: scenes to play, sessions to resume, characters; what its keys do."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input, OptionList

from base.errors import KnownError
from scenes.table.session_list import ARCHIVE, BIN
from tui.last_choices import remember_choice
from tui.loaded_model import LoadedModel
from tui.model_options import Choice
from tui.paint import printable
from tui.screens.role import RoleScreen
from tui.screens.start_keys import CharacterKeys, SessionKeys
from tui.screens.start_lists import StartLists
from tui.screens.start_scenes import scene_at
from tui.screens.start_sessions import PLACE
from tui.widgets.preview import Preview
from tui.widgets.rows import Rows

if TYPE_CHECKING:  # scenes are read whole when one is lit
    from scenes.scene import Scene


class StartScreen(StartLists):
    """A list of scenes, sessions or characters, a preview, and the state of the model.

    Letters are commands while the list has the keys, and text while the search has them.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "section(1)", "Next list", id="start.next"),
        Binding("shift+tab", "section(-1)", "List before", id="start.before"),
        Binding("slash,ctrl+f", "search", "Search", id="start.search"),
        Binding("f", "app.find", "Find a line", id="start.find"),
        Binding("escape", "back", "Back", id="start.back", show=False),
        Binding("r", "role", "Role", id="start.role"),
        Binding("n", "new", "New", id="start.new"),
        Binding("e", "edit", "Edit", id="start.edit"),
        Binding("x", "export", "Export as a card", id="start.export"),
        Binding("i", "app.import", "Import", id="start.import"),
        Binding("m", "models", "Models", id="start.models"),
        Binding("f2", "rename", "Rename", id="start.rename"),
        Binding("d", "duplicate", "Duplicate", id="start.duplicate"),
        Binding("a", "archive", "Archive", id="start.archive"),
        Binding("delete", "delete", "Into the bin", id="start.delete"),
        Binding("v", "voice", "Make a voice of it", id="start.voice"),
        Binding("ctrl+z", "undo", "Take back", id="start.undo"),
        Binding("space", "read_on", "Read on in the preview", id="start.read"),
    ]

    @dataclass
    class Begin(Message):
        """Start this scene as that role."""

        scene: "Scene"
        role: str | None

    @dataclass
    class Resume(Message):
        """Open this session."""

        path: Path
        shown: bool = False
        """Whether it ships with the program, and has not been opened before."""

    def __init__(self, model: LoadedModel, choice: Choice | None = None) -> None:
        super().__init__(model, choice)
        self.session_keys = SessionKeys(self, self.sessions)
        self.character_keys = CharacterKeys(self, self.characters)

    # --- going about ---

    def action_section(self, step: int) -> None:
        """The next list, or the one before."""
        self.section.lit = self.lit_id or self.section.lit
        at = (self.sections.index(self.section) + step) % len(self.sections)
        self.section = self.sections[at]
        self.show_rows()

    def action_search(self) -> None:
        """Give the keys to the search."""
        search = self.query_one("#search", Input)
        search.display = True
        self.set_focus(search)
        self._load_pinyin()

    @work(thread=True, group="start-pinyin")
    def _load_pinyin(self) -> None:
        """Have pinyin there before the first letter is looked for."""
        from scenes.pinyin import readings

        readings("团")

    def action_back(self) -> None:
        """Clear the search, or leave the archive and the bin."""
        search = self.query_one("#search", Input)
        if search.display:
            search.value, search.display = "", False
            self.set_focus(self.query_one(Rows))
            self.show_rows()
        elif self.section is self.sessions and self.sessions.place:
            self._open_place("")

    def action_read_on(self) -> None:
        """A page further in the preview, and at its end back to its beginning."""
        preview = self.query_one(Preview)
        if preview.is_vertical_scroll_end:
            preview.scroll_home(animate=False)
        else:
            preview.scroll_page_down(animate=False)

    def on_descendant_focus(self) -> None:
        self._show_hints()

    @on(Input.Changed, "#search")
    def _searched(self) -> None:
        self.show_rows()

    @on(Input.Submitted, "#search")
    def _take_found(self) -> None:
        if self.lit_id:
            self.query_one(Rows).action_select()

    def key_down(self) -> None:
        """From the search into the list."""
        if self.focused and self.focused.id == "search":
            self.set_focus(self.query_one(Rows))

    # --- the lit row ---

    @on(OptionList.OptionSelected, "#rows")
    def _open(self, event: OptionList.OptionSelected) -> None:
        id = event.option.id or ""
        if self.section is self.scenes:
            self._open_scene(id)
        elif self.section is self.characters:
            self._new("scene", id)
        elif id.startswith(PLACE):
            self._open_place(id.removeprefix(PLACE))
        elif saved := self.sessions.session(id):
            if self.sessions.place == BIN:
                self.session_keys.restore(saved)
            else:
                self.post_message(self.Resume(saved.path))

    def _open_scene(self, id: str) -> None:
        if shown := self.scenes.shown(id):
            from scenes.table.shown import open_shipped, was_opened

            try:
                first = not was_opened(shown)
                self.post_message(self.Resume(open_shipped(shown), first))
            except KnownError as error:
                self.refuse(error)
        elif scene := self._load(id):
            remember_choice(scene.name, None, chose=False)
            self.post_message(self.Begin(scene, self.scenes.role_of(scene)))

    def _open_place(self, place: str) -> None:
        assert place in ("", ARCHIVE, BIN)
        self.sessions.lit = f"{PLACE}{self.sessions.place}" if not place else ""
        self.sessions.place, self.sessions.saved = place, []
        self.sessions.many = None
        self.show_rows()
        self.read_again()

    def action_role(self) -> None:
        """Ask which role is the player's, then start; the choice is remembered."""
        scene = self._load(self.lit_id) if self.section is self.scenes else None
        if scene is None:
            return

        def begin(chosen: tuple[str | None] | None) -> None:
            if chosen is not None:
                remember_choice(scene.name, chosen[0], chose=True)
                self.post_message(self.Begin(scene, chosen[0]))

        self.app.push_screen(RoleScreen(scene, self.scenes.role_of(scene)), begin)

    def _load(self, id: str) -> "Scene | None":
        found = self.scenes.scene(id)
        if found is None:
            return None
        try:
            return scene_at(found.path)
        except KnownError as error:
            for problem in error.problems[:5]:
                self.notify(printable(problem), severity="error", markup=False, timeout=15)
            return None

    def action_rename(self) -> None:
        self.session_keys.rename()

    def action_duplicate(self) -> None:
        self.session_keys.duplicate()

    def action_archive(self) -> None:
        self.session_keys.archive()

    def action_delete(self) -> None:
        self.session_keys.delete()

    def action_undo(self) -> None:
        self.session_keys.undo()

    def action_export(self) -> None:
        self.character_keys.export()

    def action_voice(self) -> None:
        """What it takes to make a voice of the lit session."""
        if saved := self.session_keys.lit():
            from tui.screens.start_voice import VoiceScreen

            self.app.push_screen(VoiceScreen(saved))

    def action_new(self) -> None:
        self._new("character" if self.section is self.characters else "scene", "")

    def _new(self, what: str, character: str) -> None:
        if what == "scene":
            self._new_scene(character)
        else:
            self._new_character()

    @work
    async def _new_scene(self, character: str) -> None:
        """Have a scene made, and play it if that is wanted."""
        from tui.screens.form_scene import new_scene

        if scene := await new_scene(self.app, character):  # type: ignore[arg-type]
            self.post_message(self.Begin(scene, scene.play_as))

    @work
    async def _new_character(self) -> None:
        from tui.screens.form_character import new_character

        await new_character(self.app)  # type: ignore[arg-type]

    @work
    async def action_edit(self) -> None:
        """Edit the lit scene or character in the person's editor; of one that ships, a copy."""
        from tui.editing_library import edit_lit

        if self.section is not self.sessions and self.lit_id:
            kind = "characters" if self.section is self.characters else "scenes"
            await edit_lit(self.app, kind, self.lit_id)  # type: ignore[arg-type]
            self.read_again()

    def action_models(self) -> None:
        """The models that there are, and which one plays."""
        from tui.screens.models import ModelsScreen

        self.app.push_screen(ModelsScreen(self.model))
