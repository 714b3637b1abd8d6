"""What a character's prompts are reminded of: in its own lines alone, at its depth."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenes.log import parse
from scenes.prompt import build_prompt, history_budget, secret_part
from scenes.scene import AuthorNote, Scene
from scenes.steering import Steering
from scenes.table.inspect import Made, inspected
from scenes.table.session import Turn
from tests.scenes.conftest import made_scene


def with_notes(scene: Scene, *notes: AuthorNote, secret: str = "") -> Scene:
    cast = list(scene.cast)
    cast[1] = replace(cast[1], notes=notes, secret=secret)
    return replace(scene, cast=tuple(cast))


def test_reminders_stand_at_their_depth_in_that_roles_prompts_alone(scene: Scene) -> None:
    noted = with_notes(scene, AuthorNote("缺一指。", 2), AuthorNote("少说。", 0), secret="怕黑")
    history = parse("林默：一。\n林默：二。\n林默：三。")
    prompt = build_prompt(noted, history, noted.cast[1], 900, 40, len)
    assert (
        prompt.history
        == "林默：一。\n{缺一指。}\n林默：二。\n林默：三。\n{少说。}\n{苏晚的秘密：怕黑}\n"
    )
    other = build_prompt(noted, history, noted.cast[2], 900, 40, len)
    assert "缺一指" not in other.text and other.stable == prompt.stable


def test_their_tokens_are_kept_free(scene: Scene) -> None:
    noted = with_notes(scene, AuthorNote("字" * 50, 3))
    assert history_budget(noted, 900, 40, len) == history_budget(scene, 900, 40, len) - 53
    history = parse("\n".join(f"林默：{'字' * 30}" for __ in range(60)))
    assert len(build_prompt(noted, history, noted.cast[1], 900, 40, len).text) <= 900 - 40


@given(
    st.integers(1, 12),
    st.lists(st.tuples(st.sampled_from("甲乙丙"), st.integers(0, 14)), max_size=3),
    st.sampled_from(["", "慢"]),
    st.integers(0, 9),
    st.booleans(),
)
def test_an_inspection_takes_every_prompt_apart(
    lines: int, reminders: list[tuple[str, int]], note: str, depth: int, secret: bool
) -> None:
    notes = (AuthorNote(text, at) for text, at in reminders)
    scene = with_notes(made_scene(), *notes, secret="怕黑" if secret else "")
    history = parse("\n".join(f"林默：第{number}句。" for number in range(lines)))
    path = [Turn(at + 1, at or None, one) for at, one in enumerate(history)]
    steering, role = Steering("", AuthorNote(note, depth)), scene.cast[1]
    prompt = build_prompt(scene, history, role, 500, 40, len, steering)
    own = secret_part(role), role
    made = Made(prompt, history, path, (), steering, secret=own[0], speaker=own[1])
    one = inspected("苏晚", made, len)
    assert "".join(piece.text for piece in one.pieces) == prompt.text
    assert not one.tokens("recap")
    assert sum(piece.kind == "note" for piece in one.pieces) == len(reminders) + bool(note)


@pytest.mark.parametrize("depth", [-1, 1001])
def test_a_depth_that_cannot_be_is_an_error_of_the_file(tmp_path, depth: int) -> None:
    from base.errors import KnownError
    from characters.profile import read_character

    (tmp_path / "a.yaml").write_text(f"name: 安\nnotes: [{{text: x, depth: {depth}}}]", "utf-8")
    with pytest.raises(KnownError, match="depth"):
        read_character(tmp_path / "a.yaml")
