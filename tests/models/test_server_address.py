"""Addresses as people write them, and what is found at them."""

import shutil
import ssl
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from base.errors import KnownError
from models.backend import Sampling
from models.resolve import resolve
from models.server.address import is_address, read_address
from models.server.backend import Server
from models.server.failure import retry_after
from tests.models.conftest import TALK, draw
from tests.models.made_server import QUICK, Request, Serve, chat_piece, piece
from tests.models.socks_proxy import socks_proxy


def good(request: Request) -> None:
    said = chat_piece if request.path.partition("?")[0].endswith("/chat/completions") else piece
    request.stream(said("好", 0, "stop"), "[DONE]")


@pytest.mark.parametrize(
    ("spec", "url"),
    [
        ("localhost:8000/v1", "http://localhost:8000/v1"),
        ("localhost:8000", "http://localhost:8000"),
        ("127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("[::1]:8080/v1", "http://[::1]:8080/v1"),
        ("gpu-box:8000/v1", "http://gpu-box:8000/v1"),
        ("192.168.1.5/v1", "http://192.168.1.5/v1"),
        ("api.deepseek.com/v1", "https://api.deepseek.com/v1"),
        ("open.bigmodel.cn/api/paas/v4", "https://open.bigmodel.cn/api/paas/v4"),
        ("https://a.b/openai?api-version=1&mode=chat", "https://a.b/openai?api-version=1"),
    ],
)
def test_an_address_needs_no_scheme(spec: str, url: str) -> None:
    assert is_address(spec)
    assert read_address(spec).url == url
    assert resolve(spec).options["url"] == url


@pytest.mark.parametrize(
    "spec", ["starter", "qwen3-4b", "models/a.gguf", "qwen3:4b", "./v1", "a b"]
)
def test_what_is_no_address_is_not_taken_for_one(spec: str) -> None:
    assert not is_address(spec)


def test_an_address_says_what_cannot_be_found_out(serve: Serve) -> None:
    bodies: list[dict[str, Any]] = []
    url = serve(good, bodies=bodies)
    found = resolve(f"{url}?mode=chat&dialect=vllm&context=777#tiny")
    backend = found.open(patience=QUICK)
    assert backend.context < 777
    assert list(backend.generate(TALK, Sampling(n=1, grammar='root ::= "x"')))
    assert "structured_outputs" in bodies[-1]


@pytest.mark.parametrize("part", ["context=many", "context=0", "context=-1", "dialect=klingon"])
def test_an_address_that_says_nonsense_is_refused_in_one_line(serve: Serve, part: str) -> None:
    with pytest.raises(KnownError, match=r"context=|unknown dialect 'klingon'; there are"):
        resolve(f"{serve(good)}?{part}").open()


@pytest.mark.parametrize(
    "base", ["/v1", "", "/v4", "/api/v3", "/compatible-mode/v1", "/v1beta/openai", "/proxy", "/a/b"]
)
@pytest.mark.parametrize("given", ["", "/", "/chat/completions", "/models"])
def test_an_api_is_found_below_the_address_or_at_it(serve: Serve, base: str, given: str) -> None:
    paths: list[str] = []
    listed = {f"{base}/models": {"data": [{"id": "tiny"}]}}
    root = serve(good, paths=paths, models=None, pages=listed).removesuffix("/v1")
    backend = Server.open(f"{root}{base}{given}", patience=QUICK)
    assert draw(backend, TALK, Sampling(n=1)).texts == ["好"]
    assert paths[-1] == f"{base}/completions"


def test_a_version_of_an_api_is_kept_in_the_address_of_each_request(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths: list[str] = []
    monkeypatch.setenv("PAOTUAN_API_KEY", "k-1")
    root = serve(good, paths=paths).removesuffix("/v1")
    url = f"{root}/openai/deployments/gpt-x?api-version=2026-01-01&mode=chat"
    opened = resolve(url).open(patience=QUICK)
    assert opened.name == "gpt-x"
    assert draw(opened, TALK, Sampling(n=1)).texts == ["好"]
    assert paths == ["/openai/deployments/gpt-x/chat/completions?api-version=2026-01-01"]


@pytest.mark.parametrize(
    ("asked", "listed", "found"),
    [
        ("qwen3", ["qwen3:latest", "qwen3:4b"], "qwen3:latest"),
        ("gemma3", ["gemma3:270m", "qwen3:4b"], "gemma3:270m"),
        ("QWEN3:4B", ["qwen3:4b"], "qwen3:4b"),
        ("tiny", ["/models/tiny.gguf", "/models/other.gguf"], "/models/tiny.gguf"),
        (None, ["base", "lora"], "base"),
    ],
)
def test_a_models_name_may_be_said_short(
    serve: Serve, asked: str | None, listed: list[str], found: str
) -> None:
    entries = [{"id": name, "parent": "base" if name == "lora" else None} for name in listed]
    bodies: list[dict[str, Any]] = []
    backend = Server.open(serve(good, models={"data": entries}, bodies=bodies), asked)
    draw(backend, TALK, Sampling(n=1))
    assert bodies[-1]["model"] == found


@pytest.mark.parametrize(
    "models",
    [[{"id": "tiny"}], {"models": [{"name": "tiny"}]}, {"data": [{"id": "tiny"}, 7, None]}],
)
def test_a_list_of_models_may_have_other_forms(serve: Serve, models: object) -> None:
    assert Server.open(serve(good, models=models)).name == "tiny"


@pytest.mark.parametrize(
    ("entry", "context"),
    [
        ({"max_model_len": 512}, 512),
        ({"context_length": 9000}, 9000),
        ({"max_input_tokens": 700.0}, 700),
        ({"max_model_len": "many"}, 4096),
        ({"max_model_len": True}, 4096),
        ({"max_model_len": 1e300}, 4096),
        ({"top_provider": {"context_length": 800}}, 800),
        ({}, 4096),
    ],
)
def test_the_context_is_what_the_server_tells(serve: Serve, entry: Any, context: int) -> None:
    backend = Server.open(serve(good, models={"data": [{"id": "tiny"} | entry]}))
    assert backend.context == context


def test_a_gateway_is_known_and_what_lies_behind_it_is_asked_for(serve: Serve) -> None:
    behind = {"model_name": "tiny", "litellm_params": {"model": "hosted_vllm/x"}}
    info = {"data": [behind | {"model_info": {"max_input_tokens": 30000}}]}
    bodies: list[dict[str, Any]] = []
    url = serve(
        good,
        models={"data": [{"id": "tiny", "owned_by": "openai"}]},
        pages={"/v1/model/info": info},
        bodies=bodies,
    )
    backend = Server.open(url, patience=QUICK)
    assert backend.context == 30000
    draw(backend, TALK, Sampling(n=1, grammar='root ::= "x"'))
    assert bodies[-1]["structured_outputs"] == {"grammar": 'root ::= "x"'}


@pytest.mark.parametrize("key", ["sk-ＡＢ", "sk-a\x07b", "sk qz", "sk-“qz”", "密钥"])
def test_a_key_that_cannot_be_one_is_told_and_not_shown(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("PAOTUAN_API_KEY", key)
    with pytest.raises(
        KnownError, match=r"PAOTUAN_API_KEY: there is a (blank|character) at place \d+"
    ) as failure:
        Server.open(serve(good))
    assert key not in str(failure.value)
    assert key[-2:] not in str(failure.value)


def through(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    """Make `proxy` the only one of the environment."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("ALL_PROXY", proxy)


@pytest.mark.parametrize(
    ("proxy", "told"),
    [
        ("socks5://127.0.0.1:9", "the proxy of the environment"),
        ("http://127.0.0.1:9", "the proxy of the environment"),
        ("socks://127.0.0.1:9", "names a proxy that is not an address"),
        ("nonsense", "the proxy of the environment"),
        ("http://[::1", "names a proxy that is not an address"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, proxy: str, told: str
) -> None:
    through(monkeypatch, proxy)
    with pytest.raises(KnownError, match=told):
        Server.open("http://server.invalid:8000/v1", patience=QUICK)


def test_a_server_is_reached_through_the_socks_proxy_of_the_environment(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(serve(good).removesuffix("/v1").rpartition(":")[2])
    with socks_proxy(port) as (proxy, names):
        through(monkeypatch, proxy)
        backend = Server.open("http://model.invalid:8000/v1", patience=QUICK)
        assert draw(backend, TALK, Sampling(n=1)).texts == ["好"]
    assert set(names) == {"model.invalid"}


def test_a_socks_proxy_that_refuses_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with socks_proxy(9, refuses=True) as (proxy, _):
        through(monkeypatch, proxy)
        with pytest.raises(KnownError, match="the proxy of the environment"):
            Server.open("http://model.invalid:8000/v1", patience=QUICK)


def test_a_wait_may_be_given_as_a_date() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    assert 15 < retry_after(later) <= 20
    assert retry_after("3") == 3
    for nonsense in (None, "", "soon", "nan", "-5", "Wed, 21 Oct 2015 07:28:00 GMT"):
        assert retry_after(nonsense) == 0


def test_a_server_that_asks_for_a_long_wait_is_not_waited_for(serve: Serve) -> None:
    bodies: list[dict[str, Any]] = []
    url = serve(
        lambda request: request.send(429, "text/plain", b"slow", Retry_After="3600"), bodies=bodies
    )
    with pytest.raises(KnownError, match="429 slow"):
        draw(Server.open(url, patience=QUICK), TALK, Sampling(n=1))
    assert len(bodies) == 1


@pytest.fixture
def certified(tmp_path: Path) -> tuple[str, Path]:
    """A server with a certificate that it has signed itself, and the certificate."""
    tool = shutil.which("openssl")
    if tool is None:
        pytest.skip("openssl is not installed, which makes the certificate")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [tool, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        check=True, capture_output=True, timeout=30,
    )  # fmt: skip
    members = {"answer": staticmethod(good), "bodies": [], "headers_seen": [], "paths": []}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Asked", (Request,), members))
    server.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return f"https://127.0.0.1:{server.server_port}/v1", certificate


def test_a_certificate_that_is_not_trusted_is_told_with_how_to_trust_it(
    certified: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, certificate = certified
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with pytest.raises(KnownError, match=r"certificate is not trusted.*self.signed.*SSL_CERT_FILE"):
        Server.open(url, patience=QUICK)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert draw(Server.open(url, patience=QUICK), TALK, Sampling(n=1)).texts == ["好"]


def test_https_spoken_to_a_server_of_http_is_told(serve: Serve) -> None:
    with pytest.raises(KnownError, match="does not speak HTTPS; begin the address with http://"):
        Server.open(serve(good).replace("http://", "https://"), patience=QUICK)
