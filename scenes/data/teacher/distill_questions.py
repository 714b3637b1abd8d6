"""What a teacher is asked of a novel in each round, and the form of its answers."""

from pydantic import BaseModel, Field

ITEMS = """你把小说片段改写成桌面角色扮演的记录。
只输出 JSON：{"items": [...]}，按原文的先后顺序。每一项的 kind 是：
info：环境、事件与旁白，写在 text 里；
say：某人说出口的话，原样抄写到 text，不带引号，说话人写在 speaker；
act：某人的动作，写在 text，去掉主语，做动作的人写在 speaker；
think：某人心里想的，原样抄写到 text，想的人写在 speaker。
say、act、think 可以加 expression，用一个词写当时的神情；说话时另有心里话，写在 think。
speaker 用片段里最完整的名字；片段里看不出是谁，写 unknown，不要猜。
不要编造，不要解释，用片段原来的语言。"""
SPEAKERS = """下面是一部小说的一段，比先前给你的更长。请指出列出的每句话是谁说的、做的或想的。
只输出 JSON：{"speakers": [{"number": 句子的编号, "speaker": "名字"}]}。仍然看不出的写 unknown。"""
LABEL = """把描写神情的词归入给定的一类，没有一类合适就写“无”。
只输出 JSON：{"label": "类别"}。"""
NONE = "无"
CHAPTER = """下面是一章小说的梗概材料，按先后排列。只输出 JSON：{"summary": 三句话以内的本章概要,
"characters": [{"name": 名字, "role": 身份,
"goal": 想要什么, "obstacle": 受阻于什么, "plan": 打算怎样}]}。
只写主要人物，最多六个；没有提到的就留空字符串。用材料原来的语言。"""
MOST_CHARACTERS = 6
ITEMS_PER_TOKEN = 1.3
"""Tokens of an answer for each of its passage: the words again, in JSON."""


class Attribution(BaseModel):
    number: int
    speaker: str


class Attributions(BaseModel):
    speakers: list[Attribution]


class Person(BaseModel):
    """What a character is up to in a chapter."""

    name: str
    role: str = ""
    goal: str = ""
    obstacle: str = ""
    plan: str = ""


class ChapterSummary(BaseModel):
    summary: str = Field(min_length=1)
    characters: list[Person] = Field(default_factory=list)
