"""Two themes of our own, dark as ink and light as paper, and which of them a person sees first.

Every text in them stands out from what it is written on by 4.5 to 1 at least.
"""

from collections.abc import Iterator, Mapping

from textual.theme import BUILTIN_THEMES, Theme

from base.messages import N_, _

INK = Theme(
    name="ink",
    primary="#d9a566",
    secondary="#8fc1b5",
    accent="#e08a72",
    foreground="#e9e4d6",
    background="#14161a",
    surface="#1b1e23",
    panel="#23272d",
    warning="#e3bb66",
    error="#f0907f",
    success="#9cc68d",
    dark=True,
    variables={
        "lit": "#33383f",
        "text-muted": "#b9b3a3",
        "text-disabled": "#aca698",
        "text-primary": "#e3b57e",
        "text-secondary": "#9ccfc2",
        "text-accent": "#eda08b",
        "text-warning": "#e8c67e",
        "text-error": "#f5a394",
        "text-success": "#abd19d",
        "block-cursor-foreground": "#14161a",
        "block-cursor-background": "#ecc999",
        "block-cursor-blurred-foreground": "#e9e4d6",
        "block-cursor-blurred-background": "#33383f",
        "footer-key-foreground": "#e3b57e",
        "input-selection-background": "#5b6b66",
    },
)
PAPER = Theme(
    name="paper",
    primary="#97352a",
    secondary="#2b5d58",
    accent="#8a4a16",
    foreground="#26231c",
    background="#f7f2e6",
    surface="#f1ead9",
    panel="#e8dfc9",
    warning="#7a5406",
    error="#a3261c",
    success="#3a682c",
    dark=False,
    variables={
        "lit": "#e2d7bb",
        "text-muted": "#57513f",
        "text-disabled": "#5f5844",
        "text-primary": "#8c2f25",
        "text-secondary": "#255450",
        "text-accent": "#7a4011",
        "text-warning": "#694800",
        "text-error": "#962017",
        "text-success": "#335c27",
        "block-cursor-foreground": "#f7f2e6",
        "block-cursor-background": "#7f2a20",
        "block-cursor-blurred-foreground": "#26231c",
        "block-cursor-blurred-background": "#e2d7bb",
        "footer-key-foreground": "#8c2f25",
        "input-selection-background": "#c9d6cd",
    },
)
OURS = {INK.name: INK, PAPER.name: PAPER}
_NAMES: Mapping[str, str] = {"ink": N_("ink, a dark ground"), "paper": N_("paper, a light ground")}


def theme_names() -> list[str]:
    """All themes there are, ours first."""
    return [*OURS, *sorted(BUILTIN_THEMES)]


def shown_name(name: str) -> str:
    """A theme as the palette lists it: ours also say what they are."""
    return f"{name} · {_(_NAMES[name])}" if name in _NAMES else name


def own_variables(variables: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What our styles need of a theme that is not ours."""
    if "lit" not in variables:
        yield "lit", variables["surface-lighten-2"]


def suited(dark: bool) -> str:
    """The theme of ours for a terminal whose background is dark, or light."""
    return (INK if dark else PAPER).name
