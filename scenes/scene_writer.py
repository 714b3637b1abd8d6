"""Scene files written: keys to YAML without defaults, and the commented start of a new scene."""

from collections.abc import Mapping
from typing import Literal

from base.errors import KnownError
from base.messages import _
from base.text import UNPRINTABLE, is_blank
from base.yaml_writer import yaml_text
from scenes.schema import SceneKeys


def dump(keys: SceneKeys) -> str:
    """The YAML of a scene without what is default; reading it gives the same keys."""
    values = keys.model_dump(exclude_defaults=True)
    if sampling := keys.sampling.model_dump(exclude_unset=True):
        values["sampling"] = sampling
    return yaml_text(values)


def language_of(text: str) -> Literal["zh", "en"]:
    """Which of the two a text is rather in."""
    wide = sum(character > "\u2e7f" for character in text)
    return "zh" if wide * 4 >= len(text) else "en"


def scene_with(cast: Mapping[str, str], player: str, summary: str = "", language: str = "") -> str:
    """A scene of roles that are characters, and the player's role; its language is the summary's
    unless it is given.

    `cast` gives the character of each role.
    """
    others: dict[str, object] = {name: {"character": stem} for name, stem in cast.items()}
    keys: dict[str, object] = {
        "title": "、".join(cast)[:80],
        "summary": " ".join(summary.split())[:120],
        "language": language or language_of(summary),
        "play_as": player,
        "cast": {**others, **({} if player in others else {player: {}})},
        "thoughts": "private",
    }
    return yaml_text({key: value for key, value in keys.items() if value})


def scene_template(title: str) -> str:
    """A commented scene to begin with, which loads as it is. Raises `KnownError`."""
    return TEMPLATE.replace("{title}", yaml_text({"title": titled(title)}).strip())


def titled(title: str) -> str:
    """A title as it is written. Raises `KnownError` for one that cannot be printed."""
    title = " ".join(title.split())
    if is_blank(title) or UNPRINTABLE.search(title):
        raise KnownError(_("a scene needs a title that can be printed"))
    return title


TEMPLATE = r"""# yaml-language-server: $schema=scene.schema.json
# The schema completes and checks the keys in an editor: paotuan scenes schema > scene.schema.json
{title}
summary: 一句话，写在场景列表里。
aim: 玩家想做成什么。
play_as: 旅人                 # the player's role; without this line you watch

cast:
  旅人: 初到此地，背着一只旧行囊。     # a text is the profile
  掌柜:
    profile: 客栈的主人，话多，记性好，只是从不提后院。
    voice:                    # three to five lines in the log format
      - 掌柜：客官里面请，热酒管够。 \emoji 微笑
      - 掌柜：\me 用袖子擦了擦柜台
      - 掌柜：后院？后院没什么好看的。（可别再问了） \emoji 恐惧
    talkativeness: 0.7        # chance to speak next without being named, 0 to 1
    # secret: 后院埋着前任掌柜   # in this role's own prompt, and in no other
    # character: libai        # a character of the library; what is written here comes first
    # adapter: my-lora        # a LoRA adapter or P-tuning prefix
    # sheet: {HP: 11, 侦查: 60, 物品: [灯笼]}  # skills, HP, things; F2 shows them
  说书人: {narrator: true}    # narrates with 【…】

thoughts: private             # a thought （…） is its thinker's alone; shared: all read it

opening: |
  【天黑时，官道旁只有一家客栈亮着灯。】
  掌柜：\me 举着灯迎出来
  掌柜：这么晚了，客官打哪儿来？ \emoji 困惑
  旅人：从北边来，讨碗热的。

# knowledge: [inn.yaml]       # lorebooks and wiki text beside this file
# emotions: [平静, 微笑, 微怒]  # the labels after \emoji; without this line the usual thirteen
# language: zh
# model: {use: starter, quantization: none, context: 2048, adapter: my-voice}
# sampling: {n: 5, temperature: 0.95, top_p: 0.8, max_tokens: 96}
# turns: natural              # natural, list, manual or pooled
# dice: coc7
# note: {text: 压抑，慢一点, depth: 4}   # a reminder four lines before the end of the history
# banned: [不禁, 眼中闪过]      # phrases that no candidate may hold
# ahead: 1                    # draw the likely next lines while you read
# memory: {model: none}       # who sums up long stories; none is nobody
"""
