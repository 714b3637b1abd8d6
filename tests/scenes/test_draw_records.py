"""How a draw was made stands in the journal, so that its prompt can be made again."""

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from models.scripted import Scripted
from scenes.prompt import History, prompt_without, stable_part
from scenes.scene import Role, Scene
from scenes.table.draws import Draw
from scenes.table.events import event_of, line_of
from scenes.table.hand import Hand
from scenes.table.play import Play
from scenes.table.snapshot import from_json, to_json

MADE = Draw(
    1,
    None,
    "苏晚",
    (),
    "qwen",
    "su-lora",
    7,
    {"n": 3, "temperature": 0.7},
    4096,
    3000,
    "qwen",
    12,
)


def dealt(play: Play, backend: Scripted, speaker: str = "苏晚") -> Hand:
    hand = play.hand(backend, play.scene.role(speaker))
    offset, updates = play.deal(backend, hand)
    with closing(updates):
        for update in updates:
            hand.update(update, offset)
    return hand


def test_how_a_draw_was_made_is_read_back_as_it_was_written() -> None:
    line = line_of({"event": "draw", **to_json(MADE)})
    event = event_of(line)
    assert event is not None
    assert from_json(Draw, json.loads(line)) == MADE
    assert b'"dropped":12' in event["line"]


def test_a_draw_of_an_old_journal_reads_as_one_of_which_nothing_more_is_known() -> None:
    old = from_json(Draw, {"id": 1, "parent": None, "speaker": "苏晚", "candidates": [], "seed": 3})
    assert old == Draw(1, None, "苏晚", (), seed=3)
    assert (old.dropped, old.budget, old.sampling) == (None, 0, {})
    assert to_json(old) == {"id": 1, "parent": None, "speaker": "苏晚", "candidates": [], "seed": 3}


def test_a_draw_in_play_records_what_it_was_made_with(
    make_scene: Callable[..., Scene], tmp_path: Path
) -> None:
    scene = make_scene(cast=(Role("甲"), Role("乙", adapter="yi-lora")), opening="")
    play = Play.start(scene, "甲", tmp_path)
    play.asked = {"seed": 7, "temperature": 0.5}
    backend = Scripted(name="small", context=900)
    play.pick(dealt(play, backend, "乙"), 0)
    path = play.journal.path
    play.close()
    with closing(Play.resume(path)) as resumed:
        draw = resumed.session.draws[1]
    wanted = {"n": 3, "temperature": 0.5, "max_tokens": 40, "dry_multiplier": 0.8}
    assert draw.sampling == wanted
    assert (draw.model, draw.tokenizer, draw.adapter) == ("small", "small", "yi-lora")
    assert (draw.seed, draw.context, draw.dropped) == (7, 900, 0)
    assert 0 < draw.budget < 900


def test_a_prompt_of_a_long_play_is_made_again_from_what_its_draw_dropped(
    scene: Scene, tmp_path: Path
) -> None:
    """Whatever tokens are counted by then, and whatever is said since."""
    with closing(Play.start(scene, "林默", tmp_path)) as play:
        backend = Scripted(context=700)
        for number in range(40):
            play.say(f"第{number}句，说得不长也不短。")
        hand = dealt(play, backend)
        play.pick(hand, 0)
        draw = play.session.draws[1]
        assert draw.dropped is not None
        assert 0 < draw.dropped < 42
        said = History(lambda text: 1, play.session.history_before(play.session.path[-1].id))
        again = prompt_without(
            stable_part(scene), said, scene.role("苏晚"), draw.dropped, draw.budget
        )
    assert again == backend.prompts[0]


def test_a_last_line_that_is_too_long_by_itself_is_cut_again_as_it_was(
    scene: Scene, tmp_path: Path
) -> None:
    with closing(Play.start(scene, "林默", tmp_path)) as play:
        backend = Scripted(context=700)
        play.say("很长的一句，" * 200)
        hand = dealt(play, backend)
        play.keep(hand)
        draw = play.session.draws[1]
        said = History(len, play.session.history)
        assert draw.dropped == 2
        again = prompt_without(
            stable_part(scene), said, scene.role("苏晚"), draw.dropped, draw.budget
        )
    assert again == backend.prompts[0]
