"""Tokens by a tokenizer alone are those that the whole model counts; examples are its prompts."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from base.errors import KnownError
from models.local import Local
from models.local.counting import TokenCounter
from scenes.data.examples.heldout import HeldOut
from scenes.data.examples.make import log_source, make
from scenes.data.examples.prompts import Bounds, Counted
from scenes.data.examples.script import script_of
from scenes.log import Entry, parse
from scenes.prompt import build_prompt
from scenes.scene import Role, Scene
from tests.local.tiny_models import LINES

KINDS = ("v1", "v2", "v3", "llama")
SCENE = Scene("house", Path(), "雨夜", (Role("林默"), Role("苏晚"), Role("守秘人", narrator=True)))


def talk(lines: int) -> list[Entry]:
    """A log in which the three take turns."""
    told = parse("\n".join(LINES))
    said = [entry for entry in told if entry.speaker and "【" not in entry.text]
    return [
        Entry("narration", f"{at}更天")
        if at % 3 == 2
        else replace(said[at % len(said)], speaker=("林默", "苏晚")[at % 3])
        for at in range(lines)
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_a_tokenizer_alone_counts_as_the_whole_model(folders: dict[str, Path], kind: str) -> None:
    whole, alone = Local.open(folders[kind], device="cpu"), TokenCounter.open(folders[kind])
    texts = [*LINES, "【雨下了一夜】\n", "", "<eop>[gMASK]"]
    assert [alone.count(text) for text in texts] == [whole.count(text) for text in texts]
    assert alone.context == whole.context
    assert TokenCounter.open(folders[kind], 64).context == 64
    with pytest.raises(KnownError, match="at most the"):
        TokenCounter.open(folders[kind], 10**9)


def test_a_folder_without_a_tokenizer_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "llama"}', "utf-8")
    with pytest.raises(KnownError) as caught:
        TokenCounter.open(tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", KINDS)
def test_an_example_is_encoded_as_play_would_and_the_next_goes_on_from_it(
    folders: dict[str, Path], kind: str
) -> None:
    local, entries = Local.open(folders[kind], device="cpu"), talk(40)
    script = script_of("house.txt", entries, SCENE)
    bounds = Bounds(300, Counted(local), 100)
    examples = make([log_source(script, ())], bounds, HeldOut(0)).examples
    assert len(examples) == len(entries)
    for at, one in enumerate(examples):
        role = SCENE.role(one.speaker)
        played = build_prompt(SCENE, entries[:at], role, 300, 100, local.count)
        ids = local.encoder.encode(played)
        assert one.prompt == played
        assert local.encoder.encode_pair(one.prompt, one.reply)[0][: len(ids)] == ids
        assert len(ids) <= 200
    cuts = 0
    for former, later in pairwise(examples):
        goes_on = later.prompt.text.startswith(former.prompt.text + former.reply)
        cuts += not goes_on
        if goes_on and kind != "v1" and former.speaker != "守秘人":
            pair, targets = local.encoder.encode_pair(former.prompt, former.reply)
            assert local.encoder.encode(later.prompt)[: len(pair) - 1] == pair[:-1]
            assert not targets[0]
    assert 0 < cuts < len(examples) // 3
