import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

COMMIT = "c" * 40
CONTENT = {
    "config.json": b'{"model_type": "glm"}',
    "model.safetensors": bytes(range(256)) * (88 << 10),
    "modeling_glm.py": b"raise SystemExit('code of a repository must not be fetched')",
}
PULL = """
import json, sys
from models import pull
from models.errors import ModelError
seen = []
try:
    path = pull.pull(sys.argv[1], lambda here, total, name: seen.append((here, total)))
    print(json.dumps({"path": str(path), "seen": seen}))
except ModelError as error:
    print(json.dumps({"error": str(error)}))
"""


class Hub(BaseHTTPRequestHandler):
    """A small hub with one repository; `sent` may differ from what it promises."""

    sent: ClassVar[dict[str, bytes]]
    cut_once: ClassVar[set[str]]
    ranges: ClassVar[list[str]]

    def do_HEAD(self) -> None:
        self.answer(body=False)

    def do_GET(self) -> None:
        self.answer(body=True)

    def answer(self, body: bool) -> None:
        path = self.path.partition("?")[0]
        if path.startswith("/api/models/zai-org/glm-edge-1.5b-chat"):
            data = json.dumps(self.listing()).encode()
            self.head(200, len(data), "application/json")
        elif (name := path.rpartition("/")[2]) in CONTENT and "/glm-edge-1.5b-chat/" in path:
            data = self.file(name)
        else:
            data = b""
            self.head(404, 0, "text/plain", {"X-Error-Code": "RepoNotFound"})
        if body:
            self.wfile.write(data)

    def file(self, name: str) -> bytes:
        data, asked = self.sent[name], self.headers["Range"]
        whole, status = len(data), 200
        if asked:
            self.ranges.append(asked)
            start = int(asked.removeprefix("bytes=").partition("-")[0])
            data, status = data[start:], 206
        etag = hashlib.sha256(CONTENT[name]).hexdigest()
        more = {"ETag": f'"{etag}"', "X-Repo-Commit": COMMIT, "X-Linked-Size": str(whole)}
        if asked:
            more["Content-Range"] = f"bytes {whole - len(data)}-{whole - 1}/{whole}"
        self.head(status, len(data), "application/octet-stream", more)
        if name in self.cut_once and self.command == "GET":
            self.cut_once.discard(name)
            data = data[: len(data) // 2]
        return data

    def head(self, status: int, size: int, kind: str, more: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for key, value in (
            {"Content-Length": str(size), "Content-Type": kind} | (more or {})
        ).items():
            self.send_header(key, value)
        self.end_headers()

    def listing(self) -> dict[str, object]:
        files = []
        for name, data in CONTENT.items():
            entry: dict[str, object] = {"rfilename": name, "size": len(data)}
            if name.endswith(".safetensors"):
                sha = hashlib.sha256(data).hexdigest()
                entry["lfs"] = {"sha256": sha, "size": len(data), "pointerSize": 134}
            files.append(entry)
        return {"id": "zai-org/glm-edge-1.5b-chat", "sha": COMMIT, "siblings": files}

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def hub() -> Iterator[tuple[str, type[Hub]]]:
    kind = type("OneHub", (Hub,), {"cut_once": set(), "ranges": [], "sent": dict(CONTENT)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", kind
    server.shutdown()
    server.server_close()


def pull(name: str, endpoint: str, home: Path) -> dict[str, object]:
    """Pull in a program of its own, since the hub's library reads its settings once."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
    done = subprocess.run(
        [sys.executable, "-c", PULL, name],
        env=environment
        | {"HF_ENDPOINT": endpoint, "HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1"},
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_a_model_is_fetched_without_its_code(hub: tuple[str, type[Hub]], tmp_path: Path) -> None:
    found = pull("glm-edge-1.5b-chat", hub[0], tmp_path)
    folder = Path(str(found["path"]))
    assert {file.name for file in folder.iterdir()} == {"config.json", "model.safetensors"}
    assert (folder / "model.safetensors").read_bytes() == CONTENT["model.safetensors"]
    seen = found["seen"]
    assert isinstance(seen, list)
    assert seen == sorted(seen)
    assert seen[-1] == [seen[-1][1]] * 2


def test_a_broken_download_goes_on_where_it_stopped(
    hub: tuple[str, type[Hub]], tmp_path: Path
) -> None:
    hub[1].cut_once.add("model.safetensors")
    found = pull("glm-edge-1.5b-chat", hub[0], tmp_path)
    if "error" in found:
        found = pull("glm-edge-1.5b-chat", hub[0], tmp_path)
    data = (Path(str(found["path"])) / "model.safetensors").read_bytes()
    assert data == CONTENT["model.safetensors"]
    assert hub[1].ranges


def test_a_file_that_arrives_changed_is_dropped(hub: tuple[str, type[Hub]], tmp_path: Path) -> None:
    hub[1].sent["model.safetensors"] = b"\1" + CONTENT["model.safetensors"][1:]
    found = pull("glm-edge-1.5b-chat", hub[0], tmp_path)
    assert "model.safetensors arrived damaged and was dropped" in str(found["error"])
    assert not list(tmp_path.rglob("model.safetensors"))
    hub[1].sent["model.safetensors"] = CONTENT["model.safetensors"]
    assert "path" in pull("glm-edge-1.5b-chat", hub[0], tmp_path)


def test_what_the_hub_does_not_have_is_one_line(hub: tuple[str, type[Hub]], tmp_path: Path) -> None:
    error = str(pull("chatglm2-6b", hub[0], tmp_path)["error"])
    assert "has no such model or file" in error
    assert "\n" not in error


def test_without_a_network_it_is_one_line(tmp_path: Path) -> None:
    error = str(pull("qwen3-4b", "http://127.0.0.1:9", tmp_path)["error"])
    assert "cannot reach http://127.0.0.1:9" in error
    assert "\n" not in error


def test_an_unknown_name_is_answered_with_the_nearest(tmp_path: Path) -> None:
    error = str(pull("qwen3-4", "http://127.0.0.1:9", tmp_path)["error"])
    assert "nearest: qwen3-4b" in error
