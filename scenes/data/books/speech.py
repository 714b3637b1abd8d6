"""The clause that leads a quotation: its verb of speaking, who is addressed, what else it says."""

import re
from functools import lru_cache

from scenes.data.books.words import LEADERS, MANNERS, VERBS

VERB = re.compile(rf"(?:{'|'.join(VERBS)})(?:了|着|过|起来|一声|几声|两声|的)?$")
"""How a clause ends that leads a quotation."""
THINKING = re.compile(
    r"(?:想|思|忖|寻思|想到|暗道|心下道|心中道|思量|沉吟|肚里道|心里道|自付)(?:道|曰|着|起来)?$"
    r"|(?:心中|心下|心里|肚里|暗|腹内)[^，。]{0,6}(?:想|思|忖|道|曰|说)$"
)
WRITING = re.compile(
    r"上[疏表书言]|(?:[书诗词表诏檄歌赋文联令状偈颂疏帖柬榜碑匾字语谣谶铭批册策卦易律传经史记法谚名]"
    r"|俗话|俗语|古语|常言)(?:[之略有又上中内句])?(?:曰|云|道|说|写道|写着|有云|是)$"
    r"|(?:其书|其略|其文|略|有诗|为证|人有诗.{0,4}|有.{0,6}诗.{0,8}|^赞|书.{0,3})(?:为证)?(?:曰|云|道)$|^[书诗表诏词檄]"
    r"|[书写题刻批镌](?:曰|道|云|着|是)$"
)
"""What leads something written, which nobody says."""
LEADING = re.compile("(?:却?被|" + "|".join(LEADERS) + r"|\s)")
_DOUBLED = r"[一-鿿]([一-鿿])(?<![太奶妈哥姐妹嬷爷公婆弟叔伯舅丫])\1"
_MANNER = re.compile(
    rf"(?:{'|'.join(sorted(MANNERS, key=len, reverse=True))}|{_DOUBLED}|[一-鿿]然)+"
)
_TO = "谓问对向与和同叫骂告命令唤呼指顾报嘱劝请禀责喝叱望朝冲跟教谕"
COLON = re.compile(r"[：:∶；][ 　\n]*$|[，,][ 　\n]*$")
"""The end of a lead."""
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
    "(?:的|之|家)?(?:背后|身后|手下|部下|麾下|帐下|家中|家里|部将|阵[上中里]|队[里中]|军[中士]|营中|寨[中内]|船上|左右|"
    "从人|从者|家人|[妻子弟母父兄侄叔婿女姊妹姐嫂孙][，曰道]|之[妻子弟母父兄侄叔婿女姊妹]|使者|"
    "丫头|丫鬟|的[^，。]{0,3}(?:母亲|父亲|娘|妈|嫂子|哥哥|兄弟|儿子|女儿|媳妇|奶妈|妻子|老婆))"
)
"""What follows the name of somebody whose person, not they, is meant."""
APPEARS = re.compile(
    "(?:^|.)(?:乃是?|却是|便是|正是|原来是|就是|转出|闪出|拥出|冲出|杀出|奔出|抢出|走出|出来了|走来了|进来了|走过|跳出|撞出|转过|闪过|钻出|端坐|坐着|立着|站着)"
)
"""What comes before somebody who is named or seen only now."""
AGAIN = re.compile("(?:又|复|再|因又|遂又|随又|乃又|便又)(?:问|说|言|叫|笑|骂|叹)?[曰道问说云叫]")
GOES_ON = re.compile(
    "(?:说着|一面|说罢|说毕|说完|说了|言讫|言毕|言罢|道罢|话毕|骂毕|骂罢|念罢|念毕|吟罢|分付毕)"
)
"""Begins what whoever spoke last does next."""
GOING_ON = re.compile(
    "(?:当时|当下|随即|登时|即时|径)?(?:遂|乃|又|便|即|因|且|复|再|随|就)?(?:命|令|教|唤|叫|喝|向|回头|回顾|顾|吩咐|分付|嘱|传|指|骂|谓|附耳|低声|看了|亲自|"
    "拍|把|将|以|取|拿|举|挥|扬|掷|拔|伸|扶|拉|携|执|起身|离|到|下|上|出|入|进|转|走)|[又再复]"
)
"""May begin it too, since it names nobody and tells of no one who hears."""
ANSWERS = re.compile(
    "(?:忙|急|笑|连忙|应声|来)?(?:[答对][应言]?|告|回报|回说|回言|回禀|回答|回|报|来报|飞报)[着了]?[曰道说云]?$"
)
"""Who does this is not who asked or sent."""
SEEN = re.compile(
    "(?:.*(?:只见|忽见|但见|早见|又见|只听得|只听|忽听|但听|只闻|闻得|忽有|当有|早有|却有|又有)"
    "|.*(?:闪|转|撞|走|跳|拥|杀|冲)[出过](?:一|个|两|数)|[那这有被]|旁边|傍边|傍有|旁有|却被|[唬慌吓急惊喜]得|内有|内中)"
)
"""Brings in somebody new, so that nobody of an earlier clause speaks."""
SCENE = re.compile("[ 　\n]*(?:却说|且说|话说|再说|单说|不说)")
"""Begins another scene."""
REPORTED = re.compile("[ 　]*(?:忽|又|早|正|只|却)[^，。]{0,3}报[说道曰云称]?$")
"""Something is reported, nobody says by whom."""
COMMANDS = re.compile("吩咐|分付|嘱咐|命|叫|教|唤|劝|问|骂|告诉|喝|传令|安慰|央告|责")
"""Begins a clause that leads a quotation without a verb at its end: `吩咐众人：`."""
ASKS = re.compile("[问叩唤召令使教差遣命叫着]")


SEVERAL = re.compile("[一二两三四五六七八九十几数](?:个|位|名|员|[人将臣老神童仙猴僧妖客])")
"""Begins a description of more than one, who say nothing alone."""


_CLAUSE = re.compile("[^，。；！？!?;,…\n：:”」』]+")


def clauses(lead: str) -> list[tuple[int, str]]:
    """The clauses of a lead and where each begins."""
    return [(part.start(), part[0]) for part in _CLAUSE.finditer(lead) if not part[0].isspace()]


def led_on(clause: str, at: int) -> int:
    """The end of a word that only leads on, where one stands at `at`; else `at`."""
    leading = LEADING.match(clause, at)
    return leading.end() if leading else at


def begins(clause: str) -> int:
    """Where the subject of a clause may begin, after words that only lead on."""
    at = 0
    while (end := led_on(clause, at)) > at:
        at = end
    return at


@lru_cache(maxsize=1 << 16)
def is_manner(text: str) -> bool:
    """Whether `text` says only how something is said, not who says it."""
    return not text or _MANNER.fullmatch(text) is not None


def unaddressed(rest: str) -> str:
    """The rest of a clause without whom it is said to."""
    return ADDRESS.sub("", rest)
