"""A real vLLM with the starter and the adapter `sanguo`, started by `make test-vllm` alone."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from models.server.backend import Server

HERE = Path(__file__).parent
CONTEXT = 2048
LONGEST_START = 1800.0
"""Seconds to wait for a server that still lives."""
MEMORY = {"VLLM_CPU_KVCACHE_SPACE": "1"}
"""GiB for its cache; by default vLLM takes most of the machine's memory."""
SANGUO = HERE.parents[1] / "scenes" / "library" / "adapters" / "sanguo"


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a vLLM serves the model in the folder PAOTUAN_VLLM_MODEL at its defaults."""
    python, model = os.environ.get("PAOTUAN_VLLM"), os.environ.get("PAOTUAN_VLLM_MODEL")
    if not python or not model:
        pytest.skip("a real vLLM is heavy: make test-vllm installs and starts one")
    log = tmp_path_factory.mktemp("vllm") / "log.txt"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        python, "-m", "vllm.entrypoints.openai.api_server",
        "--model", model, "--served-model-name", "starter", "--host", "127.0.0.1",
        "--port", str(port), "--max-model-len", str(CONTEXT), "--enable-prompt-tokens-details",
        "--enable-lora", "--lora-modules", f"sanguo={SANGUO}",
        "--chat-template", str(HERE / "template.jinja"),
    ]  # fmt: skip
    ours = {"VLLM_ALLOW_RUNTIME_LORA_UPDATING": "True", "VLLM_NO_USAGE_STATS": "1", **MEMORY}
    environment = os.environ | ours | {"HF_HUB_OFFLINE": "1", "VLLM_LOGGING_LEVEL": "WARNING"}
    with log.open("wb") as out:
        server = subprocess.Popen(
            command, stdout=out, stderr=out, env=environment, start_new_session=True
        )
    try:
        _wait(server, f"http://127.0.0.1:{port}/health", log)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait(60)


def _wait(server: subprocess.Popen[bytes], health: str, log: Path) -> None:
    until = time.monotonic() + LONGEST_START
    with httpx.Client(trust_env=False) as client:
        while server.poll() is None and time.monotonic() < until:
            try:
                if client.get(health, timeout=5).is_success:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(1)
    told = log.read_text("utf-8", "replace").splitlines()[-15:]
    pytest.fail("vLLM did not start:\n" + "\n".join(told))


@pytest.fixture
def vllm(address: str) -> Iterator[Server]:
    """The model at that address, opened with the adapter."""
    backend = Server.open(address, "starter", adapters={"sanguo": SANGUO})
    yield backend
    backend.close()
