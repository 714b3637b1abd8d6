"""What all tests share: hypothesis judges what is found, not how fast a busy machine finds it;
English is spoken, whatever the machine's locale is; and which files of tests take long."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from base.messages import speak

os.environ["PAOTUAN_LANG"] = "en"

settings.register_profile(
    "paotuan",
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("paotuan")

TESTS = Path(__file__).parent
SLOW = {
    *("corpora/test_distill.py", "corpora/test_labels.py", "corpora/test_outages.py"),
    *("models/test_teacher.py", "scenes/test_journal_damage.py", "test_requirements.py"),
    *("tui/test_commands_knowledge.py", "tui/test_endings.py", "tui/test_killed.py"),
    *("tui/test_loop.py", "corpora/test_rolebench.py", "scenes/test_floor.py"),
    *("tui/test_floor_panel.py", "tui/test_line_floor.py", "tui/test_models_screen.py"),
    *("tui/test_line_grammar.py", "scenes/test_typed_frontends.py"),
    *("bench/test_gpu.py", "chatglm/test_memory.py", "local/test_fit.py", "test_quiet.py"),
    *("evaluation/test_command.py", "evaluation/test_on_a_server.py"),
    *("models/test_bench.py", "models/test_gguf_weights.py", "models/test_llamacpp.py"),
    *("models/test_server_hostile.py", "models/test_server_real.py"),
    *("models/test_server_scoring.py", "models/test_starter_lora.py"),
    *("scenes/test_bundled_adapter.py", "scenes/test_grammar.py", "scenes/test_tutorial.py"),
    *("tui/test_forms.py", "tui/test_editing.py", "tui/test_tutorial_played.py"),
    *("tui/test_start.py", "tui/test_start_scenes.py", "tui/test_start_search.py"),
    *("tui/test_start_sessions.py", "tui/test_start_terminal.py", "tui/test_start_voice.py"),
    *("train/test_dpo.py", "train/test_processes.py", "train/test_qlora.py", "train/test_run.py"),
    *("train/test_run_goes_on.py", "train/test_run_refusals.py"),
    *("scenes/test_ahead.py", "scenes/test_retry.py"),
    *("tui/test_composer.py", "tui/test_every_key.py", "tui/test_key_storm.py"),
    *("exports/test_replay.py", "tui/test_browser.py", "tui/test_serve_access.py"),
    *("tui/test_contrast.py", "tui/test_first_frame.py", "tui/test_kinsoku.py"),
    *("tui/test_messages.py", "tui/test_what_is_told.py", "tui/test_terminal_background.py"),
    *("tui/test_dumb_terminal.py", "tui/test_faults.py", "tui/test_tray.py"),
    *("tui/test_commands_hostile.py", "tui/test_commands_train.py", "tui/test_terminal.py"),
    *("tui/test_evening.py", "memory/test_long_session.py"),
}
"""Files whose tests load the starter, train, or wait: each takes about five seconds or more."""


@pytest.fixture(autouse=True)
def spoken() -> Iterator[None]:
    """No test leaves the language that it spoke to the next."""
    yield
    speak()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(TESTS) and item.path.relative_to(TESTS).as_posix() in SLOW:
            item.add_marker(pytest.mark.slow)
