"""The one grammar of what is typed at a table: what is said, done, refused, or asked about."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from base.errors import KnownError
from scenes.log import dump, parse
from scenes.scene import Role, Scene
from scenes.table.command_words import WORDS
from scenes.table.lines import on_one_line
from scenes.table.listening import Listening
from scenes.table.meanings import Do, Doubt, Meaning, Said
from scenes.table.typed import edited_text, read_typed
from scenes.table.typed_marks import narrow, stands_out
from scenes.table.typed_words import DICE
from tests.tui.tables import house

CAST = (
    Role("林默"),
    Role("苏晚", aliases=("晚晚",)),
    Role("守秘人", narrator=True),
    Role("Ada"),
    Role("老周"),
)
SCENE = house(cast=CAST)
PLAYER = CAST[0]


def read(text: str, role: Role | None = PLAYER, scene: Scene = SCENE) -> Meaning:
    return read_typed(scene, text, role)


def lines(meaning: Meaning) -> list[str]:
    assert isinstance(meaning, Said)
    return [entry.line for entry in meaning.entries]


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("走吧。", "林默：走吧。"),
        ("@苏晚 小心", "林默：＠苏晚 小心"),
        ("＠苏晚小心（糟了）", "林默：＠苏晚 小心（糟了）"),
        ("@苏晚，\\me 递过纸条 \\emoji 专注", "林默：＠苏晚 \\me 递过纸条 \\emoji 专注"),
        ("苏晚：@林默 小心", "苏晚：＠林默 小心"),
        ("【＠苏晚 你摸到钥匙】", "【＠苏晚 你摸到钥匙】"),
        ("me推门", "林默：me推门"),
        ("……", "林默：……"),
        ("。。。", "林默：。。。"),
        ("...", "林默：..."),
        ("!!!", "林默：!!!"),
        ("！走", "林默：！走"),
        (".5 升", "林默：.5 升"),
        ("12:30 见", "林默：12:30 见"),
        ("8：30", "林默：8：30"),
        ("https://a.b/c?d=e", "林默：https://a.b/c?d=e"),
        (":)", "林默：:)"),
        ("：）", "林默：：）"),
        (">:(", "林默：>:("),
        ("XD:", "林默：XD:"),
        ("2*3*4", "林默：2*3*4"),
        ("I *really* mean it.", "林默：I *really* mean it."),
        ("***", "林默：***"),
        ("_(:з」∠)_", "林默：_(:з」∠)_"),
        ("[1] 参见", "林默：[1] 参见"),
        ("[b]粗[/b]", "林默：[b]粗[/b]"),
        ("他说：走", "林默：他说：走"),
        ("林默说：走", "林默：林默说：走"),
        ("注意：小心", "林默：注意：小心"),
        ("我的意思是：走", "林默：我的意思是：走"),
        ("Note: careful", "林默：Note: careful"),
        ("The thing is: no", "林默：The thing is: no"),
        ("# 笔记", "林默：# 笔记"),
        ("go", "林默：go"),
        ("(小声)", "林默：（小声）"),
        ("（想什么呢）", "林默：（想什么呢）"),
        ("走吧（真冷）", "林默：走吧（真冷）"),
        ("苏晚：走", "苏晚：走"),
        ("晚晚: 走", "苏晚：走"),
        ("ada: hi", "Ada：hi"),
        ("我：走", "林默：走"),
        ("旁白：灯灭了", "【灯灭了】"),
        ("KP：灯灭了", "【灯灭了】"),
        ("守秘人：灯灭了", "【灯灭了】"),
        ("【灯灭了】", "【灯灭了】"),
        ("【灯灭了", "【灯灭了】"),
        ("走吧 ＼emoji 微笑", "林默：走吧 \\emoji 微笑"),
        ("走吧 、emoji微笑", "林默：走吧 \\emoji 微笑"),
        ("走吧 /emoji 微笑", "林默：走吧 \\emoji 微笑"),
        *(
            (f"{mark}me 推开门", "林默：\\me 推开门")
            for mark in ("\\", "＼", "/", "／", "、", ".", "。")
        ),
        ("／ｍｅ 推开门", "林默：\\me 推开门"),
        ("/me推开门", "林默：\\me 推开门"),
        ("苏晚：/me 推开门", "苏晚：\\me 推开门"),
        ("\u200b\u2060走吧", "林默：走吧"),
    ],
)
def test_what_is_said_is_said_as_it_is_meant(typed: str, line: str) -> None:
    assert lines(read(typed)) == [line]


@pytest.mark.parametrize(
    ("typed", "name", "rest"),
    [
        ("/undo", "undo", ""),
        ("／undo", "undo", ""),
        ("／ｕｎｄｏ", "undo", ""),
        ("、undo", "undo", ""),
        (".undo", "undo", ""),
        ("。undo", "undo", ""),
        ("\\undo", "undo", ""),
        ("/UNDO", "undo", ""),
        ("\u200b/undo", "undo", ""),
        ("/撤销", "undo", ""),
        ("/撤銷", "undo", ""),
        ("、撤销", "undo", ""),
        ("。撤销", "undo", ""),
        ("/重做", "redo", ""),
        ("/选2", "pick", "2"),
        ("、选２", "pick", "２"),
        ("/选 2 你好", "pick", "2 你好"),
        ("/next苏晚", "next", "苏晚"),
        ("/下一个 苏晚", "next", "苏晚"),
        ("/?", "help", ""),
        ("/roll 1d100", "roll", "1d100"),
        (".r1d100", "roll", "1d100"),
        ("。r", "roll", ""),
        ("。ｒ １ｄ６", "roll", "１ｄ６"),
        ("/r", "roll", ""),
        (".rd100 侦查", "roll", "d100 侦查"),
        (".rd 侦查", "roll", "d 侦查"),
        ("/掷 2d6+3", "roll", "2d6+3"),
        ("/掷2d6+3", "roll", "2d6+3"),
        (".ra 侦查", "check", "侦查"),
        (".ra侦查60", "check", "侦查60"),
        ("。rc 侦查", "check", "侦查"),
        ("/检定 侦查", "check", "侦查"),
        (".rb2 侦查", "bonus", "2 侦查"),
        (".rap 侦查", "penalty", "侦查"),
        (".rh", "secret", ""),
        (".rhd20", "secret", "d20"),
        (".rav 侦查 林默 苏晚", "oppose", "侦查 林默 苏晚"),
        (".sc1/1d6", "sanity", "1/1d6"),
        (".en 侦查", "grow", "侦查"),
        ("/rolls", "rolls", ""),
        ("／？", "help", ""),
    ],
)
def test_a_command_is_done_however_it_is_written(typed: str, name: str, rest: str) -> None:
    meaning = read(typed)
    assert isinstance(meaning, Do)
    assert (meaning.command.name, meaning.rest) == (name, rest)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        *(
            (typed, "this table has no dice for")
            for typed in (".ww 3a8", ".jrrp", ".setcoc 2", "/coc", "!ti")
        ),
        ("/", "there is no command /"),
        ("、", "there is no command /"),
        ("/undoo", "did you mean /undo"),
        ("、undoo", "did you mean /undo"),
        ("/撤消", "did you mean /撤销"),
        ("/你好", "there is no command /你好"),
        ("/ 你好", "there is no command"),
        ("/usr/bin", "put // before it to say it"),
        ("【灯灭了】/undo", "stands among other lines"),
        ("走。\n/undo\n停。", "stands among other lines"),
        ("/undo\n停。", "stands among other lines"),
        ("走。\n!undo", "stands among other lines"),
        ("走吧 \\emoji 微微怒", "did you mean 微怒"),
        ("走吧 \\emoji 恐惧她攥紧了笔记本。", "did you mean 恐惧"),
        ("走吧 \\emoji 微笑 吧", "\\emoji stands inside this line"),
        ("苏晚抬头 ＼me 推门", "\\me stands inside this line"),
        ("苏晚：", "nothing is said"),
        ("\\me", "nothing is said"),
        ("", "nothing is said"),
    ],
)
def test_what_can_neither_be_said_nor_done_is_refused_in_one_line(typed: str, why: str) -> None:
    with pytest.raises(KnownError) as refused:
        read(typed)
    assert why in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("typed", "asked", "meant"),
    [
        *(
            (typed, "looks like an action", ["林默：\\me 推开门"])
            for typed in (
                "*推开门*",
                "＊推开门＊",
                "**推开门**",
                "_推开门_",
                "＿推开门＿",
                "*推开门",
            )
        ),
        ("*smiles* Hi.", "looks like an action", ["林默：\\me smiles", "林默：Hi."]),
        ("你好 *挥手*", "looks like an action", ["林默：你好", "林默：\\me 挥手"]),
        ("苏晚：*推开门*", "looks like an action", ["苏晚：\\me 推开门"]),
        *(
            (typed, "looks like narration", ["【灯灭了】"])
            for typed in ("[灯灭了]", "［灯灭了］", "〔灯灭了〕", "{灯灭了}", "[灯灭了")
        ),
        ("[灯灭了] 谁？", "looks like narration", ["【灯灭了】", "林默：谁？"]),
        ("老顾：走", "老顾 speak as a bystander", ["老顾：走"]),
        ("老顾:走", "did you mean 老周", ["老顾：走"]),
        ("老顾：*推门*", "老顾 speak as a bystander", ["老顾：\\me 推门"]),
        ("赵云：走", "not in the cast", ["赵云：走"]),
        ("Old Gu: hello", "Old Gu speak as a bystander", ["Old Gu：hello"]),
        ("@all hi", "nobody here is called all", ["林默：@all hi"]),
        ("@苏宛 小心", "did you mean 苏晚", ["林默：@苏宛 小心"]),
        ("@苏晚 @老顾 走", "nobody here is called 老顾", ["林默：@苏晚 @老顾 走"]),
        ("@苏晚 *推门*", "looks like an action", ["林默：＠苏晚 \\me 推门"]),
        ("@苏晚 /undo", "says /undo aloud", ["林默：＠苏晚 /undo"]),
        ("@苏晚 .ra 侦查", "says .ra 侦查 aloud", ["林默：＠苏晚 .ra 侦查"]),
        ("@苏晚 !undo", "says !undo aloud", ["林默：＠苏晚 !undo"]),
        ("、去吧", "says 、去吧 aloud", ["林默：、去吧"]),
        ("。走吧", "looks like a command", ["林默：。走吧"]),
        (".hepl", "did you mean /help", ["林默：.hepl"]),
        ("\\推门", "looks like a command", ["林默：\\推门"]),
        ("\\o/", "looks like a command", ["林默：\\o/"]),
        (".", "looks like a command", ["林默：."]),
        ("help", "/help is the command", ["林默：help"]),
        ("退出", "/退出 is the command", ["林默：退出"]),
        ("苏晚：/undo", "looks like a command", ["苏晚：/undo"]),
        (
            "走。\n*推门*\n停。",
            "looks like an action",
            ["林默：走。", "林默：\\me 推门", "林默：停。"],
        ),
    ],
)
def test_what_may_mean_another_thing_is_asked_about(
    typed: str, asked: str, meant: list[str]
) -> None:
    doubt = read(typed)
    assert isinstance(doubt, Doubt)
    assert asked in doubt.question
    assert lines(doubt.meaning) == meant


def test_a_command_with_an_exclamation_mark_is_asked_about_and_then_done() -> None:
    doubt = read("!undo")
    assert isinstance(doubt, Doubt)
    assert isinstance(doubt.meaning, Do)
    assert doubt.meaning.command.name == "undo"


@pytest.mark.parametrize("typed", ["!roll", "！ｒｏｌｌ 1d6", "1d100", "2d6+3", "d20"])
def test_dice_without_a_sure_sign_are_asked_about_and_then_rolled(typed: str) -> None:
    doubt = read(typed)
    assert isinstance(doubt, Doubt)
    assert isinstance(doubt.meaning, Do)
    assert doubt.meaning.command.name == "roll"


def test_dice_behind_a_name_are_rolled_by_that_role() -> None:
    meaning = read("晚晚：.ra 侦查")
    assert isinstance(meaning, Do)
    assert (meaning.command.name, meaning.rest, meaning.by) == ("check", "侦查", "苏晚")
    doubted = read("苏晚：!roll 1d6")
    assert isinstance(doubted, Doubt) and isinstance(doubted.meaning, Do)
    assert doubted.meaning.by == "苏晚"
    stranger = read("老顾：.r 1d6")
    assert isinstance(stranger, Doubt) and isinstance(stranger.meaning, Do)
    assert stranger.meaning.by == "老顾"


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("//undo 是命令", "/undo 是命令"),
        ("／／undo", "／undo"),
        ("// hello", "/ hello"),
        ("//", "/"),
        ("///", "//"),
        ("//*推开门*", "*推开门*"),
        ("//[灯灭了]", "[灯灭了]"),
        ("//老顾：走", "老顾：走"),
        ("//、me 推门", "、me 推门"),
        ("、、me", "、me"),
        ("//.ra 侦查", ".ra 侦查"),
        ("//\\me 推门", "\\me 推门"),
        ("//@苏晚 小心", "@苏晚 小心"),
    ],
)
def test_two_slashes_say_a_line_as_it_stands(typed: str, text: str) -> None:
    meaning = read(typed)
    assert isinstance(meaning, Said)
    assert [(entry.kind, entry.text) for entry in meaning.entries] == [("speech", text)]


def test_a_narrator_narrates_and_who_watches_needs_a_role() -> None:
    assert lines(read("灯灭了", CAST[2])) == ["【灯灭了】"]
    assert lines(read("/me 灯灭了", CAST[2])) == ["【灯灭了】"]
    assert lines(read("苏晚：走", None)) == ["苏晚：走"]
    doubt = read("老顾：走", None)
    assert isinstance(doubt, Doubt)
    for typed in ("走吧", "//走", "*走*", "/me 走"):
        with pytest.raises(KnownError, match="you are watching"):
            read(typed, None)


def test_narration_goes_on_over_lines_to_its_end() -> None:
    assert lines(read("【灯灭了。\n有人来了。】\n谁？")) == ["【灯灭了。有人来了。】", "林默：谁？"]


def test_what_takes_the_place_of_a_line_is_no_command_either() -> None:
    assert edited_text("走吧。") == "走吧。"
    assert edited_text("／me 推门") == "\\me 推门"
    assert edited_text("走 、emoji微笑") == "走 \\emoji 微笑"
    assert edited_text("//undo") == "/undo"
    for typed in ("/undo", "、撤销", "/foo"):
        with pytest.raises(KnownError, match="looks like a command"):
            edited_text(typed)


# --- laws ---

MARKS = "/／、.。．\\＼!！"
TYPED = st.text(
    st.sampled_from("/／、.。\\!*＊_[]［【】（(）)：:@ \nme苏晚老顾旁白undo撤销r1d走\u200b\t"),
    max_size=14,
)


@given(text=st.text() | TYPED, role=st.sampled_from([PLAYER, CAST[2], None]))
@example(text="*" * 5000, role=PLAYER)
@example(text="[" * 5000 + "灯", role=PLAYER)
@example(text="【" * 3000, role=PLAYER)
@example(text="\n".join("【灯" for __ in range(500)), role=PLAYER)
@example(text="（" * 5000, role=PLAYER)
@example(text="_" * 5000 + "a", role=PLAYER)
def test_any_text_means_something_or_is_refused_and_what_is_said_comes_back(
    text: str, role: Role | None
) -> None:
    try:
        meaning = read(text, role)
    except KnownError:
        return
    said = meaning.meaning if isinstance(meaning, Doubt) else meaning
    if isinstance(said, Said):
        assert said.entries
        assert parse(dump(said.entries)) == list(said.entries)


@given(
    mark=st.sampled_from(MARKS),
    word=st.sampled_from(sorted(DICE | WORDS.keys() - {"?"}))
    | st.from_regex(r"[A-Za-z]{1,9}", fullmatch=True),
    rest=st.sampled_from(["", " ", " 1d100", " 侦查", "\u200b", "。"]),
    wide=st.booleans(),
)
def test_nothing_that_looks_like_a_command_is_ever_said_aloud(
    mark: str, word: str, rest: str, wide: bool
) -> None:
    if word.casefold() in ("me", "emoji"):
        return
    if mark in "!！" and not word.isascii():
        return  # `！走`
    if wide:
        word = "".join(chr(ord(c) + 0xFEE0) if c.isascii() else c for c in word)
    try:
        meaning = read(f"{mark}{word}{rest}")
    except KnownError:
        return
    assert not isinstance(meaning, Said)


def literally(text: str) -> str:
    """How a line is typed so that it is said as it stands."""
    if narrow(text[:1]) in ("/", "、"):
        return f"{text[0]}{text}"
    return f"//{text}" if stands_out(text) else text


@given(text=TYPED)
def test_there_is_a_way_to_say_any_line_as_it_stands(text: str) -> None:
    line = on_one_line(text.replace("emoji", ""))
    if not stands_out(line) or (line[0] in "/／、" and stands_out(line[1:])):
        return  # plain, or `/*x*`
    meaning = read(literally(line))
    assert isinstance(meaning, Said)
    assert [entry.text for entry in meaning.entries] == [line]


# --- the same again ---


@pytest.mark.parametrize("again", ["*推门*", " *推门* ", "", "\u200b"])
def test_the_same_line_again_or_an_empty_one_does_what_was_asked(again: str) -> None:
    listening = Listening()
    assert isinstance(listening.meaning(SCENE, "*推门*", PLAYER), Doubt)
    meaning = listening.meaning(SCENE, again, PLAYER)
    assert meaning is not None
    assert lines(meaning) == ["林默：\\me 推门"]
    assert listening.meaning(SCENE, "", PLAYER) is None


def test_anything_else_forgets_what_was_asked() -> None:
    listening = Listening()
    listening.meaning(SCENE, "*推门*", PLAYER)
    listening.meaning(SCENE, "走。", PLAYER)
    assert listening.meaning(SCENE, "", PLAYER) is None
    listening.meaning(SCENE, "*推门*", PLAYER)
    listening.forget()
    assert isinstance(listening.meaning(SCENE, "*推门*", PLAYER), Doubt)
