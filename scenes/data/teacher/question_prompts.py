"""What a teacher is asked about questions to a role, in Chinese and in English."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class QuestionPrompts:
    """The words of one language; those in braces are filled in."""

    templates: Path
    """Our own templates."""
    asker: str
    values: str
    otherwise: str
    answer: str
    grounded: str
    """Added to `answer` where it is to come of facts."""
    grow: str
    in_role: str
    """The instruction of a record."""
    role: str
    world: str
    profile: str
    likes: str
    voice: str
    wanted: str
    uses: str
    facts: str
    no_facts: str
    question: str
    slots: str
    examples: str


CHINESE = QuestionPrompts(
    templates=Path(__file__).with_name("questions.yaml"),
    asker="来客",
    values=(
        '给出一个列表，每项是一个简短的词。只输出 JSON：{"values": [...]}，二十项以内，不要重复。'
    ),
    otherwise='把问题换两种说法，意思不变。只输出 JSON：{"values": ["说法一", "说法二"]}。',
    answer=(
        "你是{role}。用{role}自己的口吻、第一人称回答，不超过一百字，不知道的就说不知道。"
        '只输出 JSON：{{"answer": "回答"}}。'
    ),
    grounded=(
        "只依据给你的资料和上面的介绍作答，不要添上资料里没有的人、地、事；"
        '资料里找不到答案，就用自己的口吻说不知道，并写 "known": false。'
        '只输出 JSON：{"answer": "回答", "known": true}。'
    ),
    grow=(
        "下面是向一个角色提的问题。照样子再出{n}个新的：题材、句式、问法都要有变化，不要只换一两个词，"
        "不要重复例子。可以用花括号里的空位代替具体的词，只许用列出的空位；也可以不用空位，"
        "直接问一件具体的事。问题要这个角色在自己的世界里答得出。"
        '只输出 JSON：{{"values": ["问题", ...]}}。'
    ),
    in_role="以{role}的身份回答。",
    role="角色：",
    world="世界：",
    profile="介绍：",
    likes="喜欢：",
    voice="说话的样子：",
    wanted="要列出：",
    uses="用来填这些问题里的{slot}：",
    facts="资料：",
    no_facts="没有找到相关的资料。",
    question="问题：",
    slots="空位：",
    examples="例子：",
)
ENGLISH = QuestionPrompts(
    templates=Path(__file__).with_name("questions.en.yaml"),
    asker="Visitor",
    values=(
        "Give a list in which each item is a short phrase, in English. "
        'Only output JSON: {"values": [...]}, at most twenty items, none of them twice.'
    ),
    otherwise=(
        "Put the question in two other ways with the same meaning, in English. "
        'Only output JSON: {"values": ["first", "second"]}.'
    ),
    answer=(
        "You are {role}. Answer in English, in the first person and in {role}'s own voice, in at "
        "most eighty words; where you do not know, say so. "
        'Only output JSON: {{"answer": "the answer"}}.'
    ),
    grounded=(
        " Answer only from the facts that you are given and from what is said of you above; add no "
        "person, place or event that is not in them. If they do not hold the answer, say in your "
        'own voice that you do not know, and write "known": false. '
        'Only output JSON: {"answer": "the answer", "known": true}.'
    ),
    grow=(
        "Below are questions put to a character. Write {n} new ones like them, in English: vary "
        "the subject, the form and the wording, do not just change a word or two, and repeat no "
        "example. You may use the slots in braces in place of particular words, but only those "
        "that are listed; or use none, and ask about something in particular. The character must "
        "be able to answer from within its own world. "
        'Only output JSON: {{"values": ["question", ...]}}.'
    ),
    in_role="Answer as {role}.",
    role="Character: ",
    world="World: ",
    profile="About: ",
    likes="Likes: ",
    voice="How they talk:",
    wanted="List: ",
    uses="They are to fill {slot} in these questions:",
    facts="Facts:",
    no_facts="Nothing was found about it.",
    question="Question: ",
    slots="Slots:",
    examples="Examples:",
)
LANGUAGES = {"zh": CHINESE, "en": ENGLISH}
