"""The loop of the whole program: what is played is learned from, and what was learned plays."""

import json
from contextlib import closing
from pathlib import Path

import pytest

pytest.importorskip("peft", reason="needs the extra `train`")

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from models.backend import Prompt
from models.local import Local
from models.scripted import Scripted
from scenes.scene_loader import load_scene
from scenes.table.play import Play
from tests.local.tiny_models import make_llama
from tests.tui.conftest import Run

SCENE = """\
title: 桃园
play_as: 刘备
cast:
  刘备: {}
  关羽: {}
opening: 【桃园之中，花开正盛。】
sampling: {n: 3, max_tokens: 40}
turns: list
"""
LIKED, LEFT = "某去便来，第{}阵。", ("燕人张翼德在此，第{}阵！", "不敢，第{}阵。")
RECIPE = """\
base: base
out: OUT
r: 4
learning_rate: 3e-3
batch_tokens: 512
max_steps: STEPS
eval_steps: 10
save_steps: 50
early_stopping_patience: 0
device: cpu
"""


def make_speaking(folder: Path) -> Path:
    """A made-up model that has learned the lines of both kinds, so that it draws in form."""
    base = make_llama(folder)
    tokenizer = AutoTokenizer.from_pretrained(base)
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    rows = [
        torch.tensor(
            [
                tokenizer(f"刘备：敌将又来了，第{n}个，谁可当之？\n关羽：").input_ids
                + tokenizer(f"{line.format(n)}\n", add_special_tokens=False).input_ids
            ]
        )
        for n in range(1, 10)
        for line in (LEFT[0], LIKED, LEFT[1])
    ]
    for step in range(600):
        ids = rows[step % len(rows)]
        model(ids, labels=ids).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    model.save_pretrained(base)
    return base


def played(scene: Path, turns: int) -> None:
    """A person who plays 刘备 and always picks the same kind of answer of 关羽."""
    lines = (LEFT[0], LIKED, LEFT[1])
    backend = Scripted([one.format(n + 1) for n in range(turns) for one in lines])
    with closing(Play.start(load_scene(str(scene)), "刘备")) as play:
        for number in range(turns):
            play.say(f"敌将又来了，第{number + 1}个，谁可当之？")
            hand = play.hand(backend, play.scene.role("关羽"))
            offset, updates = play.deal(backend, hand)
            with closing(updates):
                for update in updates:
                    hand.update(update, offset)
            texts = [place.text for place in hand.places]
            play.pick(hand, texts.index(LIKED.format(number + 1)))


def likelier(base: Path, adapter: Path | None) -> float:
    """How much likelier the picked answer is than one that was left, in a scene not yet played."""
    backend = Local.open(base, device="cpu", adapters={"a": str(adapter)} if adapter else {})
    prompt = Prompt("", "【桃园之中，花开正盛。】\n刘备：云长，谁可当之？\n", "关羽：")
    replies = [f"{one.format(9)}\n" for one in (LIKED, LEFT[0])]
    picked, left = backend.score(prompt, replies, "a" if adapter else None)
    return picked - left


def test_what_was_picked_in_play_is_what_the_trained_voice_says(run: Run, home: Path) -> None:
    base = make_speaking(home / "base")
    scene = home / "桃园.yaml"
    scene.write_text(SCENE, encoding="utf-8")
    for _ in range(4):
        played(scene, 8)
    sessions = sorted((home / "data").rglob("*.jsonl"))
    assert len(sessions) == 4

    made = run(
        *("corpus", "examples", *sessions, "--scene", scene, "--for", "关羽"),
        *("--model", f"local:{base}", "--test", 0, "-o", home / "played.jsonl"),
    )
    assert made.status == 0, made.err
    recipe = home / "voice.yaml"
    text = RECIPE.replace("OUT", "voice").replace("STEPS", "30") + "examples: played.jsonl\n"
    recipe.write_text(text, encoding="utf-8")
    trained = run("train", recipe)
    assert trained.status == 0, trained.err

    pairs = home / "picks.jsonl"
    exported = run("sessions", "export", "--to", "preference", "-o", pairs)
    assert exported.status == 0, exported.err
    recipe = home / "picked.yaml"
    text = RECIPE.replace("OUT", "picked").replace("STEPS", "10").replace("3e-3", "3e-4")
    recipe.write_text(text + "pairs: picks.jsonl\nstart: voice\n", encoding="utf-8")
    preferred = run("train", recipe)
    assert preferred.status == 0, preferred.err

    margins = [likelier(base, folder) for folder in (None, home / "voice", home / "picked")]
    assert margins[0] < margins[1] < margins[2]

    scene.write_text(SCENE + "model: {adapter: picked}\n", encoding="utf-8")
    again = run(
        *("draw", "-", "--for", "关羽", "--scene", scene, "--model", f"local:{base}"),
        *("--adapter", f"picked={home / 'picked'}", "-n", 3, "--seed", 1, "--json"),
        stdin="【桃园之中，花开正盛。】\n刘备：云长，谁可当之？\n",
    )
    assert again.status == 0, again.err
    candidates = json.loads(again.out)["candidates"]
    assert any("阵" in one["text"] for one in candidates), candidates
