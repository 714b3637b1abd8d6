"""The texts of a card as a table takes them: its scripts run, markup and macros taken out, all of
it counted; the author's instructions; and whether the card is a narrator. The card stays as it is.
"""

import re
from collections import Counter
from functools import cached_property

from base.messages import N_
from base.text import one_line, printable
from characters.cards.card import Card
from characters.cards.lines import Voices, role_name, spoken
from characters.cards.macros import expand
from characters.cards.markup import setting_of, story_of
from characters.cards.scripts import OUTPUT, Scripts, scripts_of
from characters.character import DEEPEST, AuthorNote

ADDRESSED = N_("sentences that speak to a chat program")
LONGEST_NOTE = 400
"""Characters of an instruction that is read anew at each line; a longer one is a part of the
profile."""
DEPTH = 4
"""Where a depth prompt stands that does not say it, as in SillyTavern."""
_START = re.compile(r"^\s*<START>\s*$", re.IGNORECASE | re.MULTILINE)
_START_ANYWHERE = re.compile(r"<START>", re.IGNORECASE)
_ORIGINAL = re.compile(r"\{\{\s*original\s*\}\}", re.IGNORECASE)
_EMPTY_LINES = re.compile(r"\n[ \t\n]*\n")
_GAPS = re.compile(r"(?<=\S)[ \t]{2,}")
_SENTENCE = re.compile(r"(?<=[。！？])|(?<=[.!?])(?=\s)|(\n)")
_TO_A_PROGRAM = re.compile(
    r"\b(?:as an ai|language model|ai assistant|an? (?:helpful )?assistant|chat ?bot)\b"
    r"|\b(?:paragraphs?|markdown|tokens|nsfw|ooc|jailbreak|uncensored|system prompt|content polic)"
    r"|\b(?:internet|fictional|endless) (?:rp|role-?play|chat)\b"
    r"|\brole-?play(?:ing)? (?:chat|with)\b"
    r"|\bwrite\b.{0,40}\b(?:repl(?:y|ies)|responses?|messages?|words)\b"
    r"|\b(?:repl(?:y|ies)|responses?|messages?|outputs?)\b.{0,40}"
    r"\b(?:words|sentences|lines? long|length|format)"
    r"|\b(?:speak|talk|act|write) for \{\{user\}\}|\b(?:stay in|break) character\b"
    r"|(?:替|代替|扮演)\s*\{\{user\}\}|人工智能|语言模型|AI助手|作为AI|写手|输出格式|第[二三]人称|第[二三]人稱|[写寫][一二两三四五六七八九\d]+段|段落|字数|词元|破限|越狱|审查|系统提示|无限制|NSFW"
    r"|(?:至少|不少于|不低于|超过)\s*\d+\s*[字词段]|^(?:请|你|现在|从现在起|接下来)?.{0,8}扮演"
    r"|<\w+>|(?:使用|以|按).{0,6}(?:格式|标签)(?:输出|回复|包裹)",
    re.IGNORECASE,
)
_RULES = re.compile(
    r"(?:禁止|不要|不得|避免|严禁|嚴禁|不能|不可|切勿|勿).{0,6}(?:替|代替|代|扮演)\s*(?:\{\{user\}\}|用户|<user>)"
    r"|(?:至少|不少于|不少於|不低于|不低於)\s*\d+\s*[字词]|(?:回复|回覆|输出|輸出).{0,8}\d+\s*字"
    r"|\b(?:do not|don't|never)\b.{0,12}\b(?:speak|talk|act|write|reply) (?:for|as) "
    r"(?:\{\{user\}\}|<user>)"
    r"|\bstay in character\b",
    re.IGNORECASE,
)
"""Orders to a chat program inside of what tells who somebody is, where less is surely one."""
_WHO = re.compile(r"\s*\{\{char\}\}\s*[.。!！]?\s*", re.IGNORECASE)
_YOU_ARE = re.compile(
    r"^\s*(?:you are|you're|you play|你是|你叫)\s*(?=\{\{char\}\})", re.IGNORECASE
)
_NARRATOR_NAME = re.compile(
    r"旁白|叙述者|叙事者|说书人|主持人|守秘人|地下城主|世界(?:模拟|生成|观|卡)?(?:器)?$|模拟器|系统$|跑团"
    r"|\b(?:narrator|game ?master|dungeon ?master|storyteller|simulator|gm|dm|kp|rpg|world)\b"
    r"|\bscenario\b",
    re.IGNORECASE,
)
_NARRATOR_TAG = re.compile(
    r"^(?:narrator|rpg|scenario|world|multiple characters|game|simulator|旁白|世界|世界卡|世界观"
    r"|多角色|群像|模拟器)$",
    re.IGNORECASE,
)
_NARRATES = re.compile(
    r"\{\{char\}\}\s*(?:is|are|acts? as|will act as|plays?|serves as|will)\s*"
    r"(?:not a (?:single )?(?:character|person)"
    r"|(?:an? |the )?(?:\w+ ){0,3}?(?:narrator|narrat\w+|game ?master|dungeon ?master|storyteller"
    r"|simulator|gm\b|dm\b|rpg))"
    r"|\{\{char\}\}\s*(?:是|作为|担任|扮演|负责|将|会)[^。\n]{0,12}(?:旁白|叙述者|主持人|守秘人|地下城主|模拟器|所有(?:角色|人物|NPC))"
    r"|\{\{char\}\}[^。\n]{0,6}(?:同时|同時|分别|分別)(?:扮演|饰演|飾演|控制)"
    r"|\{\{char\}\} (?:will )?(?:plays?|controls?|portrays?|is|are) (?:multiple|several|many|all)\b"
    r"|\{\{char\}\}\s*(?:不是|并非|不代表)[^。\n]{0,8}(?:角色|人物|人)(?:[，,。\n]|$)",
    re.IGNORECASE,
)


class CardTexts:
    """Reads the texts of one card in their order, since variables go from one to the next."""

    def __init__(self, card: Card, name: str, aliases: tuple[str, ...], narrates: bool) -> None:
        self.card = card
        self.counts: Counter[str] = Counter()
        self._char = role_name(card.called) or name
        self._voices = Voices(name, aliases, narrates)
        self._variables: dict[str, str] = {}
        self._scripts: Scripts = scripts_of(card.extensions, self._char)
        description = _START.split(card.text("description"), maxsplit=1)
        self._description = description[0]
        examples = [card.text("mes_example"), *description[1:]]
        self._examples = "\n<START>\n".join(one for one in reversed(examples) if one.strip())
        self._filled(card.text("first_mes"), Counter())  # what it sets is known to all the others

    def profile(self) -> str:
        """Who the character is: description, personality, scenario, and what the author says of
        it to the model."""
        parts = [self.description()]
        parts += [self._setting(self.card.text(name)) for name in ("personality", "scenario")]
        parts.append(self.instructions())
        return "\n".join(part for part in parts if part)

    def description(self) -> str:
        """The first part of the profile, without orders to a chat program."""
        told = self._setting(self._description)
        if not _RULES.search(told):
            return told
        kept: list[str] = []
        for sentence in filter(None, _SENTENCE.split(told)):
            is_order = _RULES.search(sentence) is not None
            self.counts[ADDRESSED] += is_order
            kept += [] if is_order else [sentence]
        return _EMPTY_LINES.sub("\n\n", "".join(kept)).strip()

    def instructions(self) -> str:
        """What stands behind the profile: the system prompt, and reminders that are too long to be
        read anew at each line."""
        told = [self._instruction(self.card.text("system_prompt"))]
        told += [text for text, __ in self._reminders if len(text) > LONGEST_NOTE]
        return "\n".join(part for part in told if part)

    def notes(self) -> tuple[AuthorNote, ...]:
        """The depth prompt at its depth, and the instructions behind the history."""
        return tuple(
            AuthorNote(one_line(text), depth)
            for text, depth in self._reminders
            if text and len(text) <= LONGEST_NOTE
        )

    def examples(self) -> list[str]:
        """The lines of the sample dialogues."""
        return self._lines(self._examples, labels=True)

    def openings(self) -> tuple[str, ...]:
        """The greetings as texts of a log, less those of which nothing is left."""
        texts = ("\n".join(self._lines(text, labels=False)) for text in self.card.greetings)
        return tuple(text for text in texts if text)

    @cached_property
    def _reminders(self) -> list[tuple[str, int]]:
        found: list[tuple[str, int]] = []
        depth_prompt = self.card.extensions.get("depth_prompt")
        if isinstance(depth_prompt, dict) and isinstance(depth_prompt.get("prompt"), str):
            depth = depth_prompt.get("depth")
            whole = isinstance(depth, int | float) and 0 <= depth <= DEEPEST
            at = int(depth) if whole and depth is not None else DEPTH
            found.append((self._instruction(depth_prompt["prompt"]), at))
        found.append((self._instruction(self.card.text("post_history_instructions")), 0))
        return found

    def _instruction(self, text: str) -> str:
        """An instruction without what speaks to a chat program: a log has no replies of so many
        paragraphs, and a model that only goes on with it would write such sentences."""
        kept: list[str] = []
        for sentence in filter(None, _SENTENCE.split(_ORIGINAL.sub("", text))):
            if _TO_A_PROGRAM.search(sentence):
                self.counts[ADDRESSED] += 1
            elif not _WHO.fullmatch(told := _YOU_ARE.sub("", sentence)):
                kept.append(told)
        return self._setting("".join(kept))

    def _setting(self, text: str) -> str:
        text = _START_ANYWHERE.sub("", text)
        told = printable(self._filled(setting_of(text, self.counts)))
        if "{{" in text:
            told = _GAPS.sub(" ", told)  # where macros said nothing
        return "\n".join(line.rstrip() for line in told.split("\n")).strip()

    def _lines(self, text: str, labels: bool) -> list[str]:
        text = self._scripts.apply(text, OUTPUT, self.counts)
        return spoken(self._filled(story_of(text, self.counts)), self._voices, labels)

    def _filled(self, text: str, counts: Counter[str] | None = None) -> str:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        counts = self.counts if counts is None else counts
        return expand(text, self._char, None, None, variables=self._variables, left_out=counts)


def is_narrator(card: Card) -> bool:
    """Whether a card is rather a narrator or a world than a person, by its name, its tags, and
    what it says of itself."""
    if _NARRATOR_NAME.search(card.name) or any(map(_NARRATOR_TAG.match, card.texts("tags"))):
        return True
    fields = ("description", "scenario", "system_prompt", "personality")
    return any(_NARRATES.search(card.text(name)[:20_000]) for name in fields)
