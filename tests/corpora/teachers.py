"""A teacher on this machine that answers, or misbehaves, as a test says."""

import json
import random
import re
import threading
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

NOVEL = """第一回 雨夜
林默推开门，说道：“有人吗？”没有人回答。
苏晚抖了抖伞，轻声道：“这里好像很久没人住了。”

第二回 楼上
楼上传来脚步声。“谁在那里？”有人喝道。
林默心想：这声音好熟。
"""
"""Two chapters; a voice that only the wider window names."""


class Broken(Exception):
    """Ends an answer half-way, without a word."""


class Gone(Exception):
    """Ends the server in the middle of a question."""


Say = Callable[[str, str, int], Any]
"""Takes system, user, and how many requests came before; gives text, a value for JSON, or a status
with headers. Raises `Broken` or `Gone`."""


class Teacher:
    """An OpenAI-compatible server; `asked` holds what came in, `answered` what was answered."""

    def __init__(self, say: Say) -> None:
        self.asked: list[dict[str, Any]] = []
        self.answered: list[str] = []
        self.say = say
        self._lock = threading.Lock()
        self._port = 0
        self.come_back()
        self._port = self._server.server_port
        self.url = f"http://127.0.0.1:{self._port}/v1"

    def come_back(self) -> None:
        """Serve at the same address as before."""
        members = {"teacher": self}
        request = type("One", (_Request,), members)
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), request)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def take(self, body: dict[str, Any]) -> int:
        with self._lock:
            self.asked.append(body)
            return len(self.asked) - 1

    def stop(self) -> None:
        """Go away: the address refuses whoever asks."""
        self._server.shutdown()
        self._server.server_close()


class _Request(BaseHTTPRequestHandler):
    teacher: Teacher

    def do_GET(self) -> None:
        self._send(200, "application/json", b'{"data": [{"id": "scripted"}]}')

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        before = self.teacher.take(body)
        system, user = (message["content"] for message in body["messages"])
        try:
            answer = self.teacher.say(system, user, before)
        except Gone:
            self.teacher.stop()
            return
        except Broken:
            self._send(200, "text/event-stream", b'data: {"choices": [{"delta": {}}]}\n\n')
            return
        if isinstance(answer, tuple):
            status, words = answer
            self._send(status, "application/json", json.dumps({"error": words}).encode())
            return
        self.teacher.answered.append(user)
        text = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
        self._send(200, "text/event-stream", b"".join(map(_event, _events(text))))

    def _send(self, status: int, kind: str, body: bytes) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _events(text: str) -> list[dict[str, Any]]:
    step = max(1, min(len(text), 50_000))
    pieces = [text[at : at + step] for at in range(0, len(text), step)]
    choices = [{"delta": {"content": piece}, "finish_reason": None} for piece in pieces]
    return [{"choices": [one]} for one in [*choices, {"delta": {}, "finish_reason": "stop"}]]


def _event(value: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n".encode()


def diligent(system: str, user: str, before: int) -> Any:
    """Answers each kind of question about NOVEL as a good teacher would."""
    if "speakers" in system:
        return {"speakers": [{"number": 1, "speaker": "苏晚"}]}
    if "label" in system:
        return {"label": "惊讶"}
    if "summary" in system:
        people = [{"name": "林默", "role": "访客", "goal": "找人"}]
        return {"summary": "有人进了屋。", "characters": people}
    if "推开门" in user:
        return {
            "items": [
                {"kind": "info", "text": "林默推开门"},
                {"kind": "say", "speaker": "林默", "text": "有人吗？", "expression": "警觉"},
                {"kind": "act", "speaker": "苏晚", "text": "抖了抖伞"},
                {"kind": "say", "speaker": "苏晚", "text": "我们快走吧。", "expression": "平静"},
            ]
        }
    return {
        "items": [
            {"kind": "say", "speaker": "unknown", "text": "谁在那里？"},
            {"kind": "think", "speaker": "林默", "text": "这声音好熟。"},
        ]
    }


def inventive() -> Say:
    """A teacher that writes new questions, some with a slot it was shown, and answers any."""

    def say(system: str, user: str, before: int) -> Any:
        rng = random.Random(before)
        if "answer" in system:
            return {"answer": f"我记得第{before}件事。"}
        slots = re.findall(r"^\{(\w+)\} ", user, re.MULTILINE) or ["item"]
        return {"values": [_question(rng, slots) for _ in range(10)]}

    return say


def _question(rng: random.Random, slots: Sequence[str]) -> str:
    words = "".join(chr(0x4E00 + rng.randrange(3000)) for _ in range(rng.randint(6, 14)))
    slot = f"{{{rng.choice(slots)}}}" if rng.random() < 0.5 else "此事"
    return f"{words}和{slot}有关吗？"
