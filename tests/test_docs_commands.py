"""Every command that the pages show is run: heavy ones with few steps, on small made-up inputs."""

import os
import re
import shlex
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

pytest.importorskip("peft", reason="needs the extra `train`")
pytest.importorskip("xllamacpp", reason="needs the extra `starter`")

from tests.docs.inputs import put, write_inputs, write_models
from tests.docs.pages import ROOT, Page, english
from tests.docs.stand_in import StandIn
from tests.tui.conftest import Run, home, run

__all__ = ["home", "run"]

pytestmark = pytest.mark.slow

NOT_RUN = {
    r"^git clone": "fetches the checkout",
    r"models pull": "needs the network; tests/models/test_pull.py has a hub of its own",
    r"--quantization int4$": "needs a GPU",
    r"paotuan serve": "serves until it is stopped; tests/tui/test_browser.py opens it",
    r"^torchrun": "needs several GPUs; tests/train/test_processes.py runs two processes",
    r"\[FILE\]": "shows how the command is called",
}
"""Commands that are not run, with the reason; their options are checked in tests/test_docs.py."""
INSTEAD = (
    (r"(play .*)--model qwen3-4b[\w.-]*", r"\1--model ~/models/any.gguf"),
    (r"--model starter --context 512", "--model base --context 4096"),
    (r"--model (local:starter|starter)(?= |$)", "--model base"),
    (r"characters import card", "characters import --force card"),
    (r"sessions export (--to \w+ --for)", r"sessions export {session} \1"),
    (r"sessions (rename|duplicate|archive|delete|restore) 20260101", r"sessions \1 {session}"),
    (r"-o rain\.jsonl", "-o rain.jsonl --test 0"),
    (r"bench starter", "bench ~/models/any.gguf"),
    (r"convert starter", "convert ~/models/any.gguf"),
    (r"trim any.gguf", "trim ~/models/any.gguf"),
    (r"convert chatglm3-6b-int4", "convert ~/models/chatglm3-6b"),
    (r"logs/\*\.log\.txt", "logs/one.log.txt logs/two.log.txt"),
    (r"books/\*\.txt", "books/one.txt books/two.txt"),
    (r" --ray( [\d.:]+)?", ""),  # `make test-ray` tries it
    (r"max_steps=30", "max_steps=2 --base base"),
    (
        r"train wudu.log.txt --scene \S+",
        "train wudu.log.txt",
    ),  # its profiles are long for that base
    (r"--history-tokens 1500", "--history-tokens 60"),
    (r"eval (starter|\./sanguo)", "eval base"),
    (r"(--adapter [^ =]+=adapters/.*)", r"\1 --model ~/models/any.gguf"),
    (r"^(paotuan eval (?!knowledge).*)", r"\1 --limit 2 --draws 1 --speakers 2 --max-tokens 4"),
    (
        r"eval knowledge( --model base)?$",
        "eval knowledge facts.yaml --model ~/models/any.gguf -n 0",
    ),
    (r"--draws 0 (.*)--draws 1", r"--draws 0 \1"),
    (r"^(paotuan train) --base starter (.*)", r"\1 --base base \2 device=cpu max_steps=2"),
    (r"paotuan train adapters/李白\.yaml", "paotuan train recipe.yaml"),
    (r"(paotuan train [\w-]+\.yaml)", r"\1 base=base device=cpu max_steps=2 eval_limit=4"),
    (r"--embeddings MODEL", "--embeddings models/bge-small-zh-v1.5"),
    (r"--teacher model\.gguf", "--estimate"),
    (r"^(paotuan (scenes|characters) edit)", r"EDITOR=true \1"),
    (r"-n 200", "-n 3"),
    (r"distill novel\.txt", "distill short.txt"),
    (r"interview novel\.txt", "interview short.txt"),
    (r"--for NAME|questions NAME", lambda match: match[0].replace("NAME", "林默")),
    (r"(?<= )(SESSION(\.jsonl)?…?|2026112\d-\d{4}-rain-house)(?= |$)", "{session}"),
    (r"--for 曹操 (?=--model)", "--for 苏晚 "),
    (r"--test 0\.\d+", "--test 0"),
    (r"--teacher URL", "--teacher {table}"),
    (r"https://api\.deepseek\.com/v1\?", "{table}?dialect=deepseek&"),
    (r"https://api\.openai\.com/v1\?", "{table}?dialect=openai&"),
    (r"https://open\.bigmodel\.cn/api/paas/v4\?", "{table}?dialect=zhipu&"),
    (r"https://NAME\.openai\.azure\.com/[\w/]+\?", "{table}?dialect=openai&"),
    (r"(http://)?localhost:\d+(/v1)?", "{table}"),
)
"""What takes the place of weights, servers and sessions that are not here, and of long work."""
ENDS_WITH_1 = (
    r"models fit chatglm-6b --adapter prefix --train",  # it does not fit
    r"play .*(chatglm|local:starter)",  # random weights draw no line in form
)
"""Commands whose work fails, or may."""
TO_LORA = ("--to", "gguf-lora")
SPOKEN = "有人吗？\n1\n"
"""What is typed at a table."""
SHELL = re.compile(r"[|>*$]|&&|^\w+=")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    write_models(folder)
    return folder


@pytest.fixture(scope="module")
def server() -> Iterator[StandIn]:
    stand_in = StandIn()
    yield stand_in
    stand_in.stop()


@pytest.fixture
def place(home: Path, models: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with all that the pages name, in which `paotuan` can be called."""
    folder = home / "here"
    folder.mkdir()
    write_inputs(folder)
    put(models, folder, home)
    program = home / "bin" / "paotuan"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tui "$@"\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("PAOTUAN_MODEL", "scripted")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("PAOTUAN_THREADS", "1")
    monkeypatch.chdir(folder)
    return folder


def instead(command: str, session: str, server: StandIn) -> str:
    """The command with what is at hand in place of what is not."""
    model = re.search(r"#([\w.:-]+)", command)
    table = f"{server.url}/{quote(model[1] if model else 'model', safe='')}/v1"
    for pattern, replacement in INSTEAD:
        command = re.sub(pattern, replacement, command)  # type: ignore[arg-type]
    return command.replace("{table}", table).replace("{session}", session)


def shell(line: str) -> tuple[int, str]:
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", line], input=SPOKEN, capture_output=True, text=True
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize("page", english(), ids=lambda page: page.name)
def test_every_command_of_a_page_runs(page: Page, place: Path, run: Run, server: StandIn) -> None:
    for _ in range(2):
        assert run("play", "rain-house", stdin=SPOKEN).status == 0
    session = run("sessions", "list").out.split()[0]
    if not any("convert adapters/mine" in command for command in page.commands):
        converted = run("models", "convert", "adapters/mine", "adapters/mine/mine.gguf", *TO_LORA)
        assert converted.status == 0, converted.err
    failed = []
    for command in page.commands:
        if any(re.search(pattern, command) for pattern in NOT_RUN):
            continue
        line = instead(command, session, server)
        if SHELL.search(line):
            status, said = shell(line)
        else:
            ran = run(*shlex.split(line)[1:], stdin=SPOKEN)
            status, said = ran.status, ran.err
        may_fail = any(re.search(pattern, command) for pattern in ENDS_WITH_1)
        if status and not (status == 1 and may_fail):
            failed.append(f"{command}\n  as {line}\n  {status}: {said.strip()[-300:]}")
    assert not failed, "\n".join(failed)


def test_no_reason_for_not_running_a_command_is_left_over() -> None:
    shown = [command for page in english() for command in page.commands]
    assert [one for one in NOT_RUN if not any(re.search(one, each) for each in shown)] == []
    patterns = [
        pattern for pattern, _ in INSTEAD if not pattern.startswith(("--draws 0 ", "eval k"))
    ]
    plain = [one for one in patterns if not any(re.search(one, each) for each in shown)]
    assert plain == []


def test_what_a_script_at_the_table_prints_is_what_the_page_shows(place: Path) -> None:
    blocks = [block for page in english() for block in page.blocks if "$ " in block.lines[0][:2]]
    assert blocks
    for block in blocks:
        line, *shown = block.lines
        done = subprocess.run(["bash", "-c", line[2:]], capture_output=True, text=True, check=True)
        assert done.stdout.splitlines() == shown
