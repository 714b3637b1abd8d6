"""Says in one sentence why an endpoint does not answer as it should, and what to do about it."""

import re
import ssl
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx

from base.errors import KnownError, PassingError
from base.messages import _
from models.server.event import said
from models.server.manners import is_too_long

_UNPAID = re.compile(
    r"insufficient|balance|credits?\b|quota|billing|payment|余额|欠费|额度", re.IGNORECASE
)
MAX_WAIT = 30.0
"""Longest wait between two tries, in seconds; a server that asks for more is not asked again."""


_CHAT_ONLY = re.compile(
    r"(?:is a|only|for) chat model|use (?:v1)?/chat/completions|only (?:supports? )?chat completion"
    r"|does not support (?:the )?(?:text )?completions?|mean to use v1/chat/completions",
    re.IGNORECASE,
)
_NO_CHAT = re.compile(
    r"not a chat model|chat template|does not support chat|mean to use v1/completions",
    re.IGNORECASE,
)


class RequestRefused(KnownError):
    """The server refuses a request as it is; `status` and `body` are its answer."""

    def __init__(self, line: str, status: int, body: bytes) -> None:
        super().__init__(line)
        self.status, self.body = status, body


class TryAgain(PassingError):
    """A failure worth another try while nothing has come yet, `after` so many seconds."""

    def __init__(self, line: str, after: float = 0.0) -> None:
        super().__init__(line)
        self.after = after


def no_proxy(address: str) -> str:
    """What is said where the environment names a proxy that cannot even be asked."""
    return _(
        "{address}: the environment names a proxy that is not an address (see ALL_PROXY and "
        "HTTPS_PROXY); it looks like http://host:port or socks5://host:port",
        address=address,
    )


def refusal(address: str, where_to_set_key: str, status: int, kind: str, body: bytes) -> str:
    """What is said of an answer that is not what was asked for."""
    given = {"address": address, "status": status, "words": said(body)}
    if 300 <= status < 400:
        return _("{address}: it points to another address; use that one", address=address)
    if status == 402 or (status in (403, 429) and _UNPAID.search(body.decode("utf-8", "replace"))):
        return _(
            "{address}: {status} {words}; the account has no credit left, or no "
            "right to this model",
            **given,
        )
    if status in (401, 403):
        return _refused_key(given, where_to_set_key, kind)
    if kind == "text/html":
        return _(
            "{address}: answered with a web page ({status}); the address of an API often ends "
            "with /v1",
            **given,
        )
    if 200 <= status < 300:
        return _(
            "{address}: answered with {kind}, not with a stream of events",
            address=address,
            kind=kind or _("something of no type"),
        )
    if b"HTTP request was sent to HTTPS" in body:
        return _("{address}: it speaks HTTPS; begin the address with https://", address=address)
    given["words"] = given["words"] or _reason(status)
    if is_too_long(status, body):
        return _(
            "{address}: {status} {words}; the prompt is too long for it: say how much it takes "
            "with --context TOKENS",
            **given,
        )
    return _("{address}: {status} {words}", **given)


def _refused_key(given: dict[str, object], where_to_set_key: str, kind: str) -> str:
    if given["status"] == 403 and kind != "text/html" and given["words"]:
        return _(
            "{address}: refused the key ({status}): {words}; {remedy}",
            **given,
            remedy=where_to_set_key,
        )
    return _("{address}: refused the key ({status}); {remedy}", **given, remedy=where_to_set_key)


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return _("an unknown status")


def other_mode(mode: str, status: int, body: bytes) -> str:
    """What to do where a model is not to be had in `mode`; `""` where that is not the reason."""
    words = body.decode("utf-8", "replace")
    missing = status in (404, 405, 501) and not re.search(r"model\W", words, re.IGNORECASE)
    if mode == "completions" and (missing or _CHAT_ONLY.search(words)):
        return _("it only answers in a chat: put ?mode=chat behind the address")
    if mode == "chat" and (missing or _NO_CHAT.search(words)):
        return _("it does not answer in a chat: leave ?mode=chat out of the address")
    return ""


def unreachable(address: str, error: Exception, waited: float, proxied: bool = False) -> str:
    """What is said of a connection that failed; `proxied`: it leads through a proxy."""
    if isinstance(error, httpx.TimeoutException):
        return _(
            "{address}: no answer within {seconds:g} s; is it running?",
            address=address,
            seconds=waited,
        )
    words = f"{error} {_cause(error)}"
    if "CERTIFICATE_VERIFY_FAILED" in words:
        why = words.rpartition("verify failed: ")[2].split(" (_ssl")[0]
        return _(
            "{address}: its certificate is not trusted ({reason}); to trust it, name its file, or "
            "that of its authority, in the environment variable SSL_CERT_FILE",
            address=address,
            reason=why[:80],
        )
    if "WRONG_VERSION_NUMBER" in words or "RECORD_LAYER_FAILURE" in words:
        return _(
            "{address}: it does not speak HTTPS; begin the address with http://", address=address
        )
    if isinstance(error, httpx.ProxyError):
        return _(
            "{address}: the proxy of the environment refuses it; see HTTPS_PROXY and NO_PROXY",
            address=address,
        )
    if isinstance(error, httpx.ConnectError) and proxied:
        return _(
            "{address}: cannot connect through the proxy of the environment (see ALL_PROXY, "
            "HTTPS_PROXY and NO_PROXY); is it running?",
            address=address,
        )
    if isinstance(error, httpx.ConnectError):
        return _("{address}: cannot connect; is the server running?", address=address)
    return _(
        "{address}: the connection broke off; is it an OpenAI-compatible server?", address=address
    )


def _cause(error: BaseException) -> str:
    """The words of the TLS error behind an error, if there is one."""
    behind: BaseException | None = error
    while behind is not None and not isinstance(behind, ssl.SSLError):
        behind = behind.__cause__ or behind.__context__
    return str(behind or "")


def retry_after(header: str | None) -> float:
    """Seconds that a server asks to wait, given as a number or as a date; 0 where it does not."""
    if not header:
        return 0.0
    try:
        seconds = float(header)
    except ValueError:
        try:
            moment = parsedate_to_datetime(header)
        except ValueError:
            return 0.0
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        seconds = (moment - datetime.now(UTC)).total_seconds()
    return max(seconds, 0.0) if seconds == seconds else 0.0
