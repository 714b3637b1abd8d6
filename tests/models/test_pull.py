"""Fetching models from a hub, from one that lies, and what may be left behind."""

import hashlib
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from base.errors import KnownError
from base.folders import models_folder
from models.catalog import MODELS
from models.hub import repository
from models.hub.fetched import find_fetched
from models.hub.fetching import TRIES
from models.hub.pull import pull
from models.hub.repository import TransferBroken, _Pace

NAME = "glm-edge-1.5b-chat"
COMMIT = "c" * 40
CONTENT = {
    "config.json": b'{"model_type": "glm"}',
    "model.safetensors": bytes(range(256)) * (88 << 6),
    "modeling_glm.py": b"raise SystemExit('code of a repository must not be fetched')",
}
Seen = list[tuple[int, int]]


class Hub(BaseHTTPRequestHandler):
    """A small hub with one repository; what it sends may differ from what it promises."""

    sent: ClassVar[dict[str, bytes]]
    listed: ClassVar[dict[str, object]]
    headers_of_files: ClassVar[dict[str, str]]
    cut: ClassVar[list[int]]
    ranges: ClassVar[list[str]]
    tokens: ClassVar[list[str | None]]
    elsewhere: ClassVar[str]
    endless: ClassVar[bool]
    busy: ClassVar[int]
    """The status of every file's answer, if it is not sent."""

    def do_GET(self) -> None:
        self.tokens.append(self.headers["Authorization"])
        path = self.path.partition("?")[0]
        if path == f"/api/models/zai-org/{NAME}":
            self.head(200, body := json.dumps(self.listed).encode())
            self.wfile.write(body)
        elif "/resolve/" not in path or (name := path.partition(f"{COMMIT}/")[2]) not in self.sent:
            self.head(404, b"", {"X-Error-Code": "RepoNotFound"})
        elif self.busy:
            self.head(self.busy, b"")
        elif self.elsewhere:
            self.head(302, b"", {"Location": f"{self.elsewhere}{self.path}"})
        else:
            self.file(name)

    def file(self, name: str) -> None:
        data, asked = self.sent[name], self.headers["Range"]
        more = dict(self.headers_of_files)
        if asked:
            self.ranges.append(asked)
            start = int(asked.removeprefix("bytes=").partition("-")[0])
            more["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            data = data[start:]
        self.head(206 if asked else 200, data, more)
        if self.cut and name.endswith(".safetensors"):
            data = data[: self.cut.pop()]
        self.wfile.write(data)
        while self.endless:
            self.wfile.write(b"x" * 65536)
        self.close_connection = True

    def head(self, status: int, body: bytes, more: dict[str, str] | None = None) -> None:
        self.send_response(status)
        length = {} if self.endless else {"Content-Length": str(len(body))}
        for key, value in (length | (more or {})).items():
            self.send_header(key, value)
        self.end_headers()
        self.close_connection = self.endless

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def listing(**changes: object) -> dict[str, object]:
    files = []
    for name, data in CONTENT.items():
        entry: dict[str, object] = {"rfilename": name, "size": len(data)}
        if name.endswith(".safetensors"):
            sha = hashlib.sha256(data).hexdigest()
            entry["lfs"] = {"sha256": sha, "size": len(data), "pointerSize": 134}
        files.append(entry)
    return {"id": f"zai-org/{NAME}", "sha": COMMIT, "siblings": files} | changes


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Those who were refused hang up."""


def served() -> Iterator[tuple[str, type[Hub]]]:
    own: dict[str, Any] = {"sent": dict(CONTENT), "listed": listing(), "headers_of_files": {}}
    own |= {"cut": [], "ranges": [], "tokens": [], "elsewhere": "", "endless": False, "busy": 0}
    kind = type("OneHub", (Hub,), own)
    server = Server(("127.0.0.1", 0), kind)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", kind
    server.shutdown()
    server.server_close()


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[type[Hub]]:
    """A mirror, and a person's folders of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("HF_TOKEN", raising=False)
    for address, kind in served():
        monkeypatch.setenv("HF_ENDPOINT", address)
        yield kind


@pytest.fixture
def other() -> Iterator[tuple[str, type[Hub]]]:
    yield from served()


def left_in(folder: Path) -> list[str]:
    """The files that lie there, but for locks."""
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".lock"
    )


def refused() -> str:
    with pytest.raises(KnownError) as error:
        pull(NAME)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_model_is_fetched_without_its_code(mirror: type[Hub]) -> None:
    seen: Seen = []
    folder = pull(NAME, lambda here, total, name: seen.append((here, total)))
    assert {file.name for file in folder.iterdir()} == {"config.json", "model.safetensors"}
    assert (folder / "model.safetensors").read_bytes() == CONTENT["model.safetensors"]
    assert seen == sorted(seen)
    assert seen[-1] == (seen[-1][1], seen[-1][1])
    assert find_fetched(MODELS[NAME]) == folder


def test_what_is_here_is_not_fetched_again_and_nothing_is_left_behind(mirror: type[Hub]) -> None:
    folder = pull(NAME)
    fetched = len(mirror.tokens)
    mirror.sent = {name: data for name, data in CONTENT.items() if name == "config.json"}
    assert pull(NAME) == folder
    assert len(mirror.tokens) == fetched + 2  # the list, and the small file without a checksum
    assert left_in(models_folder() / "partial") == []


def test_a_broken_download_goes_on_where_it_stopped(mirror: type[Hub]) -> None:
    mirror.cut[:] = [1000] * TRIES
    assert "connection broke off" in refused()
    (part,) = left_in(models_folder() / "partial")
    assert part == "zai-org--glm-edge-1.5b-chat--model.safetensors.part"
    folder = pull(NAME)
    assert (folder / "model.safetensors").read_bytes() == CONTENT["model.safetensors"]
    assert mirror.ranges == [f"bytes={1000 * many}-" for many in range(1, TRIES + 1)]


@pytest.mark.parametrize("status", [401, 429, 503])
def test_what_was_fetched_is_kept_though_the_mirror_refuses_to_go_on(
    mirror: type[Hub], status: int
) -> None:
    mirror.cut[:] = [1000] * TRIES
    refused()
    (part,) = left_in(models_folder() / "partial")
    size = (models_folder() / "partial" / part).stat().st_size
    mirror.busy = status
    assert str(status) in refused()
    mirror.busy = 0
    assert (models_folder() / "partial" / part).stat().st_size == size
    pull(NAME)
    assert mirror.ranges[-1] == f"bytes={size}-"


def test_a_model_that_is_here_in_part_only_is_not_taken_for_one(mirror: type[Hub]) -> None:
    folder = pull(NAME)
    (folder / "model.safetensors").write_bytes(b"cut")
    with pytest.raises(KnownError, match="not on this machine yet"):
        find_fetched(MODELS[NAME])
    assert find_fetched(MODELS[NAME] if pull(NAME) else MODELS["starter"]) == folder


def test_a_file_that_arrives_changed_is_dropped(mirror: type[Hub], tmp_path: Path) -> None:
    mirror.sent["model.safetensors"] = b"\1" + CONTENT["model.safetensors"][1:]
    assert "model.safetensors arrived damaged and was deleted" in refused()
    assert not [name for name in left_in(tmp_path) if "safetensors" in name]
    mirror.sent["model.safetensors"] = CONTENT["model.safetensors"]
    assert pull(NAME).is_dir()


def test_no_header_of_a_mirror_becomes_a_path(mirror: type[Hub], tmp_path: Path) -> None:
    evil = "../../../../../../evil"
    mirror.headers_of_files = {
        **{"ETag": f'"{evil}"', "X-Linked-Etag": f'"{evil}"', "X-Repo-Commit": evil},
        "Content-Disposition": f'attachment; filename="{evil}"',
    }
    pull(NAME)
    assert all(name.startswith("cache/paotuan/models/") for name in left_in(tmp_path))
    assert not [name for name in left_in(tmp_path) if "evil" in name]


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        ({"siblings": [{"rfilename": "../evil.json", "size": 1}]}, "could lead elsewhere"),
        ({"siblings": [{"rfilename": "/etc/evil.json", "size": 1}]}, "could lead elsewhere"),
        ({"siblings": [{"rfilename": "a\\..\\evil.json", "size": 1}]}, "could lead elsewhere"),
        ({"siblings": [{"rfilename": "C:evil.json", "size": 1}]}, "could lead elsewhere"),
        ({"siblings": [{"rfilename": "a\0.json", "size": 1}]}, "could lead elsewhere"),
        ({"siblings": [{"rfilename": "a\n\x1b[31m.json", "size": 1}]}, "could lead elsewhere"),
        ({"siblings": [{"rfilename": "\ud800.json", "size": 1}]}, "could lead elsewhere"),
        ({"siblings": [{"rfilename": f"{'a' * 999}.json", "size": 1}]}, "could lead elsewhere"),
        ({"siblings": [{"rfilename": ".hidden.json", "size": 1}]}, "could lead elsewhere"),
        ({"siblings": [{"rfilename": "a.json"}, {"rfilename": "A.json"}]}, "nothing but case"),
        ({"siblings": [{"rfilename": "a.json", "size": -1}]}, "impossible size"),
        ({"siblings": [{"rfilename": "a.json", "size": True}]}, "impossible size"),
        ({"siblings": [{"rfilename": "a.json", "size": 10**30}]}, "impossible size"),
        ({"siblings": [{"rfilename": "a.json", "size": 1 << 40}]}, "GB more, and"),
        ({"siblings": [{"rfilename": "a.json", "lfs": {"sha256": "../x"}}]}, "checksum that is"),
        ({"siblings": [{"rfilename": f"{n}.json"} for n in range(1001)]}, "lists 1,001 files"),
        ({"siblings": "many"}, "no list of files"),
        ({"siblings": [1, None, {"rfilename": None}]}, "lists no files of this model"),
        ({"sha": "../../evil"}, "a version that is not a commit"),
        ({"sha": 7}, "a version that is not a commit"),
        ({"more": "x" * (9 << 20)}, "list of files has more than 8 MiB"),
    ],
)
def test_a_list_that_lies_is_one_line_and_nothing_is_written(
    mirror: type[Hub], tmp_path: Path, listed: dict[str, object], said: str
) -> None:
    mirror.listed = listing(**listed)
    assert said in refused()
    assert left_in(tmp_path) == []


def test_an_answer_that_is_no_list_is_one_line(mirror: type[Hub]) -> None:
    mirror.listed = []  # type: ignore[assignment]
    assert "no list of files; is it a hub?" in refused()


@pytest.mark.parametrize("change", [-1, 1])
def test_a_file_of_another_size_than_listed_is_refused(mirror: type[Hub], change: int) -> None:
    whole = CONTENT["config.json"]
    mirror.sent["config.json"] = whole[:-1] if change < 0 else whole + b"x"
    assert f"announces {len(whole) + change} bytes of config.json" in refused()


def test_a_file_without_end_is_given_up_at_the_size_that_was_listed(
    mirror: type[Hub], tmp_path: Path
) -> None:
    mirror.endless = True
    assert "sends more of config.json than the 21 bytes announced" in refused()
    assert left_in(tmp_path) == []


def test_a_file_without_end_or_size_is_given_up(
    mirror: type[Hub], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repository, "UNANNOUNCED", 1 << 17)
    mirror.listed = listing(siblings=[{"rfilename": "config.json"}])
    mirror.endless = True
    assert "sends more of config.json than the 131,072 bytes announced" in refused()


def test_a_connection_that_brings_next_to_nothing_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(repository, "WINDOW", 0.0)
    pace = _Pace()
    time.sleep(0.001)
    with pytest.raises(TransferBroken):
        pace.came(1)


def test_a_full_disk_is_told_before_anything_is_fetched(mirror: type[Hub]) -> None:
    mirror.listed = listing(siblings=[{"rfilename": "model.safetensors", "size": 1 << 40}])
    assert "it needs 1099.5 GB more" in refused()


def test_a_token_goes_to_a_mirror_only_when_told_to_and_never_further(
    mirror: type[Hub], other: tuple[str, type[Hub]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    pull(NAME)
    assert set(mirror.tokens) == {None}
    mirror.elsewhere = other[0]
    pull(NAME, send_token=True)
    assert mirror.tokens[-1] == "Bearer hf_secret"
    assert other[1].tokens == [None]


def test_a_gated_model_says_what_to_do(mirror: type[Hub], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")

    def gated(self: Hub) -> None:
        self.head(401, b"", {"X-Error-Code": "GatedRepo"})

    monkeypatch.setattr(mirror, "do_GET", gated)
    error = refused()
    assert "accept their terms" in error
    assert "--send-token" in error
    assert "hf_secret" not in error


def test_two_programs_do_not_fetch_the_same_model_at_once(mirror: type[Hub]) -> None:
    from filelock import FileLock

    partial = models_folder() / "partial"
    partial.mkdir(parents=True)
    with FileLock(partial / f"zai-org--{NAME}.lock"):
        assert "another program is fetching it" in refused()


def test_what_the_hub_does_not_have_is_one_line(mirror: type[Hub]) -> None:
    with pytest.raises(KnownError, match="has no such model or file") as error:
        pull("chatglm2-6b")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://127.0.0.1:9", "http://127.0.0.1:9 cannot be reached"),
        ("http://me:secret@127.0.0.1:9", "http://127.0.0.1:9 cannot be reached"),
        ("hf-mirror.com", "HF_ENDPOINT: not an address"),
        ("http://[::1", "HF_ENDPOINT: not an address"),
        ("file:///etc", "HF_ENDPOINT: not an address"),
    ],
)
def test_an_address_where_nobody_is_is_one_line(
    mirror: type[Hub], monkeypatch: pytest.MonkeyPatch, address: str, said: str
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", address)
    error = refused()
    assert said in error
    assert "secret" not in error


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(KnownError, match="nearest: qwen3-4b"):
        pull("qwen3-4")


def test_a_checkpoint_named_by_its_hub_id_is_fetched_the_same_way(
    mirror: type[Hub], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from models.chatglm.files import resolve

    folder = resolve(f"zai-org/{NAME}")
    assert (folder / "config.json").read_bytes() == CONTENT["config.json"]
    assert not (folder / "modeling_glm.py").exists()
    mirror.listed = listing(siblings=[{"rfilename": "../evil.json", "size": 1}])
    with pytest.raises(KnownError, match="could lead elsewhere"):
        resolve(f"zai-org/{NAME}")
    assert not list(tmp_path.rglob("evil*"))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert resolve(f"zai-org/{NAME}") == folder, "what is here will do without a network"
