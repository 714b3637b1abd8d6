"""Who may come to a served table, and from where: tokens, names, pages, numbers."""

import asyncio
import json
import shlex
import ssl
import subprocess

import pytest

from tests.tui.served import served
from tui.web.access import Access, is_loopback

aiohttp = pytest.importorskip("aiohttp", reason="needs the extra `serve`")
pytest.importorskip("textual_serve", reason="needs the extra `serve`")

LOCAL = Access("127.0.0.1", 8123, asks=False)
REMOTE = Access("0.0.0.0", 8123, asks=True)


@pytest.mark.parametrize("host", ["127.0.0.1:8123", "localhost:8123", "[::1]:8123"])
def test_without_a_token_the_table_answers_to_this_machines_names(host):
    assert LOCAL.is_ours(host)


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example:8123", "127.0.0.1", "127.0.0.1:80", "", "127.0.0.1:8123@evil.example"),
        *("user@localhost:8123", "localhost:8123/x", "localhost.evil.example:8123", "a:b:c"),
        *("localhost:99999", "[::1", "localhost:8123?x"),
    ],
)
def test_without_a_token_a_name_that_was_made_to_lead_here_is_refused(host):
    assert not LOCAL.is_ours(host)


@pytest.mark.parametrize(
    ("origin", "host", "ours"),
    [
        ("http://localhost:8123", "localhost:8123", True),
        ("https://table.example", "table.example", True),
        ("http://evil.example", "localhost:8123", False),
        ("http://localhost:9999", "localhost:8123", False),
        ("http://127.0.0.1:8123", "localhost:8123", False),
        ("null", "localhost:8123", False),
        ("", "localhost:8123", False),
        ("file://", "localhost:8123", False),
        ("http://localhost:8123.evil.example", "localhost:8123", False),
    ],
)
def test_only_a_page_of_the_server_itself_may_open_a_table(origin, host, ours):
    assert LOCAL.is_from_us(origin, host) is ours


def test_a_token_is_long_of_its_own_and_not_what_the_cookie_holds():
    other = Access("0.0.0.0", 8123, asks=True)
    assert len(REMOTE.token) > 40 and REMOTE.token not in (other.token, REMOTE.pass_)
    assert REMOTE.admits(REMOTE.token)
    assert not REMOTE.admits("") and not REMOTE.admits("口令") and not REMOTE.admits(other.token)
    assert not REMOTE.knows({}) and not REMOTE.knows({REMOTE.cookie: REMOTE.token})
    assert REMOTE.knows({REMOTE.cookie: REMOTE.pass_})
    assert REMOTE.token not in repr(REMOTE) and REMOTE.pass_ not in repr(REMOTE)


def test_only_addresses_of_this_machine_need_no_token():
    assert all(map(is_loopback, ("127.0.0.1", "localhost", "::1", "127.8.8.8")))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "192.168.1.2", "table.example", "")))


async def test_strangers_and_strange_pages_are_refused_and_the_token_opens_once(tmp_path):
    async with served(tmp_path, "rain-house", "--token") as server:
        plain, __, token = server.url.partition("?")
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar) as http:
            for path in ("", "static/js/textual.js", "ws", "table.js", "download/x"):
                async with http.get(plain + path) as answer:
                    assert answer.status == 403, path
            async with http.get(f"{plain}?token=wrong") as answer:
                assert answer.status == 403 and "Set-Cookie" not in answer.headers
            async with http.get(server.url) as answer:
                cookie = answer.headers["Set-Cookie"]
                assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
                assert token.removeprefix("token=") not in cookie + await answer.text()
            async with http.get(plain) as answer:
                page = await answer.text()
                assert answer.status == 200 and "http" not in page.replace("http-equiv", "")
                assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
                assert "unsafe-eval" not in answer.headers["Content-Security-Policy"]
            for path in (
                "static/",
                "static/../server.py",
                "static/%2e%2e/server.py",
                "../x",
                "nope",
            ):
                async with http.get(plain + path) as answer:
                    assert answer.status in (403, 404), path
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await http.ws_connect(plain + "ws", origin="http://evil.example")
            assert refused.value.status == 403
            assert not server.children()


async def test_another_name_that_leads_here_is_refused(tmp_path):
    async with served(tmp_path, "rain-house") as server, aiohttp.ClientSession() as http:
        for path in ("", "ws", "static/js/textual.js"):
            async with http.get(server.url + path, headers={"Host": "evil.example"}) as answer:
                assert answer.status == 403
        async with http.get(server.url) as answer:
            assert answer.status == 200
            assert answer.headers["X-Frame-Options"] == "DENY"


async def sent_to(socket, *messages):
    for message in messages:
        await socket.send_str(message)


async def test_no_more_people_sit_down_than_were_asked_for(tmp_path):
    async with served(tmp_path, "rain-house", "--most", "1") as server:
        origin = server.url.rstrip("/")
        async with aiohttp.ClientSession() as http:
            first = await http.ws_connect(server.url + "ws?width=80&height=24", origin=origin)
            assert (await first.receive(30)).type == aiohttp.WSMsgType.BINARY
            async with http.get(server.url) as answer:
                assert answer.status == 503 and "1" in await answer.text()
            second = await http.ws_connect(server.url + "ws", origin=origin)
            assert (await second.receive(30)).type == aiohttp.WSMsgType.CLOSE
            assert len(server.children()) == 1
            await first.close()
            for __ in range(200):
                async with http.get(server.url) as answer:
                    if answer.status == 200:
                        break
                await asyncio.sleep(0.1)
            assert answer.status == 200 and not server.children()


async def test_a_table_grows_and_shrinks_with_its_window(tmp_path):
    async with served(tmp_path, "rain-house") as server, aiohttp.ClientSession() as http:
        address = server.url + "ws?width=80&height=24"
        async with http.ws_connect(address, origin=server.url.rstrip("/")) as socket:
            await shown_at_row(socket, 24)
            await sent_to(socket, '["resize", {"width": 100, "height": 31}]')
            await shown_at_row(socket, 31)


async def shown_at_row(socket, row):
    """Wait until something is shown at that row."""
    async with asyncio.timeout(60):
        while True:
            message = await socket.receive()
            assert message.type in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT), message
            if isinstance(message.data, bytes) and f"\x1b[{row};".encode() in message.data:
                return


async def test_what_a_hostile_page_sends_neither_ends_the_table_nor_the_server(tmp_path):
    async with served(tmp_path, "rain-house") as server, aiohttp.ClientSession() as http:
        origin = server.url.rstrip("/")
        address = server.url + "ws?width=99999999999&height=-5"
        async with http.ws_connect(address, origin=origin) as socket:
            assert (await socket.receive(30)).type == aiohttp.WSMsgType.BINARY
            await sent_to(
                socket,
                *("", "{", "[]", "{}", "[1]", '["stdin"]', '["stdin", 7]', '["stdin", ""]'),
                '["resize"]',
                *('["resize", {"width": 1e400, "height": null}]', '["ping", {}]', "[" * 9000),
                '["resize", {"width": 9999999, "height": 9999999}]',
                json.dumps(["stdin", "\ud800\x00\x1b[999999999;1H\x1b]52;c;?\x07"]),
                json.dumps(["stdin", "灯"]),
                '["focus"]',
                '["ping", "1"]',
            )
            async with asyncio.timeout(30):
                while (got := await socket.receive()).data != '["pong", "1"]':
                    assert got.type in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT), got
            assert len(server.children()) == 1


async def test_a_table_is_served_over_tls(tmp_path):
    made = subprocess.run(
        shlex.split(
            "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost "
            "-keyout key.pem -out cert.pem"
        ),
        cwd=tmp_path,
        capture_output=True,
    )
    if made.returncode:
        pytest.skip("there is no openssl to make a certificate with")
    options = ("--cert", "cert.pem", "--key", "key.pem", "--token")
    async with served(tmp_path, "rain-house", *options) as server:
        assert server.url.startswith("https://")
        known = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
        known.check_hostname = False
        async with aiohttp.ClientSession() as http, http.get(server.url, ssl=known) as answer:
            assert "Secure" in answer.headers["Set-Cookie"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--host="], "--host"),
        (["--cert=/dev/zero"], "/dev/zero"),
        (["--cert=."], "PEM"),
        (["--cert=cert.pem", "--key=/dev/zero"], "/dev/zero"),
        (["--model=no-such-model"], "no-such-model"),
        (["--model=scripted", "no-such-scene"], "no-such-scene"),
    ],
)
def test_what_no_table_could_be_served_with_is_refused_before_anyone_comes(
    run, home, monkeypatch, words, told
):
    monkeypatch.chdir(home)
    (home / "cert.pem").write_text("", "utf-8")
    shown = run("serve", *words)
    assert shown.status == 2 or shown.status == 1
    (line,) = [one for one in shown.err.splitlines() if one.startswith("paotuan: ")]
    assert told in line
