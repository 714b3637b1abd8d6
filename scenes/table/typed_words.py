"""Words that decide what a typed line is: of dice bots, and what stands before a colon."""

ROLLS: dict[str, tuple[str, str]] = {
    **{"rd": ("roll", "d"), "rdh": ("secret", "d"), "rhd": ("secret", "d"), "rhx": ("secret", "")},
    **{"rab": ("bonus", ""), "rcb": ("bonus", ""), "rap": ("penalty", ""), "rcp": ("penalty", "")},
    **{"rah": ("secret", ""), "rch": ("secret", ""), "rs": ("roll", ""), "rx": ("roll", "")},
}
"""What dice bots write as one word: the command, and what then stands before what is rolled."""

DICE = frozenset(
    {
        *("r", "ra", "rb", "rc", "rd", "rh", "rp", "rs", "rx", "ri", "rab", "rap", "rav"),
        *("rhd", "rhx", "ww", "roll", "dice", "set", "setcoc", "st", "sc", "en", "ti", "li"),
        *("coc", "dnd", "nn", "nnn", "jrrp", "init", "bot", "ob", "pc", "deck", "骰", "掷骰"),
        *("擲骰", "投骰", "掷骰子", "擲骰子", "扔骰子", "检定", "檢定"),
    }
)
"""What dice bots do: what of it is no command here is refused in one line."""

OPENERS = frozenset(
    {
        *("注意", "注", "备注", "備註", "提示", "说明", "說明", "警告", "结论", "結論", "总之"),
        *("總之", "例如", "比如", "譬如", "记住", "記住", "问题", "問題", "答案", "原因"),
        *("另外", "首先", "最后", "最後", "然后", "然後", "所以", "但是", "因为", "因為"),
        *("总结", "總結", "重点", "重點", "目标", "目標", "线索", "線索", "地址", "时间"),
        *("時間", "地点", "地點", "人物", "姓名", "标题", "標題", "内容", "內容", "选项"),
        *("選項", "规则", "規則", "要求", "结果", "結果", "附", "附言", "又及", "署名", "落款"),
        *("口令", "密码", "密碼", "计划", "計劃", "一", "二", "三", "四", "五", "对", "好"),
        *("嗯", "唉", "啊", "喂", "note", "notes", "warning", "ps", "remember", "listen"),
        *("look", "question", "answer", "ok", "okay", "so", "first", "second", "third", "last"),
        *("finally", "fact", "also", "and", "but", "result", "conclusion", "example", "eg"),
        *("ie", "hint", "tip", "reminder", "attention", "caution", "important", "update"),
        *("edit", "correction", "re", "fwd", "subject", "date", "time", "place", "well"),
        *("wait", "plus", "fyi", "btw", "summary", "plan", "rule", "option", "either", "or"),
        *("yes", "no", "oh", "ah", "hey", "hmm", "this", "that", "here", "there", "now"),
        *("then", "today", "tonight", "password", "address", "name", "title", "clue", "goal"),
        *("one", "two", "three", "http", "https", "ftp", "file"),
    }
)
"""What begins a sentence before a colon, and is nobody's name; in small letters."""

NARRATORS = frozenset(
    {
        *("旁白", "旁述", "叙述", "敘述", "kp", "gm", "dm", "主持人", "narrator", "narration"),
    }
)
"""Names that narrate at any table."""

MYSELF = frozenset(
    {
        *("我", "自己", "me", "myself", "i"),
    }
)
"""Names of who writes."""

BARE = frozenset(
    {
        *("help", "undo", "redo", "quit", "exit", "redraw", "撤销", "撤銷", "重做", "重抽"),
        *("帮助", "幫助", "退出"),
    }
)
"""Words of commands that few people say and nothing else."""
