"""A SOCKS5 proxy of this machine that leads every name to one server."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any


class _Relay(socketserver.StreamRequestHandler):
    """Speaks as much of RFC 1928 as a client without a password needs."""

    target: tuple[str, int]
    names: list[str]
    refuses: bool

    def handle(self) -> None:
        _, methods = self.rfile.read(2)
        self.rfile.read(methods)
        self.wfile.write(b"\x05\x00")
        _, _, _, kind = self.rfile.read(4)
        name = self.rfile.read(self.rfile.read(1)[0]) if kind == 3 else self.rfile.read(4)
        self.rfile.read(2)
        self.names.append(name.decode("ascii", "replace"))
        self.wfile.write(bytes([5, 5 if self.refuses else 0, 0, 1, 0, 0, 0, 0, 0, 0]))
        if not self.refuses:
            with socket.create_connection(self.target, timeout=10) as server:
                back = threading.Thread(target=_pump, args=(server, self.connection), daemon=True)
                back.start()
                _pump(self.connection, server)
                back.join(10)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


@contextmanager
def socks_proxy(port: int, refuses: bool = False) -> Iterator[tuple[str, list[str]]]:
    """The address of a proxy that leads to `port`, and the names that it was asked for."""
    names: list[str] = []
    members: dict[str, Any] = {"target": ("127.0.0.1", port), "names": names, "refuses": refuses}
    with socketserver.ThreadingTCPServer(
        ("127.0.0.1", 0), type("Relay", (_Relay,), members)
    ) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"socks5://127.0.0.1:{server.server_address[1]}", names
        server.shutdown()
