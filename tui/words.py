"""What the program says to a person, in Chinese and in English."""

from base import messages

WORDS = {
    "scenes": ("场景", "Scenes"),
    "sessions": ("继续上次", "Resume"),
    "no_sessions": ("还没有存下的局。", "No saved session yet."),
    "broken": ("读不了", "cannot be read"),
    "start_keys": (
        "↑↓ 选择 · Enter 开始 · r 选角色 · i 导入 · Tab 换栏 · F1 帮助 · Ctrl+Q 退出",
        "↑↓ · Enter start · r role · i import · Tab other list · F1 help · Ctrl+Q quit",
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
    "not_opened": (
        "模型没能打开，别人的话抽不了，自己写照样行：{0}",
        "No model: nothing can be drawn, but you can write. {0}",
    ),
    "context": ("{0}/{1} 词元", "{0}/{1} tokens"),
    "rate": ("{0:.0f} 词元/秒", "{0:.0f} tokens/s"),
    "speak": (
        "说点什么，Enter 发出；空着 Enter 让{0}接话",
        "Say something, Enter sends; Enter on nothing lets {0} go on",
    ),
    "speak_you": (
        "说点什么，Enter 发出。\\me 动作、【旁白】、（内心）、\\emoji 表情 都行",
        "Speak, Enter sends. \\me acts, 【…】 narrates, （…）thinks, \\emoji feels",
    ),
    "speak_open": (
        "说点什么，Enter 发出；Tab 选下一位",
        "Say something, Enter sends; Tab chooses who is next",
    ),
    "long_paste": (
        "贴的有 {0:,} 字，太长了（最多 {1:,}），没有放进来；整段记录用 Ctrl+L、i 导入",
        "{0:,} characters pasted, {1:,} at most; left out. A whole log: Ctrl+L, then i imports it",
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
    "waiting_knowledge": ("等知识库打开…", "waiting for the knowledge base…"),
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
    "import": ("导入", "Import"),
    "command_import": (
        "别的程序的跑团记录、角色卡、聊天",
        "Logs, character cards and chats of other programs",
    ),
    "import_path": ("导入：文件的路径", "Import: the path of a file"),
    "import_what": (
        "跑团记录（海豹、塔骰、青果、QQ、FVTT、CCFOLIA、回声工坊……）、角色卡（PNG、JSON、CHARX）、"
        "聊天（SillyTavern、Kobold……）",
        "A table's log (SealDice, Dice!, OlivaDice, QQ, Foundry, CCFOLIA, …), a character card "
        "(PNG, JSON, CHARX), or a chat (SillyTavern, Kobold, …)",
    ),
    "import_keys": (
        "Enter 看看里面有什么 · → 补全路径 · Esc 返回",
        "Enter looks into it · → completes the path · Esc back",
    ),
    "import_looking": ("正在看…", "looking at it…"),
    "import_who": ("谁是谁？ {0}", "Who is who? {0}"),
    "import_players_keys": (
        "Enter 改角色名 · n 旁白 o 旁观 d 骰子 r 角色 · t 读法 · s 存为日志 · p 接着玩 · Esc 返回",
        "Enter names the role · n narrates, o watches, d dice, r role · t style · s save a log · "
        "p play on · Esc back",
    ),
    "import_role": ("{0} 是哪个角色？", "Which role is {0}?"),
    "import_role_bad": ("名字要有 1 到 {0} 个字", "a name has 1 to {0} characters"),
    "import_messages": ("{0} 条", "{0} messages"),
    "part_role": ("", ""),
    "part_narrator": ("旁白", "narrates"),
    "part_observer": ("旁观", "watches"),
    "part_dice": ("骰子", "dice"),
    "import_preview": ("读成 · {0}", "As it will read · {0}"),
    "style_told": ("读法自动", "style told by the log"),
    "style_quoted": ("“…”是说话，其余是动作", "“…” is said, the rest is done"),
    "style_spoken": ("都是说话，（…）是动作", "all is said, （…） is done"),
    "style_thoughts": ("“…”说话，【…】内心，其余动作", "“…” said, 【…】 thought, the rest done"),
    "importing": ("导入中…{0} 行 · Esc 停", "importing… {0} lines · Esc stops"),
    "import_stopped": ("停了，什么都没有存。", "Stopped; nothing was saved."),
    "import_done_log": ("存好了：{0}", "Saved: {0}"),
    "import_done_session": ("存成了一局，Enter 打开", "It is a session now; Enter opens it"),
    "import_done_close": ("Enter 返回", "Enter goes back"),
    "import_done_scene": ("Enter 开始演：{0}", "Enter begins: {0}"),
    "import_card": ("角色卡 · Enter 导入 · Esc 返回", "Character card · Enter imports · Esc back"),
    "import_replaces": ("会替换已有的 {0}", "replaces {0}, which is there already"),
    "report_read": ("{0}：{1}，读到 {2} 条，留下 {3} 条", "{0}: {1}, {2} read, {3} kept"),
    "report_kept": ("留下：{0}", "kept: {0}"),
    "report_dropped": ("没留：{1} {0}（{2}）", "dropped: {0} {1} ({2})"),
    "report_nothing": ("没留：无", "dropped: nothing"),
    "report_roles": ("角色：{0}", "roles: {0}"),
    "report_line": ("第 {0} 行", "line {0}"),
    "report_item": ("第 {0} 条", "item {0}"),
    "not_utf8": (
        "终端发来的不是 UTF-8 的字（显示为 �）；请把终端的编码设为 UTF-8",
        "The terminal sends bytes that are not UTF-8 (shown as �); set its encoding to UTF-8",
    ),
    "replaced": (
        "里面有没读懂的字（�），没有发出；改好再发。终端的编码请设为 UTF-8",
        "Not sent: it holds characters that could not be read (�); mend them, and set the "
        "terminal to UTF-8",
    ),
    "command_prompt": (
        "模型将看到的全文，与它的词元数",
        "All that the model will read, and its tokens",
    ),
}


def language() -> int:
    """0 for Chinese, 1 for English."""
    return int(messages.language() == "en")


def say(key: str, *values: object) -> str:
    """The words for `key`, with `values` in their places."""
    return WORDS[key][language()].format(*values)
