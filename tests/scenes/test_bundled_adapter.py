"""The adapter that comes along: whole, small, told where it comes from, and used by its scene."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from models.backend import Prompt, scorer
from models.train.recipe import read_recipe
from scenes.adapters import find_adapter
from scenes.scene import Role, Scene
from scenes.scene_loader import load_scene
from scenes.table.voice import Voiced

CAST = ("曹操", "刘备", "关羽", "张飞", "诸葛亮", "周瑜")
LINES = (
    ("【操闻报大怒，唤众将商议。】\n", "曹操", "吾自引大军破之，谁敢当先？\n"),
    ("【孔明摇扇而笑。】\n鲁肃：军师何故发笑？\n", "诸葛亮", "吾笑曹操无谋，必中此计。\n"),
    ("【玄德下马，拜于草庐之前。】\n", "刘备", "备久慕先生大名，今日特来相请。\n"),
    (
        "【云长提刀上马，立于阵前。】\n曹操：将军此去，何日回来？\n",
        "关羽",
        "某去便来，丞相且待片时。\n",
    ),
    ("【张飞环眼圆睁，挺矛立马于桥上。】\n", "张飞", "谁敢上前，与我决一死战！\n"),
    ("【肃入见周瑜。】\n鲁肃：都督病势如何？\n", "周瑜", "人有旦夕祸福，岂能自保？\n"),
)
"""Scenes of the novel in our own words, who speaks, and what is said."""

SHIPPED = Path(__file__).resolve().parents[2] / "scenes" / "library" / "adapters"
FOLDER, TABLE = SHIPPED / "sanguo", SHIPPED / "table"


def test_a_scene_finds_it_for_llama_cpp_and_for_pytorch(tmp_path: Path) -> None:
    own = load_scene("sanguo")
    assert {role.adapter for role in own.cast} == {None}  # the starter's own is better there
    path = tmp_path / "scene.yaml"
    path.write_text("title: 夜\ncast: {曹操: 多疑}\nmodel: {adapter: sanguo}\n", "utf-8")
    assert [role.adapter for role in load_scene(path).cast] == ["sanguo"]
    for for_llama_cpp in (True, False):
        found = find_adapter("sanguo", for_llama_cpp)
        assert found is not None and found.is_relative_to(FOLDER)


def test_it_is_small_and_says_where_it_comes_from() -> None:
    files = {path.name: path.stat().st_size for path in FOLDER.iterdir()}
    assert {"adapter_model.safetensors", "adapter_config.json", "sanguo.gguf"} < files.keys()
    assert sum(files.values()) <= 20_000_000
    card = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert "Gemma Terms of Use" in card and "base_model: google/gemma-3-270m" in card
    recipe = read_recipe(FOLDER / "recipe-1.yaml")
    config = json.loads((FOLDER / "adapter_config.json").read_text(encoding="utf-8"))
    assert (config["r"], config["lora_alpha"]) == (recipe.r, recipe.lora_alpha)


@pytest.mark.xdist_group("starter")
def test_the_starter_finds_a_line_of_the_novel_likelier_with_it() -> None:
    pytest.importorskip("xllamacpp", reason="needs the extra `starter`")
    from models.llamacpp.backend import LlamaCpp
    from models.starter import path

    prompt = Prompt(
        "==== 三国演义 ====\n", "【忽一人自阶下出。】\n袁绍：谁敢去战华雄？\n", "关羽："
    )
    reply = ["小将愿往，斩华雄头献于帐下！\n"]
    options = {"path": path(), "context": 512, "adapters": {"sanguo": FOLDER / "sanguo.gguf"}}
    with closing(LlamaCpp.open(**options)) as backend:
        (plain,) = backend.score(prompt, reply)
        (tuned,) = backend.score(prompt, reply, "sanguo")
    assert tuned > plain + 2


@pytest.mark.xdist_group("starter")
def test_the_starter_tells_with_it_who_speaks() -> None:
    pytest.importorskip("xllamacpp", reason="needs the extra `starter`")
    from models.llamacpp.backend import LlamaCpp
    from models.starter import path

    options = {"path": path(), "context": 512, "adapters": {"sanguo": FOLDER / "sanguo.gguf"}}
    right = {}
    with closing(LlamaCpp.open(**options)) as backend:
        for adapter in (None, "sanguo"):
            guesses = []
            for history, _, reply in LINES:
                told = {
                    name: backend.score(
                        Prompt("==== 三国演义 ====\n", history, f"{name}："), [reply], adapter
                    )
                    for name in CAST
                }
                guesses.append(max(told, key=told.__getitem__))
            right[adapter] = sum(g == who for g, (_, who, _) in zip(guesses, LINES, strict=True))
    assert right["sanguo"] >= right[None] + 2


def test_the_starter_s_own_adapter_is_small_and_says_where_it_comes_from() -> None:
    files = {path.name: path.stat().st_size for path in TABLE.iterdir()}
    terms = {"NOTICE", "GEMMA_TERMS.md", "README.md", "recipe.yaml"}
    assert terms | {"adapter_model.safetensors", "adapter_config.json", "table.gguf"} < files.keys()
    assert sum(files.values()) <= 20_000_000
    recipe = read_recipe(TABLE / "recipe.yaml")
    config = json.loads((TABLE / "adapter_config.json").read_text(encoding="utf-8"))
    assert (config["r"], config["lora_alpha"]) == (recipe.r, recipe.lora_alpha)
    assert set(config["target_modules"]) == set(recipe.target_modules)


@pytest.mark.xdist_group("starter")
def test_the_starter_is_opened_with_it() -> None:
    pytest.importorskip("xllamacpp", reason="needs the extra `starter`")
    from tui.model_options import Choice, open_model

    scene = Scene("s", Path(), "夜班的便利店", (Role("客人"),))
    with closing(open_model(Choice(model="starter", context=512), scene)) as backend:
        assert isinstance(backend, Voiced) and backend.own_adapter == "table"
        assert not backend.notices
        prompt = Prompt("", "【门铃响了。】\n店员：这么晚，您买什么？\n", "客人：")
        acts = ["\\me 在货架前站了很久 \\emoji 平静\n"]
        (plain,), (tuned,) = (scorer(backend).score(prompt, acts, one) for one in (None, "table"))
    assert tuned > plain + 2
