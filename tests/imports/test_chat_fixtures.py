"""Every chat among the fixtures by name, and what a person finds in the session that it becomes."""

import json
from pathlib import Path

import pytest

from base.errors import KnownError
from scenes.files.chats import import_chat
from scenes.files.exports import export
from scenes.table.play import Play

FIXTURES = Path(__file__).resolve().parents[2] / ".." / "shared" / "fixtures"
pytestmark = pytest.mark.skipif(not FIXTURES.is_dir(), reason="no shared fixtures beside the tree")


@pytest.fixture
def imported(tmp_path):
    """Imports a fixture: its report and its play."""
    plays = []

    def ready(name):
        report = import_chat(FIXTURES / name, tmp_path)
        plays.append(Play.resume(tmp_path / f"{report.session}.jsonl"))
        return report, plays[-1]

    yield ready
    for play in plays:
        play.close()


CHATS = {
    "chats/Aqua_1673181146000.jsonl": (1, 0),
    "chats/Megumin_1673323621108_151bcde0.jsonl": (3, 0),
    "chats/Megumin_1673323621108_2a4a8811.jsonl": (1, 0),
    "synthetic/st_group_chat_zh.jsonl": (5, 2),
    "synthetic/st_solo_legacy_dates.jsonl": (3, 0),
    "synthetic/st_truncated_last_line.jsonl": (4, 2),
}


@pytest.mark.parametrize("name", CHATS)
def test_a_chat_goes_through_a_session_and_comes_out_as_it_was(imported, name):
    report, play = imported(name)
    messages, draws = CHATS[name]
    assert (report.kept, report.became["draws"]) == (messages, draws)
    assert len(play.session.draws) == draws
    out = list(export("sillytavern", play.session, None, 4096))
    given = (FIXTURES / name).read_text("utf-8").split("\n")
    whole = [line for line in given if not line.endswith('"2026-03-01T12:00:00.000Z",')]
    assert [json.loads(line) for line in out] == [json.loads(line) for line in whole]


def test_the_group_chat_has_its_roles_its_picks_and_what_is_hidden(imported):
    _, play = imported("synthetic/st_group_chat_zh.jsonl")
    assert [role.name for role in play.scene.cast] == ["林晚星", "悠二", "罗兰", "旁白"]
    assert play.scene.role("旁白").narrator and play.session.role == "悠二"
    kinds = [(entry.kind, entry.speaker, entry.text) for entry in play.session.entries]
    assert kinds == [
        ("speech", "林晚星", "你就是悠二？"),
        ("speech", "悠二", "是我。"),
        ("speech", "罗兰", "住手！"),
        ("narration", "", "钟声敲响了"),
        ("comment", "", "System：隐藏的笔记"),
    ]
    second = play.session.draws[2]
    assert [one.entry.kind for one in second.candidates] == ["action", "speech", "speech"]
    assert play.session.path[2].candidate == 1
    assert second.model == "chatglm-6b+ptuning"


def test_a_line_cut_off_is_said_and_the_rest_is_kept(imported):
    report, _ = imported("synthetic/st_truncated_last_line.jsonl")
    assert report.dropped == {"cut off before its end": 1}
    assert report.places == {"cut off before its end": [6]}


def test_all_styles_of_dates_are_understood(imported):
    _, play = imported("synthetic/st_solo_legacy_dates.jsonl")
    events = map(json.loads, play.journal.path.read_text("utf-8").splitlines()[1:])
    assert [event["time"] for event in events] == [
        "2024-09-28T10:00:00+00:00",
        "2023-04-21T20:03:06+00:00",
        "2023-04-29T16:45:48+00:00",
    ]


def test_a_kobold_lite_save_is_a_story_with_speech_and_deeds(imported):
    report, play = imported("synthetic/kobold_lite_save.json")
    assert report.title == "Kobold Lite save"
    assert [entry.line for entry in play.session.entries] == [
        "【夜深了】",
        "林晚星：谁？",
        "玩家：\\me 拔剑 (Rolled 1d20=15/20, Outcome: Good)",
    ]
    assert play.scene.summary == "林晚星是首席法师。"


def test_a_koboldai_story_is_joined_where_it_was_cut_inside_a_sentence(imported):
    report, play = imported("chats/koboldai/sample_story.json")
    assert report.title == "KoboldAI save"
    first, second = play.session.entries
    assert "a tender-looking chicken. He crouched" in first.text
    assert second.text.startswith("A soft thud")
    story = json.loads((FIXTURES / "chats/koboldai/sample_story.json").read_text("utf-8"))
    kept = [(turn.foreign or {}).get("koboldai", {}) for turn in play.session.path]
    texts = [one["message"]["text"] for one in kept if "text" in one.get("message", {})]
    assert "".join(texts) == story["prompt"] + "".join(story["actions"])
    assert kept[0]["save"]["authorsnote"] == story["authorsnote"]


def test_a_group_is_no_chat_and_its_chats_are_named(tmp_path):
    with pytest.raises(KnownError, match=r"主线\.jsonl"):
        import_chat(FIXTURES / "synthetic/st_group.json", tmp_path)
    with pytest.raises(KnownError, match="character card"):
        import_chat(FIXTURES / "synthetic/card_v2.json", tmp_path)
    assert not list(tmp_path.glob("*.jsonl"))
