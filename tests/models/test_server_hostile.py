"""A server that means harm: a draw ends in one line, in time, in little memory."""

import json
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from http.server import ThreadingHTTPServer

import pytest

from tests.models.made_server import Request

MEMORY = 300 << 10
"""KiB that a client may take in all, the interpreter and httpx included."""
LIMIT = 60.0
"""Seconds for all modes together, most of which is waiting for what never comes."""

CLIENT = """
import json, resource, sys, time
from pathlib import Path
from models.backend import Delta, Prompt, Sampling
from models.server.endpoint import Patience
from base.errors import KnownError
from models.server.backend import Server

quick = Patience(connect=1.0, first=1.0, stall=0.5, tries=2, backoff=0.01)

def most_memory():
    # of this program alone: ru_maxrss begins with what its parent had
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

for mode in sys.argv[2:]:
    began, said = time.perf_counter(), ""
    try:
        server = Server.open(f"{sys.argv[1]}/{mode}/v1", "m" if mode[0] == "p" else None,
                             patience=quick)
        deltas = list(server.generate(Prompt("", "", "苏晚："), Sampling(n=5, max_tokens=20,
                                                                       logprobs=True)))
        text = "".join(delta.text for delta in deltas if isinstance(delta, Delta))
        outcome = "text"
        said = server.name + text
    except KnownError as error:
        outcome, said = "line", str(error)
    print(json.dumps([mode, outcome, said, time.perf_counter() - began,
                      most_memory()]), flush=True)
"""

GOOD = {"index": 0, "text": "好的。", "finish_reason": "stop"}
ESCAPES = "\x1b]0;owned\x07\x1b[31m[/foo][@click=app.quit]x\u202e"


def bomb(byte: bytes, mebibytes: int) -> Iterator[bytes]:
    """So many times 1 MiB of one byte, packed."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    for _ in range(mebibytes):
        yield packer.compress(byte * (1 << 20))
    yield packer.flush()


def event(value: object) -> bytes:
    text = value if isinstance(value, str) else json.dumps(value)
    return f"data: {text}\n\n".encode()


def forever(*parts: bytes, pause: float = 0.0) -> Iterator[bytes]:
    while True:
        yield from parts
        time.sleep(pause)


LISTS: dict[str, object] = {
    "g_deep": b"[" * 200_000,
    "g_escapes": {"data": [{"id": ESCAPES, "owned_by": "vllm"}]},
    "g_long_name": {"data": [{"id": "x" * 1_000_000}]},
    "g_many": {"data": [{"id": f"m{at}"} for at in range(100_000)]},
    "g_number": {"data": [{"id": 3}]},
    "g_nothing": {"data": [{"id": None}, 7, None, [], "x"]},
    "g_context_word": {"data": [{"id": "m", "owned_by": "vllm", "max_model_len": "many"}]},
    "g_context_negative": {"data": [{"id": "m", "owned_by": "vllm", "max_model_len": -5}]},
    "g_context_huge": b'{"data":[{"id":"m","owned_by":"vllm","max_model_len":1e400}]}',
    "g_owner": {"data": [{"id": "m", "owned_by": {"a": 1}}]},
    "g_array": [1, 2],
    "g_word": b'"hi"',
    "g_encoding": b'\xff\xfe{"data":[]}',
}
STREAMS: dict[str, bytes] = {
    "p_nan": event('{"choices":[{"index":NaN,"text":"x"}]}'),
    "p_deep": event("[" * 100_000),
    "p_index": event({"choices": [GOOD | {"index": 10**30}]}),
    "p_digits": event('{"choices":[{"index":' + "9" * 5000 + ',"text":"x"}]}'),
    "p_none": event({"choices": [None, 3, "x", [], GOOD]}),
    "p_usage": event({"choices": [GOOD], "usage": {"prompt_tokens": {"a": 1}}}),
    "p_surrogate": event(
        '{"choices":[{"index":0,"text":"\\ud800\\udfff","finish_reason":"stop"}]}'
    ),
    "p_escapes": event({"choices": [GOOD | {"text": ESCAPES}]}),
    "p_lines": event({"choices": [GOOD | {"text": "好的\n苏晚：别的\r\n林默：我\u2028x"}]}),
    "p_error": event({"error": {"message": ESCAPES + "z" * 5000}}),
    "p_dup": b"".join(event({"choices": [GOOD | {"index": at}]}) for at in range(2000)),
}
ENDLESS = {
    "p_line": lambda: forever(b"x" * (1 << 18)),
    "p_text": lambda: forever(event({"choices": [{"index": 0, "text": "好" * 100}]})),
    "p_thought": lambda: forever(event({"choices": [{"delta": {"reasoning": "想" * 100}}]})),
    "p_no_choice": lambda: forever(event({"choices": []})),
    "p_comment": lambda: forever(b": ping\n\n", pause=0.1),
    "p_empty": lambda: forever(event({"choices": [{"index": 0, "text": ""}]}), pause=0.05),
    "p_newlines": lambda: forever(b"\n" * (1 << 18)),
    "p_trickle": lambda: forever(b" ", pause=0.2),
}
BOMBS = {"p_bomb": b"\n", "p_bomb_line": b"x", "g_bomb": b"\0"}
FAILURES = {"p_refusal": 400, "p_refusal_trickle": 400, "p_unknown_status": 999}
WAITS = {"p_wait_inf": "1e308", "p_wait_nan": "nan", "p_wait_past": "-5", "p_wait_word": "soon"}
WAITS |= {"p_wait_date": "Wed, 21 Oct 2015 07:28:00 GMT"}
OTHERS = ["g_endless", "g_trickle", "g_redirect", "g_short", "g_error", "g_headers", "p_html"]
MODES = [*LISTS, *STREAMS, *ENDLESS, *BOMBS, *FAILURES, *WAITS, *OTHERS]


class Hostile(Request):
    """Does harm as the first part of a path says."""

    @property
    def mode(self) -> str:
        return self.path.strip("/").partition("/")[0]

    def pour(self, kind: str, parts: Iterator[bytes], status: int = 200, **headers: str) -> None:
        self.send(status, kind, **headers)
        for part in parts:
            self.wfile.write(part)
            self.wfile.flush()

    def do_GET(self) -> None:
        with suppress(OSError):
            self.list_models()

    def list_models(self) -> None:
        mode = self.mode
        if not self.path.endswith("/models"):
            self.json({}, 404)
        elif mode == "g_endless":
            self.pour("application/json", forever(b"x" * (1 << 16)))
        elif mode == "g_trickle":
            self.pour("application/json", forever(b" ", pause=0.2))
        elif mode in BOMBS and mode[0] == "g":
            self.pour("application/json", bomb(BOMBS[mode], 2000), Content_Encoding="gzip")
        elif mode == "g_redirect":
            self.send(302, "text/plain", Location="file:///etc/passwd")
        elif mode == "g_short":
            self.send(200, "application/json", b"{}", Content_Length="99999999")
        elif mode == "g_error":
            self.json({"error": {"message": ESCAPES + "A" * 100_000, "code": "\x1b[2J"}}, 500)
        elif mode == "g_headers":
            self.send(200, "text/plain", **{f"X-{at}": "y" * 60_000 for at in range(90)})
        elif isinstance(body := LISTS.get(mode, {"data": [{"id": "m"}]}), bytes):
            self.send(200, "application/json", body)
        else:
            self.json(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        with suppress(OSError):
            self.complete()

    def complete(self) -> None:
        mode, kind = self.mode, "text/event-stream"
        if mode in ENDLESS:
            self.pour(kind, ENDLESS[mode]())
        elif mode in BOMBS:
            self.pour(kind, bomb(BOMBS[mode], 2000), Content_Encoding="gzip")
        elif mode == "p_refusal":
            self.pour("application/json", forever(b"x" * (1 << 16)), 400)
        elif mode == "p_refusal_trickle":
            self.pour("application/json", forever(b"x", pause=0.2), 400)
        elif mode in FAILURES:
            self.send(FAILURES[mode], "text/plain")
        elif mode in WAITS:
            self.send(429, "text/plain", b"slow", Retry_After=WAITS[mode])
        elif mode == "p_html":
            self.send(200, "text/html", b"<html>")
        else:
            good = b"".join(event({"choices": [GOOD | {"index": at}]}) for at in range(5))
            self.send(200, kind, STREAMS.get(mode, good))


Outcomes = dict[str, tuple[str, str, float, int]]
"""What each mode came to: `text` or `line`, the words, seconds, and KiB at most until then."""


@pytest.fixture(scope="module")
def outcomes() -> Iterator[Outcomes]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hostile)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    done = subprocess.run(
        [sys.executable, "-c", CLIENT, f"http://127.0.0.1:{server.server_port}", *MODES],
        capture_output=True, text=True, timeout=4 * LIMIT,
    )  # fmt: skip
    assert not done.stderr, done.stderr[-2000:]
    yield {mode: tuple(rest) for mode, *rest in map(json.loads, done.stdout.splitlines())}
    server.shutdown()
    server.server_close()


def test_a_hostile_server_cannot_crash_a_draw(outcomes: Outcomes) -> None:
    assert list(outcomes) == MODES


def test_a_hostile_server_cannot_hold_a_draw_beyond_its_time(outcomes: Outcomes) -> None:
    slow = {mode: seconds for mode, (_, _, seconds, _) in outcomes.items() if seconds > 15}
    assert not slow
    assert sum(seconds for _, _, seconds, _ in outcomes.values()) < LIMIT


def test_a_hostile_server_cannot_fill_the_memory(outcomes: Outcomes) -> None:
    assert max(kib for _, _, _, kib in outcomes.values()) < MEMORY


def test_what_a_hostile_server_says_is_one_short_line_of_plain_signs(
    outcomes: Outcomes,
) -> None:
    for mode, (outcome, words, _, _) in outcomes.items():
        if outcome == "line":
            assert len(words) < 700, mode
            assert words.isprintable(), mode


def test_odd_lists_of_models_are_read_as_far_as_they_can_be(outcomes: Outcomes) -> None:
    for mode in ("g_context_word", "g_context_negative", "g_context_huge", "g_owner"):
        assert outcomes[mode][:2] == ("text", "m" + "好的。" * 5)
    assert "more than 8 MiB" in outcomes["g_endless"][1]
    assert "more than 8 MiB" in outcomes["g_bomb"][1]
    assert "no whole answer within" in outcomes["g_trickle"][1]
