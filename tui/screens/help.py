"""The keys and the log's forms, on one page."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from base.messages import _
from tui.words import language

CHINESE = r"""说话
  直接写       林默：先进去再说。
  \me 动作     \me 推开门
  （内心）      （有点不对劲）        可以接在台词后面
  【旁白】      【灯灭了】
  \emoji 表情  好啊。 \emoji 微笑     按 Tab 补全，再按换一个
  苏晚：……     替别的角色说
  Ctrl+J 或 Alt+Enter 换行；一行算一轮

什么都没写的时候
  Enter        让下一位接话；有候选时取亮着的那句
  1–9          取第几句           ↑ ↓     换亮着的
  e            改了再取           r       全部重抽
  m            再来几句           Esc     停
  Tab          换下一位           Shift+Tab  往回换
  Ctrl+Z       撤回一轮           Ctrl+Y  重做
  要以 e、r、m 或数字开头说话，先按一下空格。

任何时候
  Ctrl+E 改写上一轮   Ctrl+B 轮次与分支   PgUp PgDn 翻看
  Ctrl+P 命令面板     Ctrl+L 换场景       Ctrl+Q 退出
  每一轮说出口就已存好；退出、断电都不丢。
"""
ENGLISH = r"""Saying
  plain text     Elsa: Let us go in first.
  \me does       \me pushes the door open
  （thinks）      （Something is wrong.）   may follow a speech
  【tells】       【The lamp goes out.】
  \emoji label   Fine. \emoji smile       Tab completes after \emoji, again for the next
  Name: …        speaks for another role
  Ctrl+J or Alt+Enter breaks the line; a line is a turn

With nothing written
  Enter          lets the next one go on; takes the lit candidate
  1–9            takes that candidate     Up Down  light another
  e              edits before taking      r        draws all again
  m              draws more               Esc      stops
  Tab            chooses who is next      Shift+Tab  backwards
  Ctrl+Z         goes back a turn         Ctrl+Y   forward again
  To begin a line with e, r, m or a digit, press the space bar first.

At any time
  Ctrl+E rewrite the last turn   Ctrl+B turns and branches   PgUp PgDn scroll
  Ctrl+P commands                Ctrl+L scenes               Ctrl+Q quit
  A turn is saved when it is said; quitting or a crash loses nothing.
"""


class HelpScreen(ModalScreen[None]):
    """A page that any of its keys closes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,q,enter", "dismiss(None)", "Back", id="help.back")
    ]

    def compose(self) -> ComposeResult:
        lines = (CHINESE, ENGLISH)[language()].splitlines(keepends=True)
        text = [line if line.startswith(" ") else (line, "bold") for line in lines]
        page = VerticalScroll(Static(Content.assemble(*text), id="keys-page"), id="page")
        page.border_title = _("Help")
        yield page
