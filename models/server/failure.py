"""Says in one line why an endpoint does not answer as it should, and what to do about it."""

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
NO_PROXY = (
    "the environment names a proxy that is no address (see ALL_PROXY, HTTPS_PROXY); "
    "it looks like http://host:port or socks5://host:port"
)
"""What is wrong with a proxy that cannot even be asked."""


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


def refusal(where: str, key_hint: str, status: int, kind: str, body: bytes) -> str:
    """One line about an answer that is not what was asked for."""
    if 300 <= status < 400:
        return f"{where}: it points to another address; give that one"
    if status == 402 or (status in (403, 429) and _UNPAID.search(body.decode("utf-8", "replace"))):
        return f"{where}: {status} {said(body)}; the account has no credit left, or no such right"
    if status in (401, 403):
        words = "" if kind == "text/html" else said(body)
        told = f": {words}" if words and status == 403 else ""
        return f"{where}: refused the key ({status}){told}; set {key_hint}"
    if kind == "text/html":
        return f"{where}: answered with a web page ({status}); an API often ends with /v1"
    if 200 <= status < 300:
        return f"{where}: answered with {kind or 'no type'}, not with a stream of events"
    try:
        reason = HTTPStatus(status).phrase
    except ValueError:
        reason = "unknown status"
    if b"HTTP request was sent to HTTPS" in body:
        return f"{where}: it speaks https; write https:// in front"
    line = f"{where}: {status} {said(body) or reason}"
    if is_too_long(status, body):
        return f"{line}; the prompt is too long for it: say how much it takes by --context TOKENS"
    return line


def other_mode(mode: str, status: int, body: bytes) -> str:
    """What to do where a model is not to be had in `mode`; `""` where that is not the reason."""
    words = body.decode("utf-8", "replace")
    missing = status in (404, 405, 501) and not re.search(r"model\W", words, re.IGNORECASE)
    if mode == "completions" and (missing or _CHAT_ONLY.search(words)):
        return "it does not continue texts; put ?mode=chat behind the address"
    if mode == "chat" and (missing or _NO_CHAT.search(words)):
        return "it does not answer in a chat; leave ?mode=chat out of the address"
    return ""


def unreachable(where: str, error: Exception, waited: float, proxied: bool = False) -> str:
    """One line about a connection that failed; `proxied`: it leads through a proxy."""
    if isinstance(error, httpx.TimeoutException):
        return f"{where}: no answer within {waited:g} s; is it running?"
    words = f"{error} {_cause(error)}"
    if "CERTIFICATE_VERIFY_FAILED" in words:
        why = words.rpartition("verify failed: ")[2].split(" (_ssl")[0]
        return (
            f"{where}: its certificate is not trusted ({why[:80]}); trust it by naming its file, "
            "or that of its authority, in the environment variable SSL_CERT_FILE"
        )
    if "WRONG_VERSION_NUMBER" in words or "RECORD_LAYER_FAILURE" in words:
        return f"{where}: it does not speak https; write http:// in front"
    if isinstance(error, httpx.ProxyError):
        return f"{where}: the proxy of the environment refuses it; see HTTPS_PROXY and NO_PROXY"
    if isinstance(error, httpx.ConnectError) and proxied:
        return (
            f"{where}: cannot connect through the proxy of the environment "
            "(see ALL_PROXY, HTTPS_PROXY and NO_PROXY); is it running?"
        )
    if isinstance(error, httpx.ConnectError):
        return f"{where}: cannot connect; is the server running?"
    return f"{where}: the connection broke off; is it an OpenAI-compatible server?"


def _cause(error: BaseException) -> str:
    """The words of the TLS error behind an error, if there is one."""
    behind: BaseException | None = error
    while behind is not None and not isinstance(behind, ssl.SSLError):
        behind = behind.__cause__ or behind.__context__
    return str(behind or "")


def check_key(key: str, variable: str) -> str:
    """The key as it is sent. Raises `KnownError`, without the key, where it cannot be one."""
    key = key.strip()
    for at, character in enumerate(key, 1):
        if not "!" <= character <= "~":
            kind = "a blank" if character.isspace() else "a character"
            raise KnownError(
                _(
                    "{variable}: holds {kind} that no key has, at place {at} of {key}; copy "
                    "the key anew",
                    variable=variable,
                    kind=kind,
                    at=at,
                    key=len(key),
                )
            )
    return key


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
