"""The forms for a new scene and a new character: filled in, checked, kept, written, played."""

import time

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from base.errors import KnownError
from base.folders import folders
from base.text import unprintable
from characters.profile import read_character
from models.scripted import Scripted
from scenes.files import forms
from scenes.scene_loader import read_scene
from tests.tui.tables import LINES, until
from tui.app import PaotuanApp
from tui.model_options import Choice
from tui.screens.form import ChooseScreen, FieldArea, FormScreen, SavedScreen
from tui.screens.start import StartScreen
from tui.screens.table import TableScreen

FILLED = {
    "title": "渡口",
    "summary": "船不来。",
    "cast": "阿青：船娘，嘴快\n李白 @libai\n旁白【】：讲水和雾",
    "play_as": "阿青",
    "opening": "【起雾了。】\n李白：船呢？",
}
HOSTILE = (
    "",
    "字" * 50_000,
    "[bold red]x[/] [@click=app.quit]y[/]",
    "a\x1b[2Jb\x00c\x9b1m",
    "👩‍👩‍👧 \u200b\u202eabc\u2066",
    "مرحبا بالعالم",
    "- a: {b: [c",
    "\n\n\t",
    "'\"\\#: |>%@`",
)


def app() -> PaotuanApp:
    return PaotuanApp(None, Choice(), Scripted(LINES))


async def opened(pilot: Pilot[None], key: str = "n") -> FormScreen:
    await until(pilot, lambda: isinstance(pilot.app.screen, StartScreen))
    await pilot.press(key)
    await until(pilot, lambda: isinstance(pilot.app.screen, FormScreen))
    await pilot.pause()
    screen = pilot.app.screen
    assert isinstance(screen, FormScreen)
    return screen


async def fill(pilot: Pilot[None], screen: FormScreen, values: dict[str, str]) -> None:
    for name, text in values.items():
        screen.query_one(f"#field-{name}", FieldArea).load_text(text)
    await pilot.pause()
    screen.check()


def told(screen: FormScreen, id: str = "about") -> str:
    return str(screen.query_one(f"#{id}", Static).content)


async def test_a_scene_is_filled_in_written_with_comments_and_played_at_once() -> None:
    async with app().run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await fill(pilot, screen, FILLED)
        assert screen.wrong == []
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SavedScreen))
        path = folders("scenes")[1] / "渡口.yaml"
        scene = read_scene(path)
        assert [role.name for role in scene.cast] == ["阿青", "李白", "旁白"]
        assert scene.cast[2].narrator and scene.play_as == "阿青"
        text = path.read_text("utf-8")
        assert "# What the player is after.\n# aim:" in text
        assert not forms.draft_path(forms.SCENE).exists()
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, TableScreen))
        assert "船呢？" in pilot.app.screen.play.session.entries[-1].text  # type: ignore[attr-defined]


async def test_what_is_wrong_is_said_in_the_field_while_it_is_typed() -> None:
    async with app().run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await fill(pilot, screen, {**FILLED, "turns": "natrual"})
        area = screen.query_one("#field-turns", FieldArea)
        area.focus()
        await pilot.pause()
        assert area.has_class("wrong") and "natural" in told(screen)
        await pilot.press("ctrl+s")
        assert pilot.app.screen is screen
        assert not folders("scenes")[1].exists()
        area.load_text("list")
        await until(pilot, lambda: not screen.wrong)
        assert not area.has_class("wrong")


async def test_the_preview_shows_the_file_and_what_is_wrong_with_it() -> None:
    async with app().run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await fill(pilot, screen, {**FILLED, "play_as": "阿清"})
        await pilot.press("f2")
        await pilot.pause()
        assert screen.query_one("#file").display and not screen.query_one("#fields").display
        assert "title: 渡口" in told(screen, "text") and "阿清" in told(screen, "text")
        await pilot.press("escape")
        await pilot.pause()
        assert pilot.app.screen is screen and screen.query_one("#fields").display


async def test_esc_asks_nothing_and_what_was_begun_is_there_again() -> None:
    async with app().run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await pilot.press("d", "u")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, StartScreen))
        screen = await opened(pilot)
        assert screen.values["title"] == "du"
        await pilot.press("ctrl+n")
        await pilot.pause()
        assert screen.values["title"] == ""
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, StartScreen))
        assert not forms.draft_path(forms.SCENE).exists()


async def test_a_program_that_ends_in_the_middle_leaves_a_draft() -> None:
    async with app().run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("d", "u")
    assert forms.kept(forms.SCENE)["title"] == "du"


async def test_a_character_of_the_library_joins_the_cast() -> None:
    async with app().run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(pilot.app.screen, ChooseScreen))
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen is screen)
        await until(pilot, lambda: "@" in screen.values["cast"])
        name, __, file = screen.values["cast"].partition(" @")
        assert name and (folders("characters")[-1] / f"{file}.yaml").is_file()


async def test_a_single_line_has_no_breaks_and_enter_leads_on() -> None:
    async with app().run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await pilot.press("a", "enter", "b")
        assert screen.values["title"] == "a" and screen.values["summary"] == "b"


@pytest.mark.parametrize("form", [forms.SCENE, forms.CHARACTER], ids=["scene", "character"])
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_stands_in_a_field_it_is_written_or_refused_and_kept(
    form: forms.Form, text: str
) -> None:
    good = FILLED if form is forms.SCENE else {"name": "阿青", "profile": "船娘。"}
    for field in form.fields:
        values = {**good, field.name: text}
        began = time.monotonic()
        forms.keep(form, values)
        assert forms.kept(form) == {key: kept for key, kept in values.items()}
        problems = forms.problems_of(form, values)
        assert time.monotonic() - began < 5
        assert not any(unprintable(problem) for __, problem in problems)
        if problems:
            with pytest.raises(KnownError):
                forms.save(form, values)
            continue
        path = forms.save(form, values)
        form.check(path.read_text("utf-8"), path)
        assert path.parent == folders(form.kind)[1]
        path.unlink()


async def test_fifty_thousand_characters_are_pasted_without_a_wait() -> None:
    async with app().run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        began = time.monotonic()
        area = screen.query_one("#field-opening", FieldArea)
        area.insert("【" + "雾" * 50_000 + "】")
        await pilot.pause()
        screen.check()
        await pilot.press("f2")
        await pilot.pause()
        assert time.monotonic() - began < 8


def test_nothing_is_written_over() -> None:
    first, second = (forms.save(forms.SCENE, FILLED) for __ in range(2))
    assert first != second and first.is_file() and second.is_file()
    shipped = forms.save(forms.SCENE, {**FILLED, "title": "changan"})
    assert shipped.stem != "changan"


async def test_a_character_is_made_and_read() -> None:
    async with app().run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, StartScreen))
        await pilot.press("tab", "tab")
        screen = await opened(pilot)
        await fill(pilot, screen, {"name": "阿青", "aliases": "青姑 船娘", "voice": "阿青：上船！"})
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SavedScreen))
        character = read_character(folders("characters")[1] / "阿青.yaml")
        assert character.aliases == ("青姑", "船娘") and character.voice == "阿青：上船！"


async def test_a_scene_begins_with_the_lit_character_and_an_editor_that_cannot_open_is_told() -> (
    None
):
    async with app().run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, StartScreen))
        await pilot.press("tab", "tab")
        await until(pilot, lambda: pilot.app.screen.lit_id != "")  # type: ignore[attr-defined]
        lit = pilot.app.screen.lit_id  # type: ignore[attr-defined]
        screen = await opened(pilot, "enter")
        await until(pilot, lambda: screen.values["cast"].endswith(f"@{lit}"))
        await fill(pilot, screen, {"title": "渡口"})
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SavedScreen))
        await pilot.press("e")
        await until(pilot, lambda: isinstance(pilot.app.screen, StartScreen))
        await until(pilot, lambda: "渡口.yaml" in pilot.app.messages[-1].message)  # type: ignore[attr-defined]


async def test_a_form_is_whole_in_the_smallest_terminal() -> None:
    async with app().run_test(size=(20, 5)) as pilot:
        screen = await opened(pilot)
        await pilot.press("a", "b")
        assert screen.values["title"] == "ab"
        await pilot.resize_terminal(200, 60)
        await pilot.pause()
        assert screen.values["title"] == "ab" and screen.focused is not None
