"""Dates and clocks as programs and people of several languages write them, as parts of patterns."""

_WORD = (
    r"(?:上午|下午|中午|凌晨|早上|清晨|傍晚|晚上|午前|午後|午后|오전|오후"
    r"|[AaPp]\.?[Mm]\.?)"
)
"""Which half of the day it is."""
_WEEKDAY = r"(?:(?:星期|周|週|礼拜)[一二三四五六日天]|[月火水木金土日]曜日?)"
_MONTH = (
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|janv|févr|mars|avr|mai|juin|juil|août"
    r"|sept|déc|Mär|Mai|Okt|Dez|ene|abr|ago|dic)[a-zéûä]{0,7}\.?"
)
CLOCK = (
    rf"(?:{_WORD}\s?)?(?:[0-9]{{1,2}}[:：][0-9]{{2}}(?:[:：][0-9]{{2}}(?:[.,][0-9]{{1,6}})?)?"
    rf"|[0-9]{{1,2}}[时時点點][0-9]{{1,2}}分(?:[0-9]{{1,2}}秒)?)"
    rf"(?:Z|[+-][0-9]{{2}}:?[0-9]{{2}})?(?:\s?{_WORD})?"
)
"""`19:05:40`, `7:05 PM`, `下午7:05`, `19时05分`."""
EXACT = (
    rf"(?:{_WORD}\s?)?[0-9]{{1,2}}[:：][0-9]{{2}}[:：][0-9]{{2}}(?:[.,][0-9]{{1,6}})?"
    rf"(?:\s?{_WORD})?"
)
"""A clock with seconds, which nobody writes in prose."""
DATE = (
    r"(?:[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}"
    r"|(?:[0-9]{4}[年년]\s?)?[0-9]{1,2}[月월]\s?[0-9]{1,2}[日号號일]"
    r"|[0-9]{1,2}[-/.][0-9]{1,2}(?:[-/.][0-9]{2,4})?"
    rf"|{_MONTH} [0-9]{{1,2}}(?:,? [0-9]{{4}})?"
    rf"|[0-9]{{1,2}}\.?[- ]{_MONTH}(?:[- ,]+[0-9]{{2,4}})?"
    rf"|今天|昨天|前天|今日|昨日|오늘|어제|[Tt]oday|[Yy]esterday|{_WEEKDAY})"
    rf"(?:\s?[(（]?{_WEEKDAY}[)）]?)?"
)
"""`2026-03-21`, `2026年3月21日 星期六`, `3/21/2026`, `May 01, 2024`, `01-May-24`, `昨天`."""
JOINT = r"(?:[,，]?\s{0,3}|T|\s+at\s+)"
DATED = rf"{DATE}{JOINT}{CLOCK}"
WHEN = rf"(?:{DATE}{JOINT})?{CLOCK}"
"""A clock, and the date before it where there is one."""
