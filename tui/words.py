"""What the program says to a person, in Chinese and in English."""

import os

WORDS = {
    "scenes": ("场景", "Scenes"),
    "sessions": ("继续上次", "Resume"),
    "no_sessions": ("还没有存下的局。", "No saved session yet."),
    "broken": ("读不了", "cannot be read"),
    "start_keys": (
        "↑↓ 选择 · Enter 开始 · r 选角色 · Tab 换栏 · F1 帮助 · Ctrl+Q 退出",
        "↑↓ choose · Enter start · r role · Tab other list · F1 help · Ctrl+Q quit",
    ),
    "aim": ("目标：{0}", "Aim: {0}"),
    "cast": ("角色：{0}", "Cast: {0}"),
    "you_play": ("你演：{0}", "You play: {0}"),
    "as_role": ("演哪个角色？", "Which role is yours?"),
    "watch": ("只看，不演", "Watch, play nobody"),
    "you": ("你：{0}", "you: {0}"),
    "watching": ("旁观", "watching"),
    "next": ("下一位：{0}", "next: {0}"),
    "next_you": ("轮到你", "your turn"),
    "next_open": ("Tab 选下一位", "Tab: who is next"),
    "loading": ("模型载入中…", "loading the model…"),
    "no_model": ("没有模型", "no model"),
    "context": ("{0}/{1} 词元", "{0}/{1} tokens"),
    "rate": ("{0:.0f} 词元/秒", "{0:.0f} tokens/s"),
    "speak": (
        "说点什么，Enter 发出；空着 Enter 让{0}接话",
        "Say something, Enter sends; Enter on nothing lets {0} go on",
    ),
    "speak_you": (
        "说点什么，Enter 发出。\\me 动作、【旁白】、（内心）、\\emoji 表情 都行",
        "Say something, Enter sends. \\me acts, 【…】 narrates, （…）thinks, \\emoji feels",
    ),
    "speak_open": (
        "说点什么，Enter 发出；Tab 选下一位",
        "Say something, Enter sends; Tab chooses who is next",
    ),
    "editing": ("改第 {0} 句 · Enter 采用 · Esc 放弃", "candidate {0} · Enter takes · Esc drops"),
    "editing_turn": (
        "改写第 {0} 轮 · Enter 改写 · Esc 放弃",
        "rewrite turn {0} · Enter rewrites · Esc drops",
    ),
    "which": (
        "改第几句？按数字，Enter 为亮着的那句",
        "Edit which? A digit, or Enter for the lit one",
    ),
    "tray": (
        "{0} 的 {1} 句 · 1–{1} 选 · ↑↓ Enter · e 改 · r 重抽 · m 再来 · Esc 停",
        "{1} lines for {0} · 1–{1} pick · ↑↓ Enter · e edit · r redraw · m more · Esc stop",
    ),
    "waiting_model": ("等模型载入…", "waiting for the model…"),
    "again": ("重抽（{0}）…", "drawn again ({0})…"),
    "given_up": ("没抽到（{0}）", "none ({0})"),
    "cut": ("（到长度上限）", "(cut at its length limit)"),
    "small": (
        "内置的 {0} 很小：句子有样子，谈不上聪明。{1}",
        "The embedded {0} is small: its lines are in form, not clever. {1}",
    ),
    "better": ("这台机器还跑得动：{0}。", "This machine could also run {0}."),
    "undone": ("撤回一轮，Ctrl+Y 重做", "One turn back; Ctrl+Y redoes"),
    "redone": ("重做一轮", "One turn forward"),
    "nothing_back": ("已经在开场了", "This is the opening"),
    "nothing_forward": ("前面没有了", "Nothing to redo"),
    "ready": ("模型就绪：{0}", "Model ready: {0}"),
    "turns": ("这一局", "This session"),
    "turns_keys": (
        "Enter 回到这里（另起一支） · e 改写 · Esc 返回",
        "Enter goes there (a new branch) · e rewrites · Esc back",
    ),
    "branch": ("另一支：{0}", "other branch: {0}"),
    "help": ("帮助", "Help"),
    "quit": ("退出", "Quit"),
    "undo": ("撤回", "Undo"),
    "redo": ("重做", "Redo"),
    "branches": ("轮次与分支", "Turns and branches"),
    "stop": ("停", "Stop"),
    "leave": ("换场景", "Scenes"),
    "rewrite": ("改写上一轮", "Rewrite the last turn"),
    "prompt": ("看提示词", "Show the prompt"),
    "prompt_none": ("还没有人轮到，先按 Tab 选一位", "Nobody is next; choose with Tab first"),
    "command_undo": ("回到上一轮；说过的都留着", "Go back a turn; nothing said is lost"),
    "command_redo": ("再往前一轮", "Go forward a turn"),
    "command_branches": ("看所有轮次，回到任何一处", "See all turns, go back to any"),
    "command_rewrite": ("改写上一轮说的话", "Say the last turn differently"),
    "command_leave": ("回到开始画面；这一局已经存好", "Back to the start; this session is saved"),
    "command_prompt": (
        "模型将看到的全文，与它的词元数",
        "All that the model will read, and its tokens",
    ),
}


def language() -> int:
    """0 for Chinese, 1 for English: by `PAOTUAN_LANG`, else by the locale; Chinese by default."""
    names = ("PAOTUAN_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    asked = next((value for name in names if (value := os.environ.get(name))), "")
    return 1 if asked.lower().startswith("en") else 0


def say(key: str, *values: object) -> str:
    """The words for `key`, with `values` in their places."""
    return WORDS[key][language()].format(*values)
