"""Whom a person means by what they call a speaker, and who speaks that is not in the cast. Pure."""

from collections.abc import Mapping

from base.errors import KnownError
from base.messages import N_, _, series
from scenes.scene import Role, Scene, Turns

OWN = ("我", "me", "自己", "我自己", "myself")
"""What a person calls their own role."""
NARRATORS = ("旁白", "narrator", "叙述者", "敘述者")
"""What a narrator is called, where the scene has none."""
RULE_NAMES: Mapping[Turns, str] = {
    "natural": N_("natural"),
    "list": N_("list"),
    "pooled": N_("pooled"),
    "manual": N_("manual"),
}
RULE_HELP: Mapping[Turns, str] = {
    "natural": N_("who is called speaks, else one drawn by talkativeness"),
    "list": N_("round the cast in its order"),
    "pooled": N_("everyone once, in any order, then you"),
    "manual": N_("you choose each time"),
}


def own_role(scene: Scene, player: str | None) -> Role:
    """The role of the person. Raises `KnownError` where they watch."""
    if player is None:
        raise KnownError(_("you are watching and have no role; name one of the cast"))
    return scene.role(player)


def speaker_called(scene: Scene, player: str | None, name: str) -> Role | None:
    """The role that a person calls so: their own, one of the cast, or a narrator, which a scene
    without one has for as long as it speaks. `None` is nobody of the cast."""
    small = name.casefold()
    if small in OWN and not _in_cast(scene, name):
        return own_role(scene, player)
    if role := _in_cast(scene, name) or _in_cast(scene, small, folded=True):
        return role
    if small in NARRATORS:
        return narrator_of(scene)
    return None


def narrator_of(scene: Scene) -> Role:
    """The narrator of the scene, else one that is not in its cast."""
    name = NARRATORS[0] if scene.language.startswith("zh") else NARRATORS[1]
    return next((role for role in scene.cast if role.narrator), Role(name, narrator=True))


def rule_called(text: str) -> Turns:
    """The rule of that name, in any of the languages. Raises `KnownError`."""
    for rule, name in RULE_NAMES.items():
        if text.casefold() in (rule, _(name).casefold(), *_ALSO[rule]):
            return rule
    raise KnownError(_("there is no such rule; there are {names}", names=rules_told()))


def rules_told() -> str:
    """The names of the rules, by which they are typed."""
    return series(map(_, RULE_NAMES.values()))


_ALSO: Mapping[Turns, tuple[str, ...]] = {
    "natural": ("自然",),
    "list": ("轮流", "輪流", "顺序", "順序"),
    "pooled": ("轮池", "抽签", "抽籤"),
    "manual": ("手动", "手動", "指定"),
}


def _in_cast(scene: Scene, name: str, folded: bool = False) -> Role | None:
    for role in scene.cast:
        names = (role.name, *role.aliases)
        if name in (tuple(map(str.casefold, names)) if folded else names):
            return role
    return None
