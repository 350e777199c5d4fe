"""TOML files: read without trusting them, so that whatever is wrong becomes a ScenarioError; and written, so that
reading the text gives the same tables to the last bit.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import stat
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time
from math import isfinite
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dlsim.engine.errors import ScenarioError, reason_of
from dlsim.engine.numbers import typed_number
from dlsim.engine.text import clean, clean_tables, shorten, shown

LARGEST_TOML = 1024 * 1024
DEEPEST = 32
LARGEST_WHOLE = 2**63 - 1  # as TOML has it
LONGEST_KEY = 200
ORDINARY = "write a finite number"
WIDEST_LINE = 100
"""A list that does not fit such a line is written with an item a line."""

_DIGITS = re.compile(r"[0-9_]{4000,}")
"""So many in one number, and Python refuses to read it."""

_TOKEN = re.compile(
    r"""
    \"{3} (?: [^"\\]+ | \\. | "(?!"") )*+ (?: \"{3} | \Z )   # texts, closed or not: no scan is made twice
    | '{3} .*? (?: '{3} | \Z )
    | " (?: [^"\\\n]+ | \\[^\n] )*+ "?
    | ' [^'\n]*+ '?
    | \# [^\n]*+
    | [\[\]{}.,=\n]
    """,
    re.DOTALL | re.VERBOSE,
)
_KEYS = re.compile(r"\((?:'[^']*',? ?)+\)")
"""A key as the parser names it: ('training', 'epochs')."""
_PLACE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
"""A key that is written without quotes."""
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


# read


def read_toml(path: Path, file: str) -> dict[str, Any]:
    """The tables of a file, its texts cleaned; `file` is what messages call it. Raises ScenarioError for what is no
    regular file, too large, not UTF-8 or not TOML, with line and column.
    """
    return parse_toml(_decoded(read_bytes(path, LARGEST_TOML, file), file), file)


def read_bytes(path: Path, largest: int, file: str, key: str | None = None, name: str = "the file") -> bytes:
    """The content of a regular file of at most `largest` bytes. `file`, `key` and `name` are for messages: the
    scenario's file, the key that names this one, and what it calls it. Raises ScenarioError.
    """

    def refused(problem: str, remedy: str) -> ScenarioError:
        return ScenarioError(f"{name} {problem}", file=file, key=key, value=str(path), remedy=remedy)

    try:
        if not stat.S_ISREG(path.stat().st_mode):  # before it is opened: a pipe would wait for ever
            raise refused("is not a regular file", "name a file with text in it")
        with path.open("rb") as stream:
            content = stream.read(largest + 1)
    except (OSError, ValueError) as error:
        if getattr(error, "errno", None) in (errno.ENOENT, errno.ELOOP) and path.is_symlink():
            raise refused("is a broken link", "let it point to a file") from None
        if isinstance(error, FileNotFoundError):
            raise refused("does not exist", "name an existing file") from None
        raise refused(f"cannot be read: {shorten(reason_of(error))}", "name a readable file") from None
    if len(content) > largest:
        raise refused(f"is larger than {largest // 1024:,} KiB", f"keep it to {largest:,} bytes")
    return content


def parse_toml(text: str, file: str | None = None) -> dict[str, Any]:
    """The tables of a TOML text, its texts cleaned. Raises ScenarioError, see `read_toml`."""
    _refuse_depth(text, file)
    try:
        tables = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise _syntax_error(str(error), text, file) from None
    return refuse_strange_values(tables, file)


def refuse_strange_values(tables: dict[str, Any], file: str | None = None) -> dict[str, Any]:
    """`tables`, their texts cleaned. Raises ScenarioError for what no scenario uses: infinities, huge numbers, dates,
    great depth.
    """
    for key, item in tables.items():
        _refuse_strange(item, str(key), 1, file)
    cleaned: dict[str, Any] = clean_tables(tables)
    return cleaned


def parse_value(text: str, *, is_count: bool = False) -> Any:
    """One value as a command line gives it: a number as people type it, or TOML; any other word stands for itself.

    A fraction is such a word: the loader reads it, where it may stand. So is a number with a comma, unless it is a
    count: the loader refuses it, where a number has to stand.
    """
    text = text.strip()
    number = None if "/" in text else typed_number(text, is_count=is_count)
    if number is not None:
        return _ordinary(number, text)
    try:
        tables = parse_toml(f"value = {text}")
        if len(tables) == 1:
            return tables["value"]
    except ScenarioError as error:
        if text and text[0] not in "[{\"'" and "\n" not in text and error.key is None:
            return clean(text)
        if error.key is not None:
            raise ScenarioError(error.problem, value=text, remedy=error.remedy) from None
    raise ScenarioError(
        f"{shown(text)} is not a TOML value", value=text, remedy="write 0.5, true, [1, 2] or a bare word"
    )


def _ordinary(number: float, text: str) -> int | float:
    """`number`, which `text` is, unless it is none that a file may hold."""
    if _is_ordinary(number):
        return number
    problem = "is not a finite number" if text[-1].isalpha() else "is too large a number"  # inf, nan
    raise ScenarioError(f"{shown(text)} {problem}", value=text, remedy=ORDINARY)


def _decoded(content: bytes, file: str) -> str:
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8", "replace")
        raise _error_after(before, "this is not UTF-8 text", file, "save the file as UTF-8") from None


def _refuse_depth(text: str, file: str | None) -> None:
    """Refuse before parsing what would take the parser minutes or its stack: deep brackets, long keys."""
    depth = dots = 0
    for match in _TOKEN.finditer(text):
        match match[0]:
            case "[" | "{":
                depth, dots = depth + 1, 0
            case "]" | "}":
                depth, dots = max(depth - 1, 0), 0
            case ".":
                dots += 1
            case "=" | "," | "\n":
                dots = 0
            case _:
                continue
        if depth > DEEPEST or dots > DEEPEST:
            problem, remedy = f"nested more than {DEEPEST} deep", f"at most {DEEPEST} levels are allowed"
            raise _error_after(text[: match.start()], problem, file, remedy)


def _refuse_strange(value: Any, key: str, depth: int, file: str | None) -> None:
    if depth > DEEPEST:
        raise _strange(f"nested more than {DEEPEST} deep", key, None, file, f"at most {DEEPEST} levels are allowed")
    match value:
        case bool() | str():
            return
        case dict():
            for name, item in value.items():
                if len(name) > LONGEST_KEY:
                    length = f"the key {shown(name)} has {len(name):,} characters"
                    raise _strange(length, key, None, file, f"at most {LONGEST_KEY} are allowed")
                _refuse_strange(item, f"{key}.{name}", depth + 1, file)
        case list():
            for place, item in enumerate(value):
                if not _is_ordinary(item):  # a large table of numbers is soon looked through
                    _refuse_strange(item, f"{key}.{place}", depth + 1, file)
        case int():
            if abs(value) > LARGEST_WHOLE:
                raise _strange(_too_large(shown(value) if abs(value) < 10**40 else "this"), key, value, file)
        case float():
            if not isfinite(value):
                raise _strange(f"{value} is not a finite number", key, value, file)
        case date() | time():
            raise _strange(f"{shown(value)} is a date or time", key, value, file, "write a number or a text")
        case _:
            raise _strange(f"{shown(value)} is not a TOML value", key, value, file, "give a number or a text")


def _too_large(number: str) -> str:
    return f"{number} is too large a whole number"


def _is_ordinary(item: object) -> bool:
    if type(item) is int:
        return -LARGEST_WHOLE <= item <= LARGEST_WHOLE
    return type(item) is float and isfinite(item)


def _strange(problem: str, key: str, value: object, file: str | None, remedy: str = ORDINARY) -> ScenarioError:
    return ScenarioError(problem, file=file, key=shorten(key), value=value, remedy=remedy)


def _syntax_error(message: str, text: str, file: str | None) -> ScenarioError:
    """The parser's message with its place in front."""
    if digits := _DIGITS.search(text) if "digits" in message else None:
        return _error_after(text[: digits.start()], _too_large(shown(digits[0])), file, ORDINARY)
    place = _PLACE.search(message)
    named = _KEYS.sub(lambda keys: ".".join(re.findall("'([^']*)'", keys[0])), _PLACE.sub("", message))
    problem, remedy = f"this is not TOML: {shorten(named, 120)}", "see toml.io for how it is written"
    if place is not None and not place[1]:
        return _error_after(text, problem, file, remedy)
    where = f"line {place[1]}, column {place[2]}: " if place is not None else ""
    return ScenarioError(f"{where}{problem}", file=file, remedy=remedy)


def _error_after(before: str, problem: str, file: str | None, remedy: str) -> ScenarioError:
    """An error at the end of `before`, by line and column."""
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return ScenarioError(f"line {line}, column {column}: {problem}", file=file, remedy=remedy)


# written


def write_toml(tables: Mapping[str, Any]) -> str:
    """The text of a file with these tables; None values are left out. Raises TypeError for what TOML does not have."""
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
    return key if _BARE.fullmatch(key) else _quoted(key)


def _value(value: Any, indent: str = "") -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _long_text(value) if "\n" in value and not indent else _quoted(value)
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


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _long_text(text: str) -> str:
    """A text over several lines; the break after the opening quotes does not count."""
    lines = (_escaped(line) for line in text.split("\n"))
    return '"""\n' + "\n".join(lines) + '"""'


def _escaped(text: str) -> str:
    return "".join(
        _ESCAPES.get(one) or (f"\\u{ord(one):04X}" if ord(one) < 32 or ord(one) == 127 else one) for one in text
    )


def write_at_once(file: Path, text: str) -> None:
    """Put `text` in place of what `file` holds, or make it: written beside it, then moved there, so that a reader finds
    the old text or the new one, and an error leaves the old one. Its mode stays; a link leads to what is replaced.

    Raises OSError where it cannot be written, ValueError for a NUL in its name.
    """
    place = file.resolve()
    with TemporaryDirectory(prefix=".dlsim-", dir=place.parent) as folder:
        fresh = Path(folder) / "text"
        with fresh.open("w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        if place.exists():
            shutil.copymode(place, fresh)
        fresh.replace(place)
