"""Works on many inputs with Ray Data: on this machine's cores, or on a cluster.

Only command lines and records travel: what is read and written lies in folders that every node
sees. A worker that is killed is begun again; an input that kills its worker each time is told as
failed, and stops no other.
"""

import json
import logging
import os
import platform
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from base.errors import KnownError
from base.extras import not_installed
from base.messages import _
from base.text import one_line
from tui.failures import FAILED
from tui.many.task import ManyRecord, ManyTask, worked

CONNECT = 10.0
"""Seconds in which a cluster has to answer."""
AGAIN = 3
"""How often an input is begun again whose worker was killed."""
AT_ONCE = 512
"""Inputs that Ray is given at a time, so that it never holds a whole library."""
QUIET = {
    "RAY_DISABLE_IMPORT_WARNING": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_gcs_rpc_server_connect_timeout_s": f"{CONNECT:.0f}",
}
WITH_TOKEN = {"RAY_AUTH_MODE": "token"}
PASSED_ON = ("PAOTUAN_", "LANG", "LC_", "OPENAI_API_KEY", "XDG_", "HTTP_PROXY", "HTTPS_PROXY")
"""Beginnings of environment variables that nodes are given as they are here."""


def on_ray(address: str, tasks: Sequence[ManyTask]) -> Iterator[tuple[int, ManyRecord | None]]:
    """What comes of each task, with its place, as they end; `""` is a cluster of this machine.

    Raises `KnownError` where Ray is not installed, or no cluster of these versions answers.
    """
    with _cluster(address) as ray:
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        context.max_errored_blocks = -1  # those that are missing at the end are told as failed
        said = _("its process died {n} times; is there memory enough?", n=AGAIN + 1)
        for start in range(0, len(tasks), AT_ONCE):
            missing = set(range(start, min(start + AT_ONCE, len(tasks))))
            rows = [{"at": at, "task": json.dumps(asdict(tasks[at]))} for at in sorted(missing)]
            data = ray.data.from_items(rows, override_num_blocks=len(rows))
            for row in data.map(_worked_row, max_retries=AGAIN, num_cpus=1).iter_rows():
                missing.remove(row["at"])
                yield row["at"], _record(row["record"])
            for at in sorted(missing):
                yield at, ManyRecord(tasks[at].input, tasks[at].output, "", FAILED, (said,))


def _worked_row(row: dict[str, Any]) -> dict[str, Any]:
    value = json.loads(row["task"])
    record = worked(ManyTask(**{**value, "words": tuple(value["words"])}))
    return {"at": row["at"], "record": "" if record is None else json.dumps(asdict(record))}


def _record(text: str) -> ManyRecord | None:
    if not text:
        return None
    value = json.loads(text)
    return ManyRecord(**{**value, "said": tuple(value["said"])})


@contextmanager
def _cluster(address: str) -> Iterator[Any]:
    """The package, connected; what was started here ends with the block."""
    token = Path.home() / ".ray" / "auth_token"
    with_token = "RAY_AUTH_TOKEN" in os.environ or token.exists()
    for name, value in (QUIET | (WITH_TOKEN if address and with_token else {})).items():
        os.environ.setdefault(name, value)  # read once, at the import
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise KnownError(not_installed(error.name, "cluster")) from error
    if address:
        _reach(address)
    try:
        with _unheard():
            ray.init(
                address=address or "local",
                configure_logging=False,
                log_to_driver=False,
                include_dashboard=None if address else False,
                runtime_env={"env_vars": _environment()} if address else None,
            )
        for name in ("ray", "ray.data"):
            logging.getLogger(name).setLevel(logging.ERROR)
    except Exception as error:  # Ray raises that itself
        raise KnownError(
            _(
                "{address}: no Ray cluster of version {version} answers: {why}",
                address=address or "Ray",
                version=ray.__version__,
                why=one_line(str(error), 200),
            )
        ) from error
    try:
        if address:
            _check_versions(ray, address)
        yield ray
    finally:
        ray.shutdown()


@contextmanager
def _unheard() -> Iterator[None]:
    """Keep from the terminal what Ray's own processes say past Python's streams meanwhile."""
    sys.stderr.flush()
    kept, null = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(null)
        os.close(kept)


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith(PASSED_ON)}


def _reach(address: str) -> None:
    """Raises `KnownError` where nobody listens at `address`, since Ray itself asks for minutes."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if not colon or not port.isdecimal() or not host:
        raise KnownError(
            _("--ray {address}: expected HOST:PORT or ray://HOST:PORT", address=address)
        )
    try:
        with socket.create_connection((host, int(port)), CONNECT):
            pass
    except (OSError, OverflowError) as error:
        raise KnownError(
            _("--ray {address}: nobody answers there: {why}", address=address, why=error)
        ) from error
    if not address.startswith("ray://") and (problem := _problem_at(address)):
        raise KnownError(
            _(
                "--ray {address}: no Ray cluster that this machine may use answers there: {why}",
                address=address,
                why=one_line(problem, 200),
            )
        )


def _problem_at(address: str) -> str:
    """Why a cluster's head gives no answer, by Ray's own command, which can be ended in time."""
    command = [sys.executable, "-m", "ray.scripts.scripts", "health-check", "--address", address]
    try:
        asked = subprocess.run(
            command, capture_output=True, timeout=3 * CONNECT, check=False, text=True
        )
    except subprocess.TimeoutExpired:
        return _("nothing came for {seconds:.0f} s", seconds=3 * CONNECT)
    said = asked.stderr.strip().splitlines() or [str(asked.returncode)]
    return "" if asked.returncode == 0 else said[-1]


def _check_versions(ray: Any, address: str) -> None:
    """Raises `KnownError` where a node has another paotuan, Ray or Python than this machine."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    here = versions()
    nodes = [node for node in ray.nodes() if node["Alive"]]
    asked = []  # a machine may have several nodes
    for node in nodes:
        there = NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)
        ask = ray.remote(versions).options(num_cpus=0, max_retries=0, scheduling_strategy=there)
        asked.append((node["NodeManagerAddress"], ask.remote()))
    for name, answer in asked:
        try:
            told = ray.get(answer, timeout=6 * CONNECT)
        except Exception as error:  # whatever kept the node from importing this very module
            why = one_line(str(error).strip().splitlines()[-1], 200)
            raise KnownError(
                _(
                    "{address}: its node {node} cannot run paotuan {version}: {why}; install the "
                    "same everywhere",
                    address=address,
                    node=name,
                    version=here["paotuan"],
                    why=why,
                )
            ) from error
        for package, version_here in here.items():
            if told[package] != version_here:
                raise KnownError(
                    _(
                        "{address}: its node {node} has {package} {there}, this machine has "
                        "{here}; install the same everywhere",
                        address=address,
                        node=name,
                        package=package,
                        there=told[package],
                        here=version_here,
                    )
                )


def versions() -> dict[str, str]:
    """What has to be the same on every node."""
    return {"paotuan": version("paotuan"), "Python": platform.python_version()}
