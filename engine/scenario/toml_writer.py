"""Tables written as TOML, so that reading the text gives the same tables to the last bit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

WIDEST_LINE = 100
"""A list that does not fit such a line has an item a line."""

_BARE = r"[A-Za-z0-9_-]+"
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def write_toml(tables: Mapping[str, Any]) -> str:
    """The text of a file with these tables; None values are left out."""
    return "\n".join(_table(tables, ())).strip("\n") + "\n"


def _table(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    """First what stands in the table itself, then the tables in it, each under its header."""
    inner = {key: item for key, item in table.items() if _has_header(item, path)}
    for key, item in table.items():
        if key not in inner and item is not None:
            yield f"{_key(key)} = {_value(item)}"
    for key, item in inner.items():
        here = (*path, key)
        name = ".".join(map(_key, here))
        for block in item if isinstance(item, list) else [item]:
            yield ""
            yield f"[[{name}]]" if isinstance(item, list) else f"[{name}]"
            yield from _table(block, here)


def _has_header(item: Any, path: tuple[str, ...]) -> bool:
    """Tables of the file get a header, and so do lists of tables there; what lies deeper is written in its line."""
    if path:
        return False
    return isinstance(item, Mapping) or (
        isinstance(item, list) and bool(item) and all(isinstance(each, Mapping) for each in item)
    )


def _key(key: str) -> str:
    return key if re.fullmatch(_BARE, key) else _text(key)


def _value(value: Any, indent: str = "") -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _long_text(value) if "\n" in value and not indent else _text(value)
        case int() | float():
            return repr(value)
        case Mapping():
            items = [f"{_key(key)} = {_value(item, indent + '  ')}" for key, item in value.items() if item is not None]
            return f"{{ {', '.join(items)} }}" if items else "{}"
        case Sequence():
            return _list([_value(item, indent + "  ") for item in value], indent)
    raise TypeError(f"TOML has nothing for {type(value).__name__}")


def _list(items: list[str], indent: str) -> str:
    line = f"[{', '.join(items)}]"
    if len(indent) + len(line) <= WIDEST_LINE and "\n" not in line:
        return line
    lines = "".join(f"{indent}  {item},\n" for item in items)
    return f"[\n{lines}{indent}]"


def _text(text: str) -> str:
    return f'"{_escaped(text)}"'


def _long_text(text: str) -> str:
    """A text over several lines; the break after the opening quotes does not count."""
    lines = (_escaped(line) for line in text.split("\n"))
    return '"""\n' + "\n".join(lines) + '"""'


def _escaped(text: str) -> str:
    return "".join(
        _ESCAPES.get(one) or (f"\\u{ord(one):04X}" if ord(one) < 32 or ord(one) == 127 else one) for one in text
    )
