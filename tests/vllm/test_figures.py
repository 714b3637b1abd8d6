"""The figures of a real vLLM, printed by `make test-vllm` for docs/benchmarks.md."""

from tests.vllm.figures import table


def test_the_figures_are_told(address: str, capsys) -> None:
    found = table(address)
    with capsys.disabled():
        print(f"\n\n{found}")
    assert found.count("\n|") == 5
