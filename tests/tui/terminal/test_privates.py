"""What dlsim uses of Textual and textual-serve that they keep to themselves: in one room, and still as it was.

Where one of these tests fails after an update, its message says what has changed and which file builds upon it.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from functools import cache
from importlib.metadata import version
from pathlib import Path

import pytest
from textual import _compositor
from textual.app import App
from textual.message_pump import MessagePump

ADAPTERS = ("tui/terminal/", "cli/serve/server.py")
"""The only places where private names of others may be used."""

SIGNATURES = [
    (
        App,
        "_display",
        ["self", "screen", "renderable"],
        "tui/terminal/adapter.py overrides it to cut every update down",
    ),
    (App, "_check_bindings", ["self", "key", "priority"], "tui/terminal/adapter.py answers a key with it"),
    (MessagePump, "_context", ["self"], "tui/terminal/adapter.py types into a field within it"),
    (
        _compositor.ChopsUpdate,
        "__init__",
        ["self", "chops", "spans", "chop_ends"],
        "tui/terminal/painting.py reads the parts that changed from these",
    ),
    (
        _compositor.LayoutUpdate,
        "__init__",
        ["self", "strips", "region"],
        "tui/terminal/painting.py reads the whole screen from these",
    ),
    (
        _compositor.CompositorUpdate,
        "render_segments",
        ["self", "console"],
        "tui/terminal/painting.py has updates of its own, which Textual asks for their text by this",
    ),
]


@pytest.mark.parametrize(
    ("owner", "name", "arguments", "use"), SIGNATURES, ids=lambda value: getattr(value, "__name__", value)
)
def test_what_is_called_or_overridden_takes_the_same_arguments(owner, name, arguments, use):
    here = f"in Textual {version('textual')}"
    method = getattr(owner, name, None)
    assert method is not None, f"{here} there is no {owner.__name__}.{name} any more: {use}"
    found = list(inspect.signature(method).parameters)
    assert found == arguments, f"{here} {owner.__name__}.{name} takes {found}, no longer {arguments}: {use}"


def test_a_binding_is_checked_by_a_coroutine_that_says_whether_there_was_one():
    assert inspect.iscoroutinefunction(App._check_bindings), (
        f"in Textual {version('textual')} App._check_bindings is no coroutine any more: "
        "tui/terminal/adapter.py awaits it"
    )


def test_an_app_still_sends_what_its_update_renders():
    source = inspect.getsource(App._display)
    for part in ("isinstance(renderable, CompositorUpdate)", "renderable.render_segments(console)"):
        assert part in source, (
            f"in Textual {version('textual')} App._display does without `{part}`: tui/terminal/adapter.py hands it "
            "updates that are cut down when their render_segments is called"
        )


async def test_an_app_has_its_driver_where_suspending_looks_for_it():
    app = App()
    async with app.run_test():
        assert getattr(app, "_driver", None) is not None, (
            f"in Textual {version('textual')} an app's driver is not its _driver: tui/terminal/signals.py needs it"
        )


@pytest.mark.parametrize("name", ["_writer_thread", "_must_signal_resume"])
def test_the_driver_of_unix_has_what_suspending_reads_and_sets(name):
    driver = pytest.importorskip("textual.drivers.linux_driver", reason="no terminal of Unix").LinuxDriver
    assert f"self.{name}" in inspect.getsource(driver), (
        f"in Textual {version('textual')} LinuxDriver has no {name} any more: tui/terminal/signals.py needs it to "
        "let go of the terminal once, and to have all painted anew"
    )


def test_textual_serve_makes_its_web_application_by_a_coroutine_without_arguments():
    server = pytest.importorskip("textual_serve.server", reason="the extra 'web' is not installed").Server
    made_by = getattr(server, "_make_app", None)
    assert made_by is not None, "textual-serve's Server has no _make_app any more: cli/serve/server.py starts with it"
    assert inspect.iscoroutinefunction(made_by)
    assert list(inspect.signature(made_by).parameters) == ["self"]


def test_nothing_private_to_another_library_is_used_anywhere_else(root):
    found = []
    for house in ("tui", "cli"):
        for file in sorted((root / house).rglob("*.py")):
            place = file.relative_to(root).as_posix()
            if not place.startswith(ADAPTERS):
                found += [f"{place}:{line}: {use}" for line, use in privates_in(file, place)]
    assert found == []


def privates_in(file: Path, place: str):
    """(line, what it says) of each private name of another library in a file of ours."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    name = "dlsim." + place.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom | ast.Import):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            for module in modules:
                if not module.startswith("__") and any(is_private(part) for part in module.split(".")):
                    yield node.lineno, f"imports {module}"
        elif isinstance(node, ast.Attribute) and is_private(node.attr) and not is_ours(node, file):
            yield node.lineno, ast.unparse(node)
    for node in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        theirs = private_names_of_bases(getattr(importlib.import_module(name), node.name))
        for part in ast.walk(node):
            if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef) and part.name in theirs:
                yield part.lineno, f"overrides {part.name} in {node.name}"
            elif isinstance(part, ast.Attribute) and part.attr in theirs:
                yield part.lineno, ast.unparse(part)


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def is_ours(node: ast.Attribute, file: Path) -> bool:
    """Whether it is an object's own, a named tuple's `_replace`, or one that the same file gives its objects."""
    if isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"):
        return True
    return node.attr in ("_replace", "_exit") or f"self.{node.attr}" in file.read_text(encoding="utf-8")


def private_names_of_bases(kind: type) -> set[str]:
    """The private names that the classes of others have from which a class of ours derives."""
    return set().union(*(private_names_of(base) for base in kind.__mro__))


@cache
def private_names_of(base: type) -> frozenset[str]:
    if base.__module__.partition(".")[0] not in ("textual", "textual_serve", "rich", "click"):
        return frozenset()
    used = re.findall(r"self\.(_[a-z]\w*)\b", inspect.getsource(base))
    return frozenset([*used, *filter(is_private, vars(base))])
