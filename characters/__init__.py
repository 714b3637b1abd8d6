"""Who speaks: characters as data. Knows neither models nor scenes."""

from characters.profile import Character, load, names

__all__ = ["Character", "load", "names"]
