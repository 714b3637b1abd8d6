"""A server that answers as a test says, for what servers do, and what they do wrong."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

from models.server.endpoint import Patience
from models.server.manners import _KNOWN

QUICK = Patience(connect=2, first=2, stall=0.3, tries=3, backoff=0.01)
"""How long a test waits for a server."""
Answer = Callable[["Request"], None]


class Request(BaseHTTPRequestHandler):
    """Answers as the test that started the server says."""

    protocol_version = "HTTP/1.0"
    answer: Answer
    bodies: list[dict[str, Any]]
    headers_seen: list[str | None]
    paths: list[str]
    models: ClassVar[Any] = {"data": [{"id": "tiny", "owned_by": "somebody"}]}
    pages: ClassVar[Mapping[str, Any]] = {}
    """What is answered to a GET of other paths; the rest is not found."""

    def do_GET(self) -> None:
        self.paths.append(self.path)
        path = self.path.partition("?")[0]
        if path in self.pages:
            self.json(self.pages[path])
        elif path.endswith("/models") and self.models is not None:
            self.json(self.models)
        else:
            self.json({"detail": "Not Found"}, 404)

    def do_POST(self) -> None:
        self.paths.append(self.path)
        self.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.headers_seen.append(self.headers["Authorization"])
        type(self).answer(self)

    def json(self, value: object, status: int = 200) -> None:
        body = json.dumps(value, ensure_ascii=False).encode()
        self.send(status, "application/json", body, Content_Length=str(len(body)))

    def send(self, status: int, kind: str, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def stream(self, *events: object) -> None:
        """Begin a stream, or go on with it."""
        if not getattr(self, "begun", False):
            self.begun = True
            self.send(200, "text/event-stream")
        for event in events:
            text = event if isinstance(event, str) else json.dumps(event, ensure_ascii=False)
            self.wfile.write(f"data: {text}\n\n".encode())
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def chat_piece(text: str, index: int = 0, finish: str | None = None) -> dict[str, Any]:
    return {"choices": [{"index": index, "delta": {"content": text}, "finish_reason": finish}]}


def piece(text: str, index: int = 0, finish: str | None = None) -> dict[str, Any]:
    return {"choices": [{"index": index, "text": text, "finish_reason": finish}]}


Serve = Callable[..., str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a server with one way to answer; gives its address."""
    running = []
    _KNOWN.clear()  # a port may have been that of another server a moment ago

    def start(answer: Answer, **members: object) -> str:
        members |= {"answer": staticmethod(answer)}
        members.setdefault("bodies", [])
        members.setdefault("headers_seen", [])
        members.setdefault("paths", [])
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Asked", (Request,), members))
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        running.append(server)
        return f"http://127.0.0.1:{server.server_port}/v1"

    yield start
    for server in running:
        server.shutdown()
        server.server_close()
