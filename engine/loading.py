"""From a scenario's name or file to a validated Scenario."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta, field

from dlsim.engine.catalogue import builtin_file, builtin_scenarios, scenarios_folder
from dlsim.engine.conversion import Number, Place, Table, convert, matrix, number, unknown_key
from dlsim.engine.errors import ScenarioError, UnknownNameError
from dlsim.engine.kinds import KINDS
from dlsim.engine.kinds.kind import Kind, Source
from dlsim.engine.paths import set_path
from dlsim.engine.scenario import Expectation, Scenario, Text
from dlsim.engine.text import clean, shorten, shown
from dlsim.engine.toml_file import read_toml, refuse_strange_values

SCHEMA = 1
DEFAULT_KIND = "network"


class CommonTable(Table):
    """What a scenario of any kind holds beside its kind's own tables."""

    schema: int
    title: Any
    summary: Any = ""
    lesson: Any = ""
    section: str | None = None
    kind: str = DEFAULT_KIND
    expect: list[dict[str, Any]] = field(default_factory=list)
    variants: list[dict[str, Any]] = field(default_factory=list)


class ExpectTable(Table):
    """One `[[expect]]` block."""

    after: Annotated[int, Meta(ge=0)]
    digits: Annotated[int, Meta(ge=0, le=15)] = 8
    values: dict[str, Any] = field(default_factory=dict)
    outputs: list[list[Number]] | None = None
    loss: Number | None = None
    loss_below: Number | None = None
    accuracy: Annotated[float, Meta(ge=0, le=1)] | None = None


class VariantTable(Table):
    """One `[[variants]]` block."""

    name: Annotated[str, Meta(min_length=1)]
    set: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where tables come from: what the scenario is called, its file, and what messages call that."""

    name: str
    path: Path | None
    file: str

    @property
    def source(self) -> Source:
        return Source(self.file, None if self.path is None else str(self.path.parent))


def load(
    name_or_path: str | Path, *, variant: str | None = None, overrides: Mapping[str, Any] | None = None
) -> Scenario:
    """The scenario called so, or in that file; in one of its variants; with values set by dotted path.

    Everything in the file is validated, all variants too, whichever way of it is asked for.
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


def variant_of(scenario: Scenario, name: str | None) -> Scenario:
    """The same scenario another way; None for as it is written. UnknownNameError for a variant that is not there."""
    if name == scenario.variant:
        return scenario
    origin = _origin_of(scenario)
    tables = dict(scenario.written)
    common = _common(tables, origin)
    variants = _variants(common, origin)
    if name is None:
        return _validated(tables, origin, None, tuple(variants), expectations=common.expect)
    if name not in variants:
        raise UnknownNameError("variant", name, variants)
    place = list(variants).index(name)
    return _variant(tables, origin, name, place, variants[name], tuple(variants))


def revise(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """`scenario` with values set by dotted path, validated again. What it expected no longer counts."""
    origin = _origin_of(scenario)
    tables = _with(dict(scenario.raw), changes, origin.file)
    revised = _validated(tables, origin, scenario.variant, scenario.variants)
    return replace(revised, written=scenario.written, overrides={**scenario.overrides, **changes})


def variant_of(scenario: Scenario, name: str | None) -> Scenario:
    """The same scenario another way, with the same values set; None for as it is written.

    UnknownNameError for a variant that is not there.
    """
    if name == scenario.variant:
        return scenario
    return _load(dict(scenario.written), _origin_of(scenario), name, scenario.overrides)


def _load(
    tables: dict[str, Any], origin: _Origin, variant: str | None, overrides: Mapping[str, Any] | None
) -> Scenario:
    common = _common(tables, origin)
    variants = _variants(common, origin)
    scenario = _validated(tables, origin, None, tuple(variants), expectations=common.expect)
    if variant is not None and variant not in variants:
        raise UnknownNameError("variant", variant, variants)
    for place, (name, changes) in enumerate(variants.items()):
        changed = _variant(tables, origin, name, place, changes, tuple(variants))
        if name == variant:
            scenario = changed
    scenario = replace(scenario, written=tables)
    return revise(scenario, overrides) if overrides else scenario


# where it is


def _find(name_or_path: str | Path) -> tuple[Path, _Origin]:
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
            remedy=f"'{builtin}' without .toml is built in"
            if builtin
            else "'dlsim list' names the built-in scenarios",
        )
    return path, _Origin(clean(path.stem), path, file)


def _is_there(path: str | Path) -> bool:
    try:
        return Path(path).exists()
    except (OSError, ValueError):  # too long a name, a NUL in it
        return False


def _origin_of(scenario: Scenario) -> _Origin:
    path = scenario.file
    is_builtin = path is None or path.parent == scenarios_folder()
    return _Origin(scenario.name, path, scenario.name if is_builtin else shorten(str(path), 200))


# what it says


def _common(tables: Mapping[str, Any], origin: _Origin) -> CommonTable:
    """The tables that every kind has; whatever else stands there must be the kind's own."""
    top = Place(origin.file, "")
    names = CommonTable.__struct_fields__
    common = convert({key: item for key, item in tables.items() if key in names}, CommonTable, top)
    if common.schema != SCHEMA:
        raise (top / "schema").error(
            f"found {shown(common.schema)}", common.schema, f"this version of dlsim reads schema = {SCHEMA}"
        )
    if common.kind not in KINDS:
        raise (top / "kind").unknown("kind of scenario", common.kind, KINDS)
    known = (*names, *KINDS[common.kind].tables)
    for key in tables:
        if key not in known:
            owner = next((kind.name for kind in KINDS.values() if key in kind.tables), None)
            hint = f"it belongs to kind = '{owner}', and this is '{common.kind}'" if owner else None
            raise unknown_key(top / key, key, known, hint)
    return common


def _validated(
    tables: dict[str, Any],
    origin: _Origin,
    variant: str | None,
    variants: tuple[str, ...],
    *,
    expectations: list[dict[str, Any]] | None = None,
) -> Scenario:
    """The scenario that `tables` describe; only as written it has `expectations`."""
    common = _common(tables, origin)
    kind = KINDS[common.kind]
    body = kind.read({key: item for key, item in tables.items() if key in kind.tables}, origin.source)
    top = Place(origin.file, "")
    return Scenario(
        name=origin.name,
        file=origin.path,
        title=_text(common.title, top / "title", required=True),
        summary=_text(common.summary, top / "summary"),
        lesson=_text(common.lesson, top / "lesson"),
        section=common.section,
        kind=common.kind,
        body=body,
        expectations=tuple(
            _expectation(block, kind, body, origin, place) for place, block in enumerate(expectations or ())
        ),
        variants=variants,
        variant=variant,
        raw=tables,
    )


def _text(value: object, place: Place, *, required: bool = False) -> Text:
    """A text, or a table of texts by language."""
    if isinstance(value, str):
        text = {"": value} if value.strip() else {}
    elif isinstance(value, dict):
        for language, item in value.items():
            if not isinstance(item, str):
                raise (place / language).error(f"found {shown(item)}", item, "this must be a text in quotes")
        text = dict(value)
    else:
        raise place.error(
            f"found {shown(value)}", value, "this must be a text, or a table of texts by language"
        )
    if required and not any(item.strip() for item in text.values()):
        raise place.error("it is empty", value, "say in a few words what is seen")
    return text


def _expectation(
    block: dict[str, Any], kind: Kind, body: Any, origin: _Origin, number_of_block: int
) -> Expectation:
    place = Place(origin.file, f"expect.{number_of_block}")
    table = convert(block, ExpectTable, place)
    expectation = Expectation(
        after=table.after,
        digits=table.digits,
        values={symbol: number(value, place / "values" / symbol) for symbol, value in table.values.items()},
        outputs=None if table.outputs is None else matrix(table.outputs, place / "outputs"),
        loss=None if table.loss is None else number(table.loss, place / "loss"),
        loss_below=None if table.loss_below is None else number(table.loss_below, place / "loss_below"),
        accuracy=table.accuracy,
    )
    if not block.keys() - {"after", "digits"}:
        raise place.error(
            "it says nothing to check", block, "add values, outputs, loss, loss_below or accuracy"
        )
    kind.judge(body, expectation, place.key, origin.source)
    return expectation


# other ways of it


def _variants(common: CommonTable, origin: _Origin) -> dict[str, Mapping[str, Any]]:
    """What each variant sets, by its name."""
    variants: dict[str, Mapping[str, Any]] = {}
    for number_of_block, block in enumerate(common.variants):
        place = Place(origin.file, f"variants.{number_of_block}")
        table = convert(block, VariantTable, place)
        if table.name in variants:
            raise (place / "name").error(
                f"there are two variants called {shown(table.name)}", table.name, "rename one"
            )
        variants[table.name] = table.set
    return variants


def _variant(
    tables: dict[str, Any],
    origin: _Origin,
    name: str,
    place: int,
    changes: Mapping[str, Any],
    names: tuple[str, ...],
) -> Scenario:
    try:
        return _validated(_with(tables, changes, origin.file), origin, name, names)
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
