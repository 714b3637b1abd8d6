"""The files that the commands of the pages read: small ones, made up, by the names of the pages."""

import json
import shutil
from pathlib import Path

from tests.characters.card_files import png_of, raw, v2, v3, webp_of
from tests.chatglm.made_up import make_prefix
from tests.chatglm.tokenizer_made_up import make_playable
from tests.corpora.teachers import NOVEL
from tests.docs.pages import ROOT
from tests.docs.seeds import write_seeds
from tests.imports.table_logs import NAMED, zipped
from tests.local.tiny_models import LINES, make_llama, tiny_llama
from tests.models.tiny_gguf import tuned, write_model
from tests.models.tiny_sentences import write_model as write_sentences
from tests.train.made import examples, written, written_pairs

ADAPTERS = ("mine", "my-voice", "sanguo-lora", "other-lora", "voice", "picked")
PEOPLE = ("曹操", "刘备", "诸葛亮")
SCENE = """\
title: 我的场景
play_as: 刘备
cast: {刘备: {}, 曹操: {}}
opening: 【桃园之中，花开正盛。】
sampling: {n: 3, max_tokens: 24}
model: {adapter: my-voice}
"""
PLAYED = """\
title: 学堂
cast: {苏晚: {profile: 先生}, 夏娜: {}, 林默: {}}
"""
FACTS = """\
role: 李白
asker: 来客
knowledge: libai.md
facts:
  - {ask: 令尊叫什么名字？, answer: 李客, others: [李安, 李广]}
"""
RECIPE = "base: base\nexamples: examples.jsonl\nout: {out}\ndevice: cpu\nmax_steps: 2\n"
TRAINED = {"recipe.yaml": "again", "voice.yaml": "adapters/new", "recipe-1.yaml": "one"}
SWIPES = {"name": "安", "is_user": False, "mes": "*抬头* 谁？", "swipes": ["*抬头* 谁？", "是你。"]}


def write_inputs(folder: Path) -> None:
    """Everything that is not a model."""
    for name in ("三国演义.txt", "novel.txt"):
        (folder / name).write_text(book(), encoding="utf-8")
    shutil.copytree(ROOT / "corpus" / "雾渡", folder / "corpus" / "雾渡")
    shutil.copytree(
        ROOT / "corpus" / "tables",
        folder / "corpus" / "tables",
        ignore=lambda _, names: [name for name in names if not name.startswith("001-")],
    )
    (folder / "made").mkdir()
    (folder / "short.txt").write_text(NOVEL, encoding="utf-8")
    log = "".join(f"==== 第{n}章 ====\n【门开了{n}次。】\n{spoken(n)}" for n in range(1, 21))
    for name in ("log.txt", "rain.txt", "a.txt"):
        (folder / name).write_text(log, encoding="utf-8")
    (folder / "raw-log.txt").write_text(NAMED, encoding="utf-8")
    (folder / "group.zip").write_bytes(zipped(**{"raw_log--txt": NAMED}))
    head = {"user_name": "玩家", "character_name": "角色"}
    mine = {"name": "玩家", "is_user": True, "mes": "“在吗？”"}
    chat = [head, mine, SWIPES | {"name": "小明"}, SWIPES | {"name": "角色"}]
    lines = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in chat)
    for name in ("chat.jsonl", "chat.json"):
        (folder / name).write_text(lines, encoding="utf-8")
    story = {"gamestarted": True, "prompt": "Smith: Hello?", "actions": ["\nHall: dark."]}
    (folder / "save.json").write_text(json.dumps(story), encoding="utf-8")
    (folder / "card.png").write_bytes(png_of(ccv3=v3()))
    (folder / "card.webp").write_bytes(webp_of(v2(name="")))
    (folder / "portrait.png").write_bytes(png_of())
    (folder / "seraphina.json").write_bytes(raw(v2(name="Seraphina")))
    (folder / "my-character.yaml").write_text("name: 安\nprofile: 医生。\n", encoding="utf-8")
    (folder / "notes").mkdir()
    (folder / "mine").mkdir()
    for path in (folder / "notes" / "town.md", folder / "wiki.md", folder / "notes.md"):
        path.write_text("# 院长\n院长怕猫。学堂在雨里着火。\n", encoding="utf-8")
    (folder / "scenes").mkdir()
    for path in (folder / "my-scene.yaml", folder / "scenes" / "my-scene.yaml"):
        path.write_text(SCENE, encoding="utf-8")
    asked = [
        {"Instruction": f"{words(n)}？", "input": "", "output": f"{words(-n)}。"}
        for n in range(1, 9)
    ]
    (folder / "answers.json").write_text(json.dumps(asked, ensure_ascii=False), encoding="utf-8")
    talks = "".join(f"太白：{words(100 + n)}。\n李白：{words(200 + n)}。\n" for n in range(12))
    (folder / "talks.log").write_text(talks, encoding="utf-8")
    (folder / "libai.md").write_text("李白的父亲叫李客。\n", encoding="utf-8")
    (folder / "facts.yaml").write_text(FACTS, encoding="utf-8")
    (folder / "questions.txt").write_text("你喜欢吃什么？\n三国归晋，曰：\n", encoding="utf-8")
    _write_data(folder)
    write_seeds(folder, words)


def words(number: int) -> str:
    """A sentence that is like no other."""
    return "".join(chr(0x4E00 + (number * 7919 + step * 104729) % 0x4000) for step in range(12))


def spoken(number: int) -> str:
    """Lines of a log."""
    people = ("苏晚", "夏娜", "林默")
    return "".join(f"{who}：{words(number * 10 + at)}。\n" for at, who in enumerate(people))


def book() -> str:
    """Thirty chapters in which three people speak."""
    chapters = []
    for number in range(1, 31):
        said = [
            f"{who}笑曰：“{words(number * 100 + line)}。”\n" for line, who in enumerate(PEOPLE * 3)
        ]
        chapters.append(f"第{number}回 英雄相会\n却说众人来到帐中。\n" + "".join(said))
    return "\n".join(chapters)


def _write_data(folder: Path) -> None:
    (folder / "books").mkdir()
    for name in ("one", "two"):
        text = f"{name}：林默推开门，说道：“有人吗？”\n苏晚道：“没有。”\n"
        (folder / "books" / f"{name}.txt").write_text(text, encoding="utf-8")
    (folder / "logs").mkdir()
    for number, name in enumerate(("one", "two")):
        (folder / "logs" / f"{name}.yaml").write_text(PLAYED, encoding="utf-8")
        (folder / "logs" / f"{name}.log.txt").write_text(spoken(number), encoding="utf-8")
    (folder / "held-out.txt").write_text("two\n", encoding="utf-8")
    for name in ("examples.jsonl", "sanguo.jsonl", "novel.jsonl", "sanguo.examples.jsonl"):
        written(folder / name, examples())
    for split in ("general_train", "role_specific_test"):
        rows = [
            {"role": role, "question": f"{words(n)}？", "generated": [f"{words(n)}。", f"答{n}。"]}
            for role in ("孙悟空", "李白")
            for n in range(4)
        ]
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / f"rolebench-zh_{split}.jsonl").write_text(text, encoding="utf-8")
    for name, out in TRAINED.items():
        (folder / name).write_text(RECIPE.format(out=out), encoding="utf-8")
    for number in (2, 3):
        text = RECIPE.format(out=f"run-{number}") + "start: adapters/voice\n"
        (folder / f"recipe-{number}.yaml").write_text(text, encoding="utf-8")
    written_pairs(folder / "picks.jsonl")
    for name, out in (
        ("picked", "adapters/new-picks"),
        ("preferences-1", "preferred-1"),
        ("preferences-2", "preferred-2"),
    ):
        picks = RECIPE.format(out=out).replace("examples: examples", "pairs: picks")
        (folder / f"{name}.yaml").write_text(picks + "start: adapters/voice\n", encoding="utf-8")


def write_models(folder: Path) -> None:
    """A base in both layouts, adapters on it, two ChatGLMs, and a model of sentences."""
    base = make_llama(folder / "base")
    vocabulary = json.loads((base / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]
    model = tiny_llama(len(vocabulary), max_position_embeddings=8192)
    model.save_pretrained(base)
    write_model(folder / "base.gguf", model, base / "tokenizer.json")
    for name in ADAPTERS:
        tuned(tiny_llama(len(vocabulary)), folder / "adapters" / name, "base", scale=0.01)
    for name in ("chatglm-6b-int4", "chatglm3-6b"):
        make_playable(folder / name, 1 if "int4" in name else 3, LINES * 20)
    make_prefix(folder / "checkpoint-3000", folder / "chatglm-6b-int4", 4, False)
    write_sentences(folder / "sentences")


def put(models: Path, folder: Path, home: Path) -> None:
    """Lay the made models where the pages have them."""
    shutil.copytree(models / "base", folder / "base")
    shutil.copytree(models / "adapters", folder / "adapters")
    shutil.copytree(models / "adapters" / "voice", folder / "sanguo/checkpoints/checkpoint-76")
    shutil.copytree(models / "adapters" / "voice", folder / "table/checkpoints/checkpoint-63")
    (home / "models").mkdir(parents=True)
    (home / "cache" / "paotuan").mkdir(parents=True)
    for name in ("chatglm-6b-int4", "chatglm3-6b"):
        (home / "models" / name).symlink_to(models / name)
    (home / "models" / "any.gguf").symlink_to(models / "base.gguf")
    (home / "ptuning").mkdir()
    (home / "ptuning" / "checkpoint-3000").symlink_to(models / "checkpoint-3000")
    (folder / "models").mkdir()
    (folder / "models" / "bge-small-zh-v1.5").symlink_to(models / "sentences")
    (folder / "model.gguf").symlink_to(models / "base.gguf")
