"""A Ray of two nodes: one that has another paotuan, and one whose disk is full."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.corpora.teachers import NOVEL
from tests.many.alone import run
from tests.tui.conftest import Run, home

__all__ = ["home", "run"]

pytest.importorskip("ray.data", reason="Ray is not installed: pip install '.[cluster]'")
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("ray")]

START = (sys.executable, "-m", "ray.scripts.scripts", "start", "--block", "--num-cpus=1")
FULL = "mount --make-rprivate / && mount -t tmpfs -o size=4k none {0} && cat /dev/zero > {0}/fill"


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for one in reversed(started):
        os.killpg(one.pid, signal.SIGTERM)
        one.wait(60)


def node(
    started: list[subprocess.Popen[bytes]], command: list[str], more: Mapping[str, str]
) -> None:
    environment = os.environ | {"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "disabled"} | more
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (more.get("PYTHONPATH"), *sys.path)))
    null = subprocess.DEVNULL
    started.append(
        subprocess.Popen(command, env=environment, stdout=null, stderr=null, start_new_session=True)
    )


def head(started: list[subprocess.Popen[bytes]]) -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    node(started, [*START, "--head", f"--port={port}", "--include-dashboard=false"], {})
    return f"127.0.0.1:{port}"


def wait_for(address: str, count: int) -> None:
    """Until so many nodes are there."""
    ask = [sys.executable, "-c", "import ray,sys; ray.init(sys.argv[1], log_to_driver=False); "
           "print(len([n for n in ray.nodes() if n['Alive']]))", address]  # fmt: skip
    until = time.monotonic() + 240
    environment = os.environ | {"RAY_AUTH_MODE": "disabled"}
    while time.monotonic() < until:
        told = subprocess.run(ask, capture_output=True, text=True, check=False, env=environment)
        if told.stdout.strip().endswith(str(count)):
            return
        time.sleep(2)
    pytest.fail(f"no Ray of {count} nodes: {told.stderr[-400:]}")


def books_in(folder: Path) -> list[Path]:
    books = [folder / f"第{number}本.txt" for number in range(6)]
    for path in books:
        path.write_text(NOVEL, "utf-8")
    return books


def test_a_node_with_another_version_is_named_before_anything_begins(
    run: Run, nodes: list[subprocess.Popen[bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    other = tmp_path / "other" / "paotuan-9.9.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: paotuan\nVersion: 9.9\n")
    address = head(nodes)
    wait_for(address, 1)
    node(nodes, [*START, f"--address={address}"], {"PYTHONPATH": str(other.parent)})
    wait_for(address, 2)
    books = books_in(tmp_path)
    ran = run("corpus", "quotes", *books, "-o", tmp_path / "logs", "--ray", address)
    assert ran.status == 1 and len(ran.err.strip().splitlines()) == 1
    assert "has paotuan 9.9" in ran.err
    assert not list((tmp_path / "logs").glob("*.log.txt"))


@pytest.mark.skipif(
    not shutil.which("unshare") or not hasattr(os, "geteuid") or os.geteuid() != 0,
    reason="a folder of a node's own needs root and unshare",
)
def test_a_full_disk_on_one_node_fails_its_inputs_and_no_others(
    run: Run, nodes: list[subprocess.Popen[bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    logs = tmp_path / "logs"
    logs.mkdir()
    address = head(nodes)
    wait_for(address, 1)
    started = " ".join([*START, f"--address={address}"])
    node(nodes, ["unshare", "-m", "sh", "-c", f"{FULL.format(logs)}; exec {started}"], {})
    wait_for(address, 2)
    books = books_in(tmp_path)
    command = ("corpus", "quotes", *books, "-o", logs)
    ran = run(*command, "--ray", address)
    assert ran.status == 1
    failed = [line for line in ran.err.splitlines() if "No space left on device" in line]
    assert failed and len(failed) + len(list(logs.glob("*.log.txt"))) == len(books)
    assert run(*command).status == 0
    assert len(list(logs.glob("*.log.txt"))) == len(books)
