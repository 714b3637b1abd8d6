"""Lines that a person says to some only: `@苏晚 …`, `@苏晚@顾三 …`. Pure."""

from collections.abc import Collection
from dataclasses import replace

from base.errors import KnownError
from base.messages import _, series
from base.names import nearest
from base.text import is_blank, shown
from scenes.log import WHISPERED, Entry
from scenes.scene import Role, Scene

AT = ("@", "＠")
_APART = " ，,：:"


def whispered_to(scene: Scene, line: str) -> tuple[tuple[str, ...], str]:
    """The roles that a line names before it says anything, and the rest of it; nobody where it is
    no whisper to one of the cast."""
    to, rest = _named(scene, line)
    return ((), line) if rest.startswith(AT) else (tuple(dict.fromkeys(to)), rest)


def _named(scene: Scene, line: str) -> tuple[list[str], str]:
    """The roles that stand behind `@` one after another, and the rest, which still begins with one
    where that is nobody's."""
    names = {name.casefold(): r.name for r in scene.cast for name in (r.name, *r.aliases)}
    longest = sorted(names, key=len, reverse=True)
    to, rest = list[str](), line
    while rest.startswith(AT):
        behind = rest[1:].casefold()
        name = next((name for name in longest if behind.startswith(name)), None)
        if name is None:
            break
        to.append(names[name])
        rest = rest[1 + len(name) :].lstrip(_APART)
    return to, rest


def addressed(scene: Scene, entry: Entry) -> Entry:
    """A line that was written in place of another, for those alone whom it begins by naming."""
    if entry.to or entry.kind not in WHISPERED or not entry.text.startswith("@"):
        return entry
    to, rest = whispered_to(scene, entry.text)
    to = tuple(name for name in to if name != entry.speaker)
    if not to or is_blank(rest):
        return entry
    if entry.kind == "speech" and rest.startswith("\\me ") and not is_blank(rest[4:]):
        return replace(entry, kind="action", text=rest[4:].strip(), thought="", to=to)
    return replace(entry, text=rest, to=to)


def begins_with_at(line: str) -> bool:
    """Whether a line may be a whisper to somebody."""
    return line.startswith(AT) and line[1:2].isalnum()


def nobody_called(scene: Scene, line: str) -> str:
    """That nobody is called as a line says, with the nearest who is."""
    __, rest = _named(scene, line)
    word = rest[1:].split(" ")[0].split("@")[0].split("＠")[0]
    names = [name for role in scene.cast for name in (role.name, *role.aliases)]
    return _(
        "nobody here is called {name}{hint}: Enter again says it to all",
        name=shown(word),
        hint=nearest(word, names),
    )


def whisper(entry: Entry, to: Collection[str], role: Role | None) -> Entry:
    """The line for `to` alone, who are not `role` itself. Raises `KnownError`."""
    others = tuple(name for name in to if role is None or name != role.name)
    if not others:
        raise KnownError(
            _("to whom? @{name} is you; a thought is written （…）", name=next(iter(to)))
        )
    if is_blank(entry.text):
        raise KnownError(_("nothing is said in this line"))
    if entry.kind not in WHISPERED:
        raise KnownError(
            _("a thought is heard by nobody: leave out @{names}", names=series(others))
        )
    return replace(entry, to=others)
