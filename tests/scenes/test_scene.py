"""A scene file: what it says, what is wrong with it, and where."""

import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from base.errors import KnownError
from base.validation import check
from base.yaml_reader import read
from models.backend import Sampling
from scenes.scene import EMOTIONS, Scene
from scenes.scene_list import find_scenes
from scenes.scene_loader import load_scene
from scenes.scene_writer import dump, scene_template
from scenes.schema import OWN, SceneKeys, json_schema

SMALL = "title: 小店\ncast:\n  甲: 店主\n  乙:\n"


def written(folder: Path, text: str, name: str = "shop.yaml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def loaded(folder: Path, text: str) -> Scene:
    return load_scene(written(folder, text))


def refused(folder: Path, text: str) -> tuple[str, ...]:
    with pytest.raises(KnownError) as raised:
        loaded(folder, text)
    return tuple(line.replace(str(folder) + "/", "") for line in raised.value.problems)


MISTAKES = [
    ("titel: x\n" + SMALL, "shop.yaml:1: titel: unknown key; did you mean title?"),
    ("title: x\n", "shop.yaml:1: cast: missing"),
    ("title: x\ncast: {}\n", "shop.yaml:2: cast: empty; expected at least one"),
    (
        f"title: x\ncast: {{{', '.join(f'r{n}: ' for n in range(65))}}}",
        "cast: there are 65; at most 64",
    ),
    ("title: x\ncast: [a]\n", "shop.yaml:2: cast: found a list, expected keys and values"),
    ("title: 1923\ncast: {甲: }", "shop.yaml:1: title: found the number 1923, expected text"),
    ("title: x\ncast: {甲: {profil: y}}", "cast.甲.profil: unknown key; did you mean profile?"),
    ("title: x\ncast:\n  甲: 3", "shop.yaml:3: cast.甲: found the number 3, expected keys and"),
    ("title: x\ncast:\n  甲:\n    talkativeness: 1.5", "4: cast.甲.talkativeness: found the numbe"),
    ("title: x\ncast:\n  甲: {narrator: yes}", "3: cast.甲.narrator: found text, expected true"),
    (
        "title: x\ncast:\n  '甲：': x",
        "shop.yaml:3: cast.甲：: `：` in a name; the log has another use",
    ),
    (
        'title: x\ncast:\n  "a\\nb": x',
        "shop.yaml:3: cast.a\\u000ab: a line break, a tab, or a space too many in a name",
    ),
    ('title: x\ncast:\n  "a\\e": x', "shop.yaml:3: cast: control character U+001B"),
    (
        "title: x\ncast:\n  甲: {character: libia}",
        "3: cast.甲.character: no character is named libia",
    ),
    ("title: x\ncast:\n  甲: {character: ../x.yaml}", "3: cast.甲.character: ../x.yaml leads out"),
    ("title: x\ncast:\n  甲: a\n  乙: {aliases: 甲}", "4: cast.乙.aliases: 甲 is also a name of "),
    ("title: x\ncast:\n  甲: a\n  甲: b", "shop.yaml:4: cast.甲: written twice, first in line 3"),
    (SMALL + "play_as: 甲乙", "shop.yaml:5: play_as: 甲乙 is not in the cast; did you mean 甲?"),
    (SMALL + "knowledge: [old-house.yaml]", "shop.yaml:5: knowledge.0: no file old-house.yaml"),
    (
        SMALL + "turns: naturel",
        "5: turns: found naturel, expected one of natural, list, manual, pooled; did",
    ),
    (SMALL + "sampling: {temprature: 1}", "5: sampling.temprature: unknown key; did you mean temp"),
    (SMALL + "sampling: {top_p: 2}", "5: sampling.top_p: found the number 2, expected at most 1"),
    (SMALL + "sampling: {n: 2.5}", "5: sampling.n: found the number 2.5, expected a whole number"),
    (SMALL + "sampling: {temperature: .inf}", "sampling.temperature: found text, expected a numbe"),
    (SMALL + "sampling: {temperature: 9e999}", "temperature: found the number inf, expected a fin"),
    (SMALL + "model: starter", "shop.yaml:5: model: found text, expected keys and values"),
    (SMALL + "model: {context: 3}", "5: model.context: found the number 3, expected at least 256"),
    (
        SMALL + "language: 中文",
        "5: language: found 中文, expected the tag of a language, such as zh or en",
    ),
    (SMALL + "emotions: [a b]", "shop.yaml:5: emotions.0: 'a b' is not one word"),
    (SMALL + " play_as: 甲", "shop.yaml:5: not valid YAML"),
    (SMALL + "\tplay_as: 甲", "shop.yaml:5: not valid YAML: a tab in the indentation"),
]


def test_a_small_scene_has_all_that_a_table_needs(tmp_path: Path) -> None:
    scene = loaded(tmp_path, SMALL)
    assert (scene.name, scene.title, scene.play_as, scene.turns) == (
        "shop",
        "小店",
        None,
        "natural",
    )
    assert [(role.name, role.profile) for role in scene.cast] == [("甲", "店主"), ("乙", "")]
    assert scene.emotions == EMOTIONS
    assert Sampling(**scene.sampling) == Sampling()


def test_a_role_takes_from_its_character_what_the_scene_does_not_say(tmp_path: Path) -> None:
    written(tmp_path, "name: 李白\naliases: 太白\nprofile: 诗人\nvoice: 李白：酒！", "li.yaml")
    text = "title: a\ncast:\n  老李: {character: li.yaml, profile: 酒客, talkativeness: 1}\n"
    role = loaded(tmp_path, text).role("太白")
    assert (role.name, role.aliases, role.profile) == ("老李", ("李白", "太白"), "酒客")
    assert (role.voice, role.talkativeness) == ("李白：酒！", 1.0)


def test_what_a_scene_says_of_sampling_and_model_arrives_as_such(tmp_path: Path) -> None:
    text = "model: {use: starter, quantization: none}\nsampling: {temperature: 1, stop: ['。']}\n"
    scene = loaded(tmp_path, SMALL + text)
    assert (scene.model.use, scene.model.quantization, scene.model.context) == (
        "starter",
        "none",
        None,
    )
    assert Sampling(**scene.sampling) == Sampling(temperature=1.0, stop=("。",))


@pytest.mark.parametrize(("text", "said"), MISTAKES, ids=[said for _, said in MISTAKES])
def test_a_mistake_names_file_line_and_key(tmp_path: Path, text: str, said: str) -> None:
    problem = refused(tmp_path, text)[0]
    assert said in problem
    assert problem.isprintable()


def test_all_mistakes_of_a_scene_are_told(tmp_path: Path) -> None:
    problems = refused(tmp_path, SMALL + "play_as: 丙\nemotions: [a b]\nknowledge: x\n")
    assert [line.split(": ")[1] for line in problems] == ["play_as", "emotions.0", "knowledge.0"]


def test_knowledge_may_be_a_folder_beside_the_scene(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    scene = loaded(tmp_path, SMALL + "knowledge: [notes]\n")
    assert scene.knowledge == (tmp_path / "notes",)


def test_an_opening_may_be_a_list_of_lines(tmp_path: Path) -> None:
    scene = loaded(tmp_path, SMALL + "opening:\n  - 甲：早。\n  - 丙：早。\n")
    assert scene.opening == "甲：早。\n丙：早。"
    assert "shop.yaml:7: opening.1: 丙 is not in the cast" in scene.warnings[0]


def test_what_is_odd_in_opening_and_voice_is_a_warning_at_its_line(tmp_path: Path) -> None:
    text = SMALL + "opening: |\n  【夜。】\n  丙：谁？\n  甲：我。 \\emoji 微笑了\n\n  无话\n"
    warnings = [line.rpartition("shop.yaml:")[2] for line in loaded(tmp_path, text).warnings]
    assert [line.split(": ")[0] for line in warnings] == ["7", "8", "10"]
    assert "丙 is not in the cast" in warnings[0]
    assert "微笑了 is not an emotion of this scene; did you mean 微笑?" in warnings[1]
    assert "not a line of a log: 无话" in warnings[2]


def test_scenes_are_found_here_first_then_at_the_users_then_shipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    written(tmp_path / "data/paotuan/scenes", SMALL.replace("小店", "大店"))
    assert load_scene("shop").title == "大店"
    written(tmp_path / "scenes", SMALL)
    assert load_scene("shop").title == "小店"
    assert load_scene("小店").name == "shop"
    assert load_scene("雨夜旧宅").name == "rain-house"


def test_an_unknown_scene_or_role_is_answered_with_the_nearest_name() -> None:
    with pytest.raises(KnownError, match="no scene is named rain-hose; did you mean rain-house"):
        load_scene("rain-hose")
    with pytest.raises(KnownError, match="sanguo: no role is named 刘皇叔; did you mean 刘备"):
        load_scene("sanguo").role("刘皇叔")
    assert load_scene("sanguo").role("玄德").name == "刘备"


def test_a_broken_scene_is_listed_with_its_reason_and_hides_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path / "scenes", "title: [", "broken.yaml")
    written(tmp_path / "scenes", "cast: {}", "nameless.yaml")
    found = {scene.name: scene for scene in find_scenes()}
    assert found["broken"].problem.startswith("scenes/broken.yaml:")
    assert "title: missing" in found["nameless"].problem
    assert found["rain-house"].title == "雨夜旧宅"


def test_listing_scenes_opens_nothing_heavy() -> None:
    code = (
        "import sys, scenes.scene; from scenes.scene_list import find_scenes; assert find_scenes();"
        "print([m for m in ('pydantic', 'rapidfuzz', 'torch', 'httpx') if m in sys.modules])"
    )
    root = Path(__file__).parents[2]
    run = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert (run.stdout.strip(), run.stderr) == ("[]", "")


def test_the_template_of_a_new_scene_loads_as_it_is(tmp_path: Path) -> None:
    scene = loaded(tmp_path, scene_template("第一章: 开始 # 1"))
    assert scene.title == "第一章: 开始 # 1"
    assert scene.play_as == "旅人"
    assert not scene.warnings
    with pytest.raises(KnownError, match="a title that can be printed"):
        scene_template("\x1b[2J")


@pytest.mark.parametrize(
    "path", [scene.path for scene in find_scenes()], ids=lambda path: path.stem
)
def test_a_dumped_scene_reads_back_and_says_no_default(path: Path) -> None:
    keys = check(SceneKeys, read(path.read_bytes(), "f.yaml"))
    text = dump(keys)
    assert check(SceneKeys, read(text.encode(), "f.yaml")) == keys
    assert "opening: |\n" in text
    assert "\nturns:" not in text
    assert len(text.splitlines()) <= len(path.read_text("utf-8").splitlines()) + 4 * len(keys.cast)


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1))
def test_any_printable_title_survives_the_dump(title: str) -> None:
    keys = SceneKeys.model_validate({"title": title, "cast": {"甲": None}})
    assert check(SceneKeys, read(dump(keys).encode(), "f.yaml")).title == title


def test_the_schema_tells_every_key_with_a_description() -> None:
    schema = json_schema()
    definitions = schema["$defs"]
    assert set(schema["properties"]) == set(SceneKeys.model_fields)
    assert set(definitions["SamplingKeys"]["properties"]) == (
        {one.name for one in fields(Sampling)} - OWN
    )
    for part in (schema, *definitions.values()):
        assert part["additionalProperties"] is False
        assert all("description" in key for key in part["properties"].values()), part["title"]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=8,
)
KEYS = st.sampled_from(sorted(SceneKeys.model_fields)) | st.text(max_size=9)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None
)
@given(
    st.dictionaries(KEYS, VALUES, max_size=6),
    st.dictionaries(st.text(max_size=9), VALUES, max_size=3),
)
def test_whatever_a_mapping_holds_it_is_a_scene_or_a_printable_error(
    tmp_path: Path, mapping: dict[str, object], cast: dict[str, object]
) -> None:
    text = yaml.safe_dump({"title": "x", "cast": cast} | mapping, allow_unicode=True)
    try:
        said = load_scene(written(tmp_path, text)).warnings
    except KnownError as error:
        said = error.problems
    assert all(line.isprintable() for line in said)
