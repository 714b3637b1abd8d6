"""What the server answers with: headers, words, its own files, a language, a certificate."""

import ssl
from pathlib import Path

from aiohttp import web

from base.errors import KnownError
from base.messages import _, decided, matched
from base.text import shown

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

BIGGEST_CERTIFICATE = 1 << 20
"""Bytes; a chain of a hundred certificates is smaller."""


def size(given: object, bounds: tuple[int, int], otherwise: int) -> int:
    """A number of columns or rows within its bounds."""
    try:
        number = int(given)  # type: ignore[call-overload]
    except (TypeError, ValueError, OverflowError):
        return otherwise
    return min(max(int(number), bounds[0]), bounds[1])


def language_of(request: web.Request) -> str:
    """The language for whoever asks: as settled here, else as their browser says."""
    if lang := decided():
        return lang
    wishes = request.headers.get("Accept-Language", "")[:200].split(",")
    return next((code for wish in wishes if (code := matched(wish.partition(";")[0]))), "zh_CN")


def words(status: int, text: str) -> web.Response:
    return web.Response(status=status, text=f"{text}\n")


def own_file(name: str) -> str:
    return Path(__file__).with_name(name).read_text("utf-8")


def certificate(cert: Path, key: Path | None) -> ssl.SSLContext:
    """What TLS is spoken with. Raises `KnownError`."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        for one in (cert, key or cert):  # OpenSSL would read a device or a pipe without end
            if not one.is_file() or one.stat().st_size > BIGGEST_CERTIFICATE:
                raise KnownError(_("{file}: no PEM file; give one", file=shown(str(one))))
        context.load_cert_chain(cert, key)
    except (OSError, ssl.SSLError, ValueError) as error:
        raise KnownError(
            _("{cert}: no certificate with its key ({reason})", cert=shown(str(cert)), reason=error)
        ) from error
    return context
