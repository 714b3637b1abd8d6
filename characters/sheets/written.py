"""A sheet as a person writes it into a field: numbers in a row, anything else a line each. Pure."""

from characters.sheets.names import ITEMS, key_in, same, usual_name
from characters.sheets.st import read_st
from characters.sheets.values import apart


def sheet_written(text: str) -> object:
    """The sheet that lines such as `HP11 侦查60` and `物品：手电、绳子` are, as YAML has it.

    What cannot be read is given back as it stands, so that whoever checks the file refuses it.
    """
    sheet: dict[str, object] = {}
    for line in filter(None, map(str.strip, text.split("\n"))):
        read = read_st(line)
        if read.assignments and not read.rest and not read.name:
            for one in read.assignments:
                value = one.number
                sheet[_key(sheet, one.key)] = one.change if value is None else value
            continue
        name, colon, told = line.replace("：", ":").partition(":")
        if not colon or not told.strip():
            return text
        things = same(name) == same(ITEMS)
        sheet[_key(sheet, name)] = apart(told) if things else told.strip()
    return sheet


def _key(sheet: dict[str, object], name: str) -> str:
    return key_in(sheet, name) or usual_name(name)
