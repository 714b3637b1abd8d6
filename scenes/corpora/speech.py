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
    命令 反驳 追问 提醒 建议 宣布 打断 感慨 感叹 忖度 盘算 打算 思量 沉吟 祷告 祷祝 议论 传报
    禀报 启奏 回奏 奏闻
    """
)
VERB = re.compile(rf"(?:{'|'.join(VERBS)})(?:了|着|过|起来|一声|几声|两声|的)?$")
"""How a clause ends that leads a quotation."""
THINKING = re.compile(
    r"(?:想|思|忖|寻思|想到|暗道|心下道|心中道|思量|沉吟|肚里道|心里道|自付)(?:道|曰|着|起来)?$"
    r"|(?:心中|心下|心里|肚里|暗|腹内)[^，。]{0,6}(?:想|思|忖|道|曰|说)$"
)
WRITING = re.compile(
    r"上[疏表书言]|(?:[书诗词表诏檄歌赋文联令状偈颂疏帖柬榜碑匾字语谣谶铭批册策卦易律传经史记法谚名]"
    r"|俗话|俗语|古语|常言)(?:[之略有又上中内])?(?:曰|云|道|说|写道|写着|有云|是)$"
    r"|(?:其书|其略|其文|略|有诗|为证|人有诗.{0,4}|有.{0,6}诗.{0,8}|^赞|书.{0,3})(?:为证)?(?:曰|云|道)$|^[书诗表诏词檄]"
    r"|[书写题刻批镌](?:曰|道|云|着|是)$"
)
"""What leads something written, which nobody says."""
LEADING = re.compile(
    "(?:却?被|"
    + "|".join(
        _words(
            """
            却说 且说 话说 再说 单说 原来 只见 只听得 只听 但见 但听 忽见 忽听 忽然 忽 须臾 少顷
            少时 于是 遂 乃 因此 因 便 又 亦 次日 当日 当夜 当时 当下 是夜 是日 是时 一日 此时
            那时 时 正说间 即 早有 早 方才 方 正 只 及 后 然后 惟 唯 独 旁边 傍边 傍有 旁有 帐下
            阶下 座上 席上 背后 随后 身后 马上 城上 里面 外面 这 那 同 还是 倒是 还 都 也 只有
            惟有 却是 却 果然 好 幸得 多时 良久 半晌 这里 那里 慌得个 唬得个 急得个 喜得个 慌得
            慌的 急得 唬得 吓得 喜得 恼得 谁知 不想 不料 席间 席上 座间 座上 帐中 帐前 堂上 阶前
            马前 门外 门里 楼上 城中 城下 阵前 阵上 班中 班部中 口里 更 、
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
    着 的 地 得 声 起来 一声 一 再 三 从容 恨 悔 羞 疑 戏 谑 嘲 讥 责 吩咐 分付 招呼 商议 议 思
    想 忖 寻 赞 祝 报 令 命 嘱 诉 求 央 吟 唱 念 云 啐 点 摇 跌足 拍手 把手 拊掌 鼓掌 伏地 伏 痛
    甚 深 大 高 厉 低 冷 陪 含 微 嘻 呵呵 哈哈 嘻嘻 战战兢兢 战兢兢 半日 半天 勉强 故意 喜欢
    高兴 在马上 喝采 拔剑 顾谓 何以 仰面 闻言 赶上 满眼 思量 发话 念佛 瞋目 睁目 怒目 双双
    打起精神 强笑 安慰 相视 大惊小怪 殷勤 明日 上写 何谓 点点头儿 连声 乱嚷 说不得 说不出 接过
    抱住 扯住 拉住 拦住 佯 假 诈 默 恭 敬 正色 作色 改容 作喜 回嗔 作揖 声音 用手 把手 一手 手
    指着 指定 指道 摇手 摇摇头 道声 叫声 应 应道 慌忙 急忙 赶忙 急急 忙忙 性急 心急 着急 发急
    着忙 心慌 心惊 心疑 吃惊 失惊 失色 惊讶 惊疑 诧异 不解 不悦 不乐 不忿 不平 不耐烦 没好气 而
    之 昂然 奋然 慨然 愕然 勃然 欣然 怫然 猛然 忽然 愤然 喟然 凄然 惨然 默然 然 跪下 跪倒 把眼
    一面 一边 一头 向上 乱 直 猛 忿 发怒 发狠 喜 喜得 抱怨 埋怨 拍手 拍着手 摇头 点头 回头 扭头
    低头 抬头 叩头 磕头 举手 拍案 按剑 顿足 跌脚 捶胸 咬牙 切齿 掩面 满面 陪着笑脸 嘴里 口里
    口内 口中 口称 陪罪 打躬 作揖 施礼 行礼 还礼 唱喏 称 称谢 谢恩 拱 俯伏 倒身 下拜 下 齐 齐声
    俱 皆 各 一齐 同声 答应 答应着 接着 接口 插口 插嘴 抢着 止 拦 拦住 扯住 啐 呸 嗔 怨 叹气
    叹息 发 悄悄 悄 偷偷 暗暗 暗地 随口 顺口 开口 出口 破口 起身 站起来 立起身 转身 回身 转念
    解说 追 反 倒 却才 已 早 已是 只是 只管 只得 少不得 不觉 不禁 不由 忍不住 禁不住 没奈何 无奈
    连连 再四 再三 又且 方才 这才 才 自思 自忖 自语 自叹 沉思
    """
)
_DOUBLED = r"[一-鿿]([一-鿿])(?<![太奶妈哥姐妹嬷爷公婆弟叔伯舅丫])\1"
_MANNER = re.compile(rf"(?:{'|'.join(sorted(MANNERS, key=len, reverse=True))}|{_DOUBLED})+")
_TO = "谓问对向与和同叫骂告命令唤呼指顾报嘱劝请禀责喝叱望朝冲跟教谕"
ADDRESSED = re.compile(rf"(?:说与|吩咐|分付|[{_TO}])[着了]?")
"""What stands before whom a clause says something to."""
ADDRESS = re.compile(
    rf"(?:说与|吩咐|分付|[{_TO}])[着了]?[^，。；：]{{1,6}}(?=曰|道|说|云|言|笑|问|商议|大|$)"
)
NOT_BEFORE = frozenset(_TO + "与于为被将把使遣差召请见责辞别看视待迎引赐遇送随拜讫令")
"""What no title before a name ends with: `急召黄盖曰` is not said by 黄盖."""
SHARED = re.compile("[、和及同]|并")
"""What joins a name to another one."""
OWNED = re.compile(
    "(?:的|之|家)?(?:背后|身后|手下|部下|麾下|帐下|家中|家里|部将|阵[上中里]|军[中士]|营中|寨[中内]|船上|左右|"
    "从人|从者|家人|[妻子弟母父兄侄叔婿女姊妹姐嫂孙][，曰道]|之[妻子弟母父兄侄叔婿女姊妹]|使者|"
    "丫头|丫鬟|的[^，。]{0,3}(?:母亲|父亲|娘|妈|嫂子|哥哥|兄弟|儿子|女儿|媳妇|奶妈|妻子|老婆))"
)
"""What follows the name of somebody whose person, not they, is meant."""
APPEARS = re.compile(
    "(?:^|.)(?:乃是?|却是|便是|正是|原来是|就是|转出|闪出|拥出|冲出|杀出|奔出|抢出|走出|走过|跳出|撞出|转过|闪过|钻出|端坐|坐着|立着|站着)"
)
"""What comes before somebody who is named or seen only now."""
AGAIN = re.compile("(?:又|复|再|因又|遂又|随又|乃又|便又)(?:问|说|言|叫|笑|骂|叹)?[曰道问说云叫]")
GOES_ON = re.compile(
    "(?:说着|一面|说罢|说毕|说完|说了|言讫|言毕|言罢|道罢|话毕|骂毕|骂罢|念罢|念毕|吟罢|分付毕)"
)
"""Begins what whoever spoke last does next."""
GOING_ON = re.compile(
    "(?:遂|乃|又|便|即|因|且|复|再|随|就)?(?:命|令|教|唤|叫|喝|向|回头|回顾|顾|吩咐|分付|嘱|传|指|骂|谓|附耳|低声|看了|亲自|"
    "拍|把|将|以|取|拿|举|挥|扬|掷|拔|伸|扶|拉|携|执|起身|下|上|出|入|进|转|走)|[又再复]"
)
"""May begin it too, since it names nobody and tells of no one who hears."""
ANSWERS = re.compile(
    "(?:忙|急|笑|连忙|应声|来)?(?:[答对][应言]?|回报|回说|回言|报|来报|飞报)[着了]?[曰道说云]?$"
)
"""Who does this is not who asked or sent."""
SEEN = re.compile(
    "(?:.*(?:只见|忽见|但见|早见|又见|只听得|只听|忽听|但听|只闻|闻得|忽有|当有|早有|却有|又有)"
    "|[那这有被]|旁边|傍边|傍有|旁有|却被|[唬慌吓急惊喜]得|内有|内中)"
)
"""Brings in somebody new, so that nobody of an earlier clause speaks."""
SCENE = re.compile("[ 　\n]*(?:却说|且说|话说|再说|单说|不说)")
"""Begins another scene."""
ASKS = re.compile("[问叩唤召令使教差遣命叫着]")


PRONOUNS = frozenset("他她它你我俺咱吾某")
CLASSIFIERS = frozenset("个些伙位")
NOBODY = frozenset(
    _words(
        """
        一人 有人 人 其人 那人 此人 这人 二人 两人 三人 四人 众 他 她 它 他们 她们 我 你 或 或人
        某 谁 又 自 各 皆 俱 彼 之 一 其 此 有 两个 三个 二个 四个 几个 那个 这个 一个 内一人
        数人 一将 一军 答 问 笑 对 使 俗语 常言 古人 自古 古云 俱各 口里 口中 口内 心中
        心下 心里 众皆 大众 方 忽 因 乃 遂 连 不 只 忙 名 正 回 书 诗 诗词 赞 里面 外面 内 那里
        大家 都 一面 一头 一边 再 且 人都 人人 一齐 大 悄 悄悄 这 那 也 二 三 两 上 下 少 说 道
        来 去 说的 自己 一声 叫
        """
    )
)
"""What stands before a verb of speaking and names nobody."""
PERSONS = frozenset(
    "人者将士官卒军兵臣吏夫妇女童翁叟公婆娘儿母父兄弟叔嫂侯王"
    "帝后妃主君相使官僧尼师徒民妻妾媳奴婢仆嬷妈姑姐妹哥爷郎"
    "贼妖怪魔猴鬼仙佛神龙精尉丞宰守牧目员监保户室们厮老"
)
"""How a description of a person ends."""
SEVERAL = re.compile("[一二两三四五六七八九十几数](?:个|位|名|员|[人将臣老神童仙猴僧妖客])")
"""Begins a description of more than one, who say nothing alone."""
TWO_PERSONS = frozenset(
    _words(
        """
        左右 众将 诸将 老道 道士 先生 太守 小校 都尉 和尚 夫子 老子 小子 丫头 太监 太尉 都头
        知府 知县 员外 差拨 庄客 酒保 书生 姑娘 太太 奶奶 判官 土地 妖精 行者 女子 童子 妻子
        太子 公子 弟子 门子 婆子 汉子 嫂子 妇子 老子 孩子 男子 庄子 侍卫 水手 师傅 掌柜 老道
        道婆 刺史 御史 长史 侍中 尚书 学士 驸马 国丈 国舅 头领 头目 喽罗 教头 押司 孔目 虞候
        干办 节级 牢子 公人 军师 先锋 统制 统军 侍郎 参军 主簿 从事 别驾 治中 校尉 都督 将军
        丞相 司徒 司空 太傅 太保 太师 使者 来使 天使 使臣 使命 姑子 小使 后生 先生 魔头 樵子
        老魔 二魔 三魔 头陀 渔翁 水手 刀手 凶手 打手 副手 国王
        """
    )
)
NO_PERSONS = frozenset(
    "谓对向问与把于其有曰言说声诗之以而令使教叫遣命召指唤顾告回"
    "叱集聚付语慌急奏责闻得都随厉勒附谕出入赍扬且引带是皆何尽飞、”“一了着手口心旁边里外间处内对迎见听骂看呼拜走闪钻扯怨喝望朝埋辞禀跟奔劈嘱"
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


def led_on(clause: str, at: int) -> int:
    """The end of a word that only leads on, where one stands at `at`; else `at`."""
    found = LEADING.match(clause, at)
    return found.end() if found else at


def begins(clause: str) -> int:
    """Where the subject of a clause may begin, after words that only lead on."""
    at = 0
    while (end := led_on(clause, at)) > at:
        at = end
    return at


@cache
def is_manner(text: str) -> bool:
    """Whether `text` says only how something is said, not who says it."""
    return not text or _MANNER.fullmatch(text) is not None
