"""How a person gets what an extra of this package brings."""

from base.messages import _


def not_installed(package: str | None, extra: str) -> str:
    """What is said where a package is missing that the extra brings."""
    return _(
        "{package} is not installed; in the checkout of paotuan, install it with: "
        "pip install '.[{extra}]'",
        package=package or extra,
        extra=extra,
    )


def install_anew(extra: str) -> str:
    """How an extra is installed once more over what is damaged."""
    return _(
        "in the checkout of paotuan, install it again with: "
        "pip install --force-reinstall '.[{extra}]'",
        extra=extra,
    )
