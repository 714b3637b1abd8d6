import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from models.backend import Backend, Prompt, Sampling
from models.bench import bench, file_bytes, made_up, memory_bandwidth
from models.scripted import Scripted


class Slow(Scripted):
    """Recites with a known delay and has a slower way beside."""

    def baselines(self) -> Mapping[str, Callable[[Prompt, Sampling], None]]:
        return {"the slow way": lambda prompt, sampling: time.sleep(0.2)}


def test_a_known_delay_is_measured() -> None:
    backend = Slow(["一二三四"], delay=0.002)
    report = bench(backend, history_tokens=80, ns=(1, 5), max_tokens=4, repeat=2)
    assert report.first_token_cold_s >= 0.002
    assert report.follow_up.median >= 5 * 5 * 0.002
    assert [one.n for one in report.throughput] == [1, 5]
    assert report.throughput[0].tokens == 4
    assert report.comparisons[0].time.median >= 0.2
    assert len(report.comparisons[0].ratios) == 2


def test_another_model_is_timed_beside_it_on_the_same_turns() -> None:
    rival = Scripted(["一二三四"], delay=0.02)
    report = bench(
        Scripted(["一二三四"]), 80, ns=(1,), max_tokens=4, repeat=2, rivals={"slow": rival}
    )
    (beside,) = report.comparisons
    assert beside.way == "slow"
    assert min(beside.ratios) > 1
    assert len(rival.prompts) == 4
    assert rival.prompts[1].history.startswith(rival.prompts[0].history)


def test_the_report_reads_as_a_table_and_as_json() -> None:
    report = bench(Slow(["一二"]), 80, ns=(1,), repeat=1, model_bytes=10**8)
    assert {"the slow way", "first token, follow-up turn"} <= dict(report.rows()).keys()
    data = json.loads(report.json())
    assert data["model"] == "scripted"
    assert data["steps_per_s_limit"] > 0
    assert bench(Scripted(["一"]), 80, ns=(1,), repeat=1).steps_per_s_limit is None


def test_a_made_up_log_has_the_wanted_length_and_hardly_repeats() -> None:
    prompt = made_up(Scripted(["一"]), 1500)
    lines = prompt.history.splitlines()
    assert 1500 <= len(prompt.text) < 1600
    assert len(set(lines)) > 0.9 * len(lines)
    assert made_up(Scripted(["一"]), 1500, seed=1).text[:4] != prompt.text[:4]


def test_a_machine_copies_memory_at_some_speed() -> None:
    assert 10**8 < memory_bandwidth(repeat=1) < 10**13


def test_the_weights_of_a_folder_are_added_up(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12")
    (tmp_path / "b").write_bytes(b"345")
    assert (file_bytes(tmp_path), file_bytes(tmp_path / "b")) == (5, 3)


def test_a_follow_up_draw_of_the_starter_beats_requests_without_cache(starter: Backend) -> None:
    report = bench(starter, history_tokens=300, ns=(1,), max_tokens=4, repeat=1)
    assert report.comparisons[0].ratios[0] > 1
    assert report.first_token_follow_up_s < report.first_token_cold_s
