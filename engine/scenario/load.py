"""From a scenario's name or file to a validated Scenario."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from dlsim.engine.errors import ScenarioError, UnknownNameError
from dlsim.engine.kinds import KINDS
from dlsim.engine.kinds.kind import Source
from dlsim.engine.scenario.builtin import builtin_file, builtin_scenarios, scenarios_folder
from dlsim.engine.scenario.common_tables import (
    LONGEST_SUMMARY,
    LONGEST_TITLE,
    read_common,
    read_expectation,
    read_text,
    read_variants,
)
from dlsim.engine.scenario.paths import set_path
from dlsim.engine.scenario.spec import Opened, Scenario
from dlsim.engine.scenario.tables import Place
from dlsim.engine.scenario.toml import read_toml, refuse_strange_values
from dlsim.engine.text import clean, shorten, shown

SINGLE_NUMBERS = ("data.inputs.", "data.targets.")
"""Paths of single numbers set over those of a file or a generator."""


class _Origin(Struct, frozen=True):
    """Where tables come from: what the scenario is called, its file, what messages call that, what has been read."""

    name: str
    path: Path | None
    file: str
    opened: Opened = field(default_factory=Opened)

    @property
    def source(self) -> Source:
        return Source(self.file, None if self.path is None else str(self.path.parent), self.opened.samples)


def load(
    name_or_path: str | Path, *, variant: str | None = None, overrides: Mapping[str, Any] | None = None
) -> Scenario:
    """The scenario called so, or in that file; in one of its variants; with values set by dotted path.

    Everything in the file is validated, all variants too, whichever is asked for.
    """
    path, origin = _find(name_or_path)
    return _load(read_toml(path, origin.file), origin, variant, overrides)


def load_tables(
    tables: Mapping[str, Any],
    *,
    name: str = "untitled",
    file: Path | None = None,
    variant: str | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Scenario:
    """The same from tables that are there already; `file` is where data files beside it are looked for."""
    origin = _Origin(clean(name), file, str(file or name))
    return _load(refuse_strange_values(dict(tables), origin.file), origin, variant, overrides)


def revise(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """`scenario` with values set by dotted path, validated again. What it expected no longer counts; of its data file,
    what was there when it was opened still does.
    """
    origin = _origin_of(scenario)
    tables, earlier = _with(dict(scenario.raw), changes, origin.file), _still_set(scenario.overrides, changes)
    try:
        revised = _validated(tables, origin, scenario.variant, scenario.variants)
    except ScenarioError as error:
        raise _about_earlier(error, earlier) from None
    return replace(revised, overrides={**earlier, **changes})


def _about_earlier(error: ScenarioError, earlier: Mapping[str, Any]) -> ScenarioError:
    """The same error; where it is about a number of the data that was set earlier, the remedy says so."""
    key = error.key or ""
    path = next((path for path in earlier if f"{path}.".startswith(f"{key}.")), None)
    if path is None or not key.startswith(SINGLE_NUMBERS):
        return error
    remedy = f"{path} was set beside the file, by an edit say: undo that first"
    return ScenarioError(error.problem, file=error.file, key=error.key, value=error.value, remedy=remedy)


def _still_set(overrides: Mapping[str, Any], changes: Mapping[str, Any]) -> Mapping[str, Any]:
    """Those that hold beside later `changes`: what was set inside of what is now set as a whole does not."""
    inside = tuple(f"{path}." for path in changes)
    return {path: value for path, value in overrides.items() if path not in changes and not path.startswith(inside)}


def variant_of(scenario: Scenario, name: str | None) -> Scenario:
    """The same scenario in another variant, with the same values set; None for as it is written.

    UnknownNameError for a variant that is not there.
    """
    return scenario if name == scenario.variant else _chosen(scenario.opened, name, scenario.overrides)


def _load(
    tables: dict[str, Any], origin: _Origin, variant: str | None, overrides: Mapping[str, Any] | None
) -> Scenario:
    _read(tables, origin)
    return _chosen(origin.opened, variant, overrides)


def _chosen(opened: Opened, name: str | None, overrides: Mapping[str, Any] | None) -> Scenario:
    if name not in opened.variants:
        raise UnknownNameError("variant", name or "", (known for known in opened.variants if known))
    chosen = opened.variants[name]
    return revise(chosen, overrides) if overrides else chosen


# where it is


def _find(name_or_path: str | Path) -> tuple[Path, _Origin]:
    if not str(name_or_path).strip():
        raise ScenarioError("neither a name nor a file is given", remedy="'dlsim list' names the built-in scenarios")
    if isinstance(name_or_path, str):
        if name_or_path in builtin_scenarios():
            path = builtin_file(name_or_path)
            return path, _Origin(name_or_path, path, name_or_path)
        separators = {"/", os.sep, os.altsep or "/"}
        if not (name_or_path.endswith(".toml") or separators & set(name_or_path) or _is_there(name_or_path)):
            raise UnknownNameError("scenario", shorten(name_or_path), builtin_scenarios())
    path = Path(name_or_path)
    file = shorten(str(name_or_path), 200)
    if not _is_there(path):
        builtin = path.stem if path.stem in builtin_scenarios() else None
        raise ScenarioError(
            "there is no such file",
            file=file,
            value=file,
            remedy=f"'{builtin}' without .toml is built in" if builtin else "'dlsim list' names the built-in scenarios",
        )
    return path, _Origin(clean(path.stem), path, file)


def _is_there(path: str | Path) -> bool:
    path = Path(path)
    try:
        return path.exists() or path.is_symlink()
    except PermissionError:  # reading it says so
        return True
    except (OSError, ValueError):  # too long a name, a NUL in it
        return False


def _origin_of(scenario: Scenario) -> _Origin:
    path = scenario.file
    is_builtin = path is None or path.parent == scenarios_folder()
    file = scenario.name if is_builtin else shorten(str(path), 200)
    return _Origin(scenario.name, path, file, scenario.opened)


# what it says


def _validated(
    tables: dict[str, Any],
    origin: _Origin,
    variant: str | None,
    variants: tuple[str, ...],
    *,
    expectations: list[dict[str, Any]] | None = None,
) -> Scenario:
    """The scenario that `tables` describe; of `expectations`, what is about this variant."""
    common = read_common(tables, origin.file)
    kind = KINDS[common.kind]
    body = kind.read({key: item for key, item in tables.items() if key in kind.tables}, origin.source)
    top = Place(origin.file, "")
    return Scenario(
        name=origin.name,
        file=origin.path,
        title=read_text(common.title, top / "title", LONGEST_TITLE, required=True),
        summary=read_text(common.summary, top / "summary", LONGEST_SUMMARY),
        lesson=read_text(common.lesson, top / "lesson"),
        section=common.section,
        kind=common.kind,
        body=body,
        expectations=tuple(
            read_expectation(block, place, common.kind, body, origin.source)
            for place, block in enumerate(expectations or ())
            if block.get("variant") == variant
        ),
        variants=variants,
        variant=variant,
        raw=tables,
        opened=origin.opened,
    )


# variants of it


def _read(tables: dict[str, Any], origin: _Origin) -> None:
    """The scenario as written, then all its variants, into what `origin` has opened."""
    common = read_common(tables, origin.file)
    variants = read_variants(common, origin.file)
    names, opened = tuple(variants), origin.opened.variants
    for place, block in enumerate(common.expect):
        about = block.get("variant")
        if about is not None and about not in names:
            raise (Place(origin.file, f"expect.{place}") / "variant").unknown("variant", about, names)
    opened[None] = _validated(tables, origin, None, names, expectations=common.expect)
    for place, (name, changes) in enumerate(variants.items()):
        try:
            changed = _with(tables, changes, origin.file)
            opened[name] = _validated(changed, origin, name, names, expectations=common.expect)
        except ScenarioError as error:
            raise ScenarioError(
                f"in variant {shown(name)} (variants.{place}): {error.problem}",
                file=origin.file,
                key=error.key,
                value=error.value,
                remedy=error.remedy,
            ) from None


def _with(tables: dict[str, Any], changes: Mapping[str, Any], file: str) -> dict[str, Any]:
    for path, value in changes.items():
        tables = set_path(tables, path, value, file)
    return refuse_strange_values(tables, file)
