"""Many inputs on a Ray of this machine: the same bytes as here, also where a worker is killed."""

import os
import signal
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.corpora.conftest import Start, teach
from tests.corpora.teachers import NOVEL, diligent
from tests.corpora.test_several_teachers import refuses
from tests.imports.table_logs import NAMED
from tests.many.alone import run
from tests.many.test_examples import log
from tests.train.made import examples, written
from tests.tui.conftest import Run, home

__all__ = ["home", "run", "teach"]

pytest.importorskip("ray.data", reason="Ray is not installed: pip install '.[cluster]'")
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("ray")]


@pytest.fixture
def books(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"第{number}本.txt" for number in range(4)]
    for number, path in enumerate(paths):
        path.write_text(NOVEL.replace("林默", f"林{'一二三四'[number]}"), "utf-8")
    paths[3].write_bytes(b"")
    return paths


def workers() -> Iterator[int]:
    """Processes of Ray that are at work on an input."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                line = (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if line.startswith(b"ray::Map"):
                yield int(folder.name)


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="workers are found in /proc")
def test_a_library_on_ray_gives_the_same_bytes_though_a_worker_is_killed(
    run: Run, teach: Start, books: list[Path], tmp_path: Path
) -> None:
    killed: list[int] = []
    lock = threading.Lock()

    def say(system: str, user: str, before: int) -> Any:
        with lock:
            if before >= 3 and not killed:
                killed.extend(workers())
                for process in killed:
                    os.kill(process, signal.SIGKILL)
        return diligent(system, user, before)

    command = ("corpus", "distill", *books, "--teacher")
    on_ray = run(*command, teach(say).url, "-o", tmp_path / "ray", "--ray")
    here = run(*command, teach(diligent).url, "-o", tmp_path / "here")
    assert killed
    assert (on_ray.status, here.status) == (1, 1)  # the empty one fails in both
    assert "4 inputs, 1 failed" in on_ray.err and "4 inputs, 1 failed" in here.err
    made = sorted(path.name for path in (tmp_path / "here").glob("*.log.txt"))
    assert made == [f"{path.stem}.log.txt" for path in books[:3]]
    for name in made:
        assert (tmp_path / "ray" / name).read_bytes() == (tmp_path / "here" / name).read_bytes()
    books[3].write_text(NOVEL, "utf-8")
    again = run(*command, teach(diligent).url, "-o", tmp_path / "ray")
    assert again.status == 0, again.err


def bytes_in(folder: Path) -> dict[str, bytes]:
    """What was made in a folder, without what tells of the run."""
    return {
        path.name: path.read_bytes()
        for path in folder.iterdir()
        if path.is_file() and path.name != "ledger.jsonl" and path.suffix != ".journal"
    }


def test_logs_examples_figures_and_answers_are_made_on_ray_as_they_are_here(
    run: Run, teach: Start, tmp_path: Path
) -> None:
    raw, logs, on = ([tmp_path / f"{name}{number}" for number in range(3)] for name in "原记样")
    for number in range(3):
        raw[number].write_text(NAMED.replace("林默", f"林{'一二三'[number]}"), "utf-8")
        logs[number].write_text(log(number), "utf-8")
        written(on[number], examples())
    teacher = teach(lambda system, user, before: {"answer": f"且慢，容我想想{len(user)}。"})
    asked = ("-n", 3, "--no-rewording", "--world", "西游记", "--teacher", teacher.url)
    measured = [word for path in on for word in ("--on", path)]
    commands: dict[str, tuple[object, ...]] = {
        "logs": ("log", "import", *raw),
        "examples": ("corpus", "examples", *logs, "--model", "scripted"),
        "figures": ("eval", "scripted", *measured, "--split", "all", "--draws", 2),
        "answers": ("corpus", "questions", "孙悟空", "沙僧", "猪八戒", *asked),
    }
    for name, command in commands.items():
        made = {}
        for way, more in {"here": (), "ray": ("--ray",)}.items():
            folder = tmp_path / way / name
            folder.mkdir(parents=True)
            ran = run(*command, "-o", folder, *more)
            assert ran.status == 0, (name, ran.err)
            assert "3 inputs, 0 failed" in ran.err
            made[way] = bytes_in(folder)
        assert made["here"] and made["ray"] == made["here"], name


def test_a_teacher_that_lies_about_its_context_fails_its_books_in_a_line_each(
    run: Run, teach: Start, books: list[Path], tmp_path: Path
) -> None:
    folder = tmp_path / "told"
    command = ("corpus", "distill", *books[:2], "-o", folder, "--ray", "--teacher")
    ran = run(*command, teach(refuses).url)
    assert ran.status == 1 and "2 inputs, 2 failed" in ran.err, ran.err
    told = [line for line in ran.err.splitlines() if "maximum context length" in line]
    assert [path.name in line for path, line in zip(books, told, strict=False)] == [True, True]
    assert "Traceback" not in ran.err
    again = run(*command, teach(diligent).url)
    assert again.status == 0, again.err
    logs = [path.read_text("utf-8") for path in folder.glob("*.log.txt")]
    assert len(logs) == 2 and not any("no answer" in log for log in logs)


class NoRay(BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def test_an_address_that_is_no_ray_is_one_line(run: Run, books: list[Path], tmp_path: Path) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), NoRay)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        address = f"127.0.0.1:{server.server_port}"
        ran = run("corpus", "quotes", *books, "-o", tmp_path / "logs", "--ray", address)
    finally:
        server.shutdown()
        server.server_close()
    assert ran.status != 0 and len(ran.err.strip().splitlines()) == 1
    assert address in ran.err
