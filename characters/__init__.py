"""Who speaks: characters as data. Knows neither models nor scenes."""

from characters.errors import CharacterError
from characters.profile import Character, load, names

__all__ = ["Character", "CharacterError", "load", "names"]
