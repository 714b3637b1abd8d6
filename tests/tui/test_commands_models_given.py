"""A model, teacher or adapter that is not there: the same exit status whichever the command."""

import json
from pathlib import Path

import pytest

LOG = "甲：在吗？\n乙：在。\n"
NOBODY = "http://127.0.0.1:9/v1"
"""An address where no server is."""

WITH_MODEL: tuple[tuple[str, ...], ...] = (
    ("draw", "log.txt", "--for", "甲", "--model", "MODEL"),
    ("play", "s.yaml", "--model", "MODEL"),
    ("play", "s.yaml", "--watch", "--line", "--model", "MODEL"),
    ("models", "bench", "MODEL"),
    ("eval", "MODEL", "--on", "held.jsonl"),
    ("eval", "starter", "--against", "MODEL", "--on", "held.jsonl"),
    ("eval", "knowledge", "--model", "MODEL", "-n", "0"),
    ("corpus", "examples", "log.txt", "-o", "out.jsonl", "--model", "MODEL"),
    ("corpus", "distill", "log.txt", "--teacher", "MODEL", "-o", "out.txt"),
    ("corpus", "interview", "novel.txt", "--teacher", "MODEL", "-o", "out.txt"),
    ("corpus", "questions", "李白", "--teacher", "MODEL", "-o", "out.txt"),
)
WITHOUT_SERVERS: tuple[tuple[str, ...], ...] = (
    ("models", "fit", "MODEL"),
    ("models", "show", "MODEL"),
    ("models", "pull", "MODEL"),
    ("models", "convert", "MODEL", "out"),
    ("train", "recipe.yaml", "base=MODEL"),
)
BY_NAME = (("models", "show"), ("models", "pull"), ("models", "fit"))


@pytest.fixture
def there(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with whatever the commands read beside a model."""
    monkeypatch.chdir(home)
    (home / "log.txt").write_text(LOG, "utf-8")
    (home / "novel.txt").write_text("李白说：“好酒。”\n杜甫说：“好诗。”\n", "utf-8")
    (home / "s.yaml").write_text("title: t\nplay_as: 甲\ncast:\n  甲:\n  乙:\n", "utf-8")
    (home / "recipe.yaml").write_text("examples: held.jsonl\nout: voice\n", "utf-8")
    prompt = {"stable": "", "history": "甲：在吗？\n", "cue": "乙："}
    line = prompt | {"reply": "在。", "speaker": "乙", "split": "test", "source": "log"}
    (home / "held.jsonl").write_text(json.dumps(line, ensure_ascii=False) + "\n", "utf-8")
    (home / "folder").mkdir()
    return home


def lines_of(err: str) -> list[str]:
    return [line for line in err.splitlines() if line.startswith("paotuan: ")]


@pytest.mark.parametrize("model", ["none.gguf", "log.txt", "folder", "no-such-name", "qwen3-8b"])
@pytest.mark.parametrize("typed", [*WITH_MODEL, *WITHOUT_SERVERS], ids=" ".join)
def test_a_model_that_is_not_here_is_bad_input(run, there, typed, model):
    if typed[:2] in BY_NAME and model == "qwen3-8b":
        pytest.skip("a name of the catalog is what these are for")
    shown = run(*(model if word == "MODEL" else word.replace("MODEL", model) for word in typed))
    assert shown.status == 2, shown.err
    assert len(lines_of(shown.err)) == 1, shown.err
    assert model in shown.err
    assert not shown.out
    assert not (there / "data" / "paotuan" / "sessions").exists()
    assert not [path for path in there.iterdir() if path.name.startswith("out")]


@pytest.mark.parametrize("typed", WITH_MODEL, ids=" ".join)
def test_a_server_that_does_not_answer_is_a_failure_of_the_work(run, there, typed):
    rest = ("--wait", "0") if "--teacher" in typed else ()
    if typed[0] == "eval" and "--against" in typed:
        typed = ("eval", "MODEL", "--against", "none", "--on", "held.jsonl")
    typed = tuple(NOBODY if word == "MODEL" else word for word in typed)
    shown = run(*typed, *rest, stdin="/next 乙\n")
    assert shown.status == 1, shown.err
    assert any("127.0.0.1:9" in line for line in lines_of(shown.err))


def test_a_scene_s_own_model_that_is_not_here_is_told_before_a_session_is_made(run, there):
    scene = there / "own.yaml"
    scene.write_text("title: t\ncast:\n  甲:\n  乙:\nmodel: {use: none.gguf}\n", "utf-8")
    shown = run("play", scene, stdin="在吗？\n")
    assert shown.status == 2
    assert "none.gguf: no such file" in shown.err
    assert not (there / "data" / "paotuan" / "sessions").exists()


@pytest.mark.parametrize("last", [(), ("--watch",), ("--line",)])
def test_nothing_typed_is_no_session(run, there, last):
    shown = run("play", "s.yaml", "--model", "scripted", *last)
    assert shown.status == 2
    assert "nothing came from stdin" in shown.err
    assert run("sessions", "list").out == ""
    folder = there / "data" / "paotuan" / "sessions"
    assert [*folder.iterdir()] == []


def test_what_was_said_before_the_end_is_a_session(run, there):
    assert run("play", "s.yaml", "--model", "scripted", stdin="在吗？\n").status == 0
    assert "甲：在吗？" in run("sessions", "show").out


@pytest.mark.parametrize(
    "typed",
    [
        ("draw", "log.txt", "--for", "甲", "--model", "scripted"),
        ("play", "s.yaml", "--model", "scripted"),
        ("models", "bench", "scripted"),
        ("models", "fit", "chatglm-6b"),
        ("eval", "starter", "--on", "held.jsonl"),
    ],
)
def test_a_quantization_that_there_is_none_of_is_refused(run, there, typed):
    shown = run(*typed, "--quantization", "int3")
    assert shown.status == 2
    assert "quantization int3" in shown.err
    assert "int" in shown.err.split("int3", 1)[1]


def test_a_quantization_of_a_scene_that_there_is_none_of_is_refused(run, there):
    scene = there / "own.yaml"
    scene.write_text("title: t\ncast:\n  甲:\nmodel: {quantization: int3}\n", "utf-8")
    shown = run("scenes", "check", scene)
    assert shown.status == 2
    assert "own.yaml:4: model.quantization: found int3" in shown.err


def test_an_option_that_does_nothing_is_told(run, there):
    asked = ("--quantization", "int4", "--threads", "2")
    shown = run("draw", "log.txt", "--for", "甲", "--model", "scripted", *asked)
    assert shown.status == 0
    assert "--quantization int4: left out, since the scripted model has no weights" in shown.err
    assert "--threads 2: left out, since only llama.cpp uses it" in shown.err


def test_threads_of_the_environment_are_not_told_each_time(run, there, monkeypatch):
    monkeypatch.setenv("PAOTUAN_THREADS", "2")
    assert run("draw", "log.txt", "--for", "甲", "--model", "scripted").err == ""


@pytest.mark.parametrize("command", [("draw", "log.txt", "--for", "乙", "--scene"), ("play",)])
def test_an_adapter_that_no_role_uses_is_refused_with_those_that_are(run, there, command):
    scene = there / "own.yaml"
    scene.write_text("title: t\ncast:\n  甲:\n  乙: {adapter: yi-lora}\n", "utf-8")
    shown = run(*command, scene, "--model", "scripted", "--adapter", f"bing={there}")
    assert shown.status == 2
    assert "--adapter bing=…: no role names this adapter" in shown.err
    assert "yi-lora" in shown.err
    alone = run("draw", "log.txt", "--for", "乙", "--model", "scripted", "--adapter", "bing=x")
    assert alone.status == 2
    assert "name a scene with --scene" in alone.err


def test_an_estimate_is_json_where_json_is_asked_for(run, there):
    for typed in (
        ("corpus", "distill", "novel.txt"),
        ("corpus", "interview", "novel.txt"),
        ("corpus", "questions", "李白"),
    ):
        shown = run(*typed, "-o", "out.txt", "--estimate", "--json", "--price", "1,2")
        assert shown.status == 0, shown.err
        told = json.loads(shown.out)
        assert told["questions"] >= 1
        assert told["cost"] == pytest.approx((told["tokens_in"] + 2 * told["tokens_out"]) / 1e6)
        assert {"answered_before", "sure"} <= told.keys()
        assert not (there / "out.txt").exists()


@pytest.mark.parametrize("price", ["1", "a,b", "nan,1", "-1,1", "inf,1", "1,2,3"])
def test_a_price_that_is_none_is_refused(run, there, price):
    shown = run("corpus", "questions", "李白", "-o", "o.txt", "--estimate", f"--price={price}")
    assert shown.status == 2
    assert f"--price {price}: expected IN,OUT" in shown.err
