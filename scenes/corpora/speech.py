"""The clause that leads a quotation: its verb of speaking, who is addressed, what else it says."""

import re
from functools import cache


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


VERBS = _words(
    """
    曰 道 云 言 说 问 答 叫 喝 骂 呼 嚷 喊 唤 报 奏 禀 告 劝 谏 叹 哭 笑 应 谢 令 命 嘱 斥 叱 赞
    祝 诉 议 称 讲 央 求 吟 唱 念 招呼 吩咐 分付 咐 商议 声 高叫 说话 回话 下令 传令 传旨 想 思
    忖 寻思 自思 付 谓 詈 谕 质 宣 吼 嘟囔 嘀咕 回 啐 介绍 解释 补充 继续 低语 喃喃 开口 自语
    命令 反驳 追问 提醒 建议 宣布 打断 感慨 感叹
    """
)
VERB = re.compile(rf"(?:{'|'.join(VERBS)})(?:了|着|过|起来|一声|几声|两声|的)?$")
"""How a clause ends that leads a quotation."""
THINKING = re.compile(
    r"(?:想|思|忖|寻思|想到|暗道|心下道|心中道|思量|沉吟|肚里道|心里道|自付)(?:道|曰|着|起来)?$"
    r"|(?:心中|心下|心里|肚里|暗|腹内)[^，。]{0,6}(?:想|思|忖|道|曰|说)$"
)
WRITING = re.compile(
    r"(?:[书诗词表诏檄歌赋文联令状偈赞颂疏帖柬榜碑匾字语谣谶铭批册策卦易律传经史记法谚名]"
    r"|俗话|俗语|古语|常言)(?:[之略有又上中内])?(?:曰|云|道|说|写道|写着|有云|是)$"
    r"|(?:其书|其略|其文|略|有诗|赞|为证|人有诗.{0,4})(?:为证)?(?:曰|云|道)$|^[书诗表诏词檄]"
    r"|[书写题刻批镌](?:曰|道|云|着|是)$"
)
"""What leads something written, which nobody says."""
LEADING = re.compile(
    "(?:"
    + "|".join(
        _words(
            """
            却说 且说 话说 再说 单说 原来 只见 只听得 只听 但见 但听 忽见 忽听 忽然 忽 须臾 少顷
            少时 于是 遂 乃 因此 因 便 又 亦 次日 当日 当夜 当时 当下 是夜 是日 是时 一日 此时
            那时 时 正说间 即 早有 早 方才 方 正 只 及 后 然后 见 听得 闻得 看见 惟 唯 独 旁边
            傍边 傍有 旁有 帐下 阶下 座上 席上 背后 随后 身后 马上 城上 里面 外面 这 那 同 还是
            倒是 还 都 也 只有 惟有 却是 却 果然 幸得 多时 良久 半晌 这里 那里 慌得 慌的 急得
            唬得 吓得 喜得 恼得 谁知 不想 不料 、
            """
        )
    )
    + r"|\s)"
)
MANNERS = _words(
    """
    大笑 冷笑 陪笑 含笑 微笑 嘻嘻 大怒 大喜 大惊 大叫 大喝 大骂 大呼 大哭 大喊 高声 厉声 低声
    应声 失声 连声 忙 急 连 笑 怒 喜 惊 泣 哭 叹 叱 喝 骂 问 答 对 应 进 前 谏 谢 拜 跪 再拜
    顿首 叩头 叩首 稽首 奏 告 禀 劝 慰 请 乃 遂 又 亦 复 便 即 且 却 因 忽 惟 暗 密 私 自 独 先
    后 入 出 起 回 还 来 去 视 指 抚 顾 听罢 听了 听说 闻言 听 闻 见 说 言 道 曰 呼 嚷 叫 喊 唤
    仰天 长叹 心中 心下 心里 肚里 徐徐 慢慢 款款 轻轻 沉吟 半晌 良久 流涕 流泪 垂泪 含泪 泪 变色
    变 欢喜 满心 烦恼 焦躁 慌 躬身 合掌 拱手 欠身 近前 上前 向前 应诺 也 都 就 只 才 方 正 不 了
    着 的 地 得 身 头 口 声 气 起来 一声 一 再 三 从容 恨 悔 羞 疑 戏 谑 嘲 讥 责 吩咐 分付 招呼
    商议 议 思 想 忖 寻 赞 祝 报 令 命 嘱 诉 求 央 吟 唱 念 云 啐 点 摇 跌足 拍手 把手 拊掌 鼓掌
    伏地 伏 痛 甚 深 大 高 厉 低 冷 陪 含 微 嘻 佯 假 诈 默 恭 敬
    """
)
_MANNER = re.compile(rf"(?:{'|'.join(sorted(MANNERS, key=len, reverse=True))})+")
ADDRESSED = re.compile(
    r"(?:谓|问|对|向|与|和|同|叫|骂|告|命|令|唤|呼|指|顾|报|嘱|劝|请|说与|禀|责|喝|叱|望|朝|冲|跟|教"
    r"|吩咐|分付)[着了]?([^，。；：]{1,8}?)(?:曰|道|说|云|言|笑|问|商议|大)"
)
ADDRESS = re.compile(
    r"(?:谓|问|对|向|与|告|命|令|叫|唤|骂|指|顾|报|嘱|劝|责|喝|叱|和|同|望|谕|说与)[着了]?"
    r"[^，。；：]{1,6}?(?=曰|道|说|云|言|笑|问|商议|大)"
)
NOBODY = frozenset(
    _words(
        """
        一人 有人 人 其人 那人 此人 这人 二人 两人 三人 四人 众 他 她 它 他们 她们 我 你 或 或人
        某 谁 又 自 各 皆 俱 彼 之 一 其 此 有 两个 三个 二个 四个 几个 那个 这个 一个 内一人
        数人 一将 一军 答 问 笑 对 使 口 心 俗语 常言 古人 自古 古云 俱各 口里 口中 口内 心中
        心下 心里 众皆 大众 方 忽 因 乃 遂 连 不 只 忙 名 正 回 书 诗 诗词 赞 里面 外面 内 那里
        大家 都 一面 一头 一边 再 且 人都 人人 一齐 大 悄 悄悄 这 那 也 二 三 两 上 下 少 说 道
        来 去 说的 自己 一声 叫
        """
    )
)
"""What stands before a verb of speaking and names nobody."""
PERSONS = frozenset(
    "人者将士官卒军兵臣吏夫妇女童翁叟公婆娘儿母父兄弟叔嫂侯王"
    "帝后妃主君相使僧尼师徒民妻妾媳奴婢仆嬷妈姑姐妹哥爷郎"
)
"""How a description of a person ends."""
TWO_PERSONS = frozenset(
    _words(
        """
        左右 众将 诸将 老道 道士 先生 太守 小校 都尉 和尚 夫子 老子 小子 丫头 太监 太尉 都头
        知府 知县 员外 差拨 庄客 酒保 书生 姑娘 太太 奶奶 判官 土地 妖精 行者
        """
    )
)
NO_PERSONS = frozenset(
    "谓对向问与把于其有曰言说声诗之以而令使教叫遣命召指唤顾告回"
    "叱集聚付语慌急奏责闻得都随厉勒附谕出入赍扬且引带是皆何尽飞、”“一"
)
"""What no description of a person holds."""


def clauses(lead: str) -> list[tuple[int, str]]:
    """The clauses of a lead and where each begins."""
    found, start = [], 0
    for at, sign in enumerate(lead):
        if sign in "，。；！？!?;,…\n：:":
            if lead[start:at].strip():
                found.append((start, lead[start:at]))
            start = at + 1
    if lead[start:].strip():
        found.append((start, lead[start:]))
    return found


def begins(clause: str) -> int:
    """Where the subject of a clause may begin, after words that only lead on."""
    at = 0
    while found := LEADING.match(clause, at):
        at = found.end()
    return at


@cache
def is_manner(text: str) -> bool:
    """Whether `text` says only how something is said, not who says it."""
    return not text or _MANNER.fullmatch(text) is not None
