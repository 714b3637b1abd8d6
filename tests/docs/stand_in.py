"""A server on this machine that stands in for those whose addresses the pages show.

Its model has the name that stands first in the path, so that an address can ask for any.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.corpora.teachers import diligent

LINE = "先进去再说。"
ADAPTERS = ("sanguo", "table")
"""Offered beside the model, as vLLM lists them."""


class StandIn:
    """Answers what a table or a teacher asks, until it is stopped."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Request)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def taught(system: str, user: str) -> Any:
    """What a teacher answers to each kind of question that is asked of it."""
    if "interviews" in system:
        return {"interviews": [{"respondent": "林默", "ask": "你为什么来？", "answer": "找人。"}]}
    if "Answer in English" in system:
        return {"answer": "I remember it well.", "known": True}
    if "answer" in system:
        return {"answer": f"我记得{user[-8:]}", "known": True}
    if "values" in system:
        return {"values": [f"{user}呢？"] if "换两种" in system else ["苏晚", "旧宅"]}
    return diligent(system, user, 0)


class _Request(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        name, _, rest = urlsplit(self.path).path.lstrip("/").partition("/")
        if rest.endswith("models"):
            model = unquote(name)
            adapters = [{"id": adapter, "parent": model} for adapter in ADAPTERS]
            listed = {"data": [{"id": model}, *adapters]}
            self._send(200, "application/json", json.dumps(listed))
        else:
            self._send(404, "application/json", '{"detail": "Not Found"}')

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        chat = "messages" in body
        if "response_format" in body:
            system, user = (message["content"] for message in body["messages"])
            text = json.dumps(taught(system, user), ensure_ascii=False)
        else:
            text = LINE if chat else f"{LINE}\n"
        events = [
            {"choices": [{"index": index, **piece, "finish_reason": finish}]}
            for index in range(body.get("n", 1))
            for piece, finish in ((_piece(text, chat), None), (_piece("", chat), "stop"))
        ]
        stream = "".join(f"data: {json.dumps(event, ensure_ascii=False)}\n\n" for event in events)
        self._send(200, "text/event-stream", f"{stream}data: [DONE]\n\n")

    def _send(self, status: int, kind: str, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _piece(text: str, chat: bool) -> dict[str, Any]:
    return {"delta": {"content": text}} if chat else {"text": text}
