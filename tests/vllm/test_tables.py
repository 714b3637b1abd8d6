"""Many tables at a real vLLM: the figures of `paotuan bench serve`, printed by `make test-vllm`."""

import json

import httpx
import pytest

from tests.tui.conftest import Run, home, run

__all__ = ["home", "run"]

TABLES = 50


def hits(address: str) -> float:
    """Tokens of prompts that vLLM says it had kept, since it was started."""
    text = httpx.get(address.removesuffix("/v1") + "/metrics", trust_env=False).text
    lines = (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    return sum(float(n) for name, n in lines if name.startswith("vllm:prefix_cache_hits_total"))


@pytest.mark.parametrize("roles", [("sanguo",), ("sanguo", "starter")], ids=len)
def test_many_tables_play_at_once(address: str, run: Run, capsys, roles: tuple[str, ...]) -> None:
    before = hits(address)
    options = ["--tables", TABLES, "--turns", 4, "-n", 2, "--history-tokens", 150, "--json"]
    named = [word for role in roles for word in ("--adapter", role)]
    ran = run("bench", "serve", f"{address}#starter", *options, *named)
    assert ran.status == 0, ran.err
    report = json.loads(ran.out)
    with capsys.disabled():
        print(f"\n\n{', '.join(roles)}: {ran.out}")
    assert (report["draws"], report["failed"]) == (TABLES * 4, 0)
    assert report["cached"] > (0.5 if len(roles) == 1 else 0.3)
    assert hits(address) > before


def test_an_adapter_that_vllm_has_not_is_told_before_a_table_plays(address: str, run: Run) -> None:
    ran = run("bench", "serve", f"{address}#starter", "--tables", 2, "--adapter", "ink")
    assert ran.status != 0 and "--lora-modules ink=" in ran.err
