"""From a scenario's name or file to a validated Scenario."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, ClassVar

from msgspec import Meta, Struct, field
from msgspec.structs import replace

from dlsim.engine.errors import ScenarioError, UnknownNameError
from dlsim.engine.functions.optimizers import SETTING_NAMES
from dlsim.engine.kinds import KINDS, Source
from dlsim.engine.names import Names
from dlsim.engine.scenario.spec import Body, Expectation, Opened, Scenario
from dlsim.engine.scenario.tables import Number, Place, TomlTable, convert, count, matrix, number, set_path, unknown_key
from dlsim.engine.scenario.toml import read_toml, refuse_strange_values
from dlsim.engine.text import Text, clean, shorten, shown

SCHEMA = 1
MOST_VARIANTS = 32
"""All of them are stepped together."""
LONGEST_TITLE, LONGEST_SUMMARY, LONGEST_NAME, LONGEST_SECTION = 200, 1_000, 100, 40
"""In characters; a lesson may be as long as the file."""
PICTURES = (
    *("network", "search-map", "region", "surface", "functions-plot", "unrolled", "bars", "history", "shapes"),
    *("confusion", "hidden", "descent", "rates", "costs", "product"),
)
"""What the first panel of the app may show."""
DEFAULT_KIND = "network"
SINGLE_NUMBERS = ("data.inputs.", "data.targets.")
"""Paths of single numbers set over those of a file or a generator."""
ORDER = (
    "threshold-and-bias",
    "logistic-and",
    "and",
    "nand",
    "or",
    "xor-single",
    "xor-mlp",
    "xor-train",
    "feedforward-or-recurrent",
    "activations",
    "vanishing-gradient",
    "dying-relu",
    "linear-collapse",
    "matrix-shapes",
    "losses",
    "optimizers",
    "optimizers-on-a-bowl",
    "optimizers-on-a-saddle",
    "optimizers-on-two-valleys",
    "optimizers-on-a-network",
    "momentum-escape",
    "batch-modes",
    "backprop-2-2-2",
    "epochs-batches-iterations",
    "over-and-underfitting",
)
"""Section by section, and within a section as a lecture goes: every built-in scenario has its place here."""


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
    """The built-in scenario called so, or the one in that file.

        load("backprop-2-2-2")
        load("my-network.toml", variant="momentum", overrides={"training.optimizer.learning_rate": 0.1})

    `variant` is the name of one of its variants, None for the scenario as written. `overrides` sets values by dotted
    path over what the file or the variant says. Everything in the file is validated, all variants too, whichever is
    asked for. Raises ScenarioError for what is wrong in the file, with the key's path, what was found and what is
    allowed; UnknownNameError for a name or a variant that is not there.
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
    """The same from tables that are there already, as TOML gives them.

    `name` is what the scenario is called; data files are looked for beside `file`, and refused without one.
    """
    origin = _Origin(clean(name), file, str(file or name))
    return _load(refuse_strange_values(dict(tables), origin.file), origin, variant, overrides)


def revise(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """`scenario` with values set by dotted path, validated again. What it expected no longer counts; of its data file,
    what was there when it was opened still does. Raises ScenarioError for what cannot be.
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
    remedy = f"{path} was set by an edit or by --set: undo that first"
    return ScenarioError(error.problem, file=error.file, key=error.key, value=error.value, remedy=remedy)


def _still_set(overrides: Mapping[str, Any], changes: Mapping[str, Any]) -> Mapping[str, Any]:
    """Those that hold beside later `changes`: what was set inside of what is now set as a whole does not."""
    inside = tuple(f"{path}." for path in changes)
    return {path: value for path, value in overrides.items() if path not in changes and not path.startswith(inside)}


def variant_of(scenario: Scenario, name: str | None) -> Scenario:
    """The same scenario in another variant, with the same values set; None for as it is written.

    Raises UnknownNameError for a variant that is not there.
    """
    return scenario if name == scenario.variant else _chosen(scenario.opened, name, scenario.overrides)


def _chosen(opened: Opened, name: str | None, overrides: Mapping[str, Any] | None) -> Scenario:
    if name not in opened.variants:
        raise UnknownNameError("variant", name or "", (known for known in opened.variants if known))
    chosen = opened.variants[name]
    return revise(chosen, overrides) if overrides else chosen


# where it is


@cache
def scenarios_folder() -> Path:
    """Where the built-in scenarios and their data files lie."""
    package = find_spec("dlsim.scenarios")
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError("dlsim.scenarios is not installed")
    return Path(next(iter(package.submodule_search_locations)))


@cache
def builtin_scenarios() -> tuple[str, ...]:
    """The names of the built-in scenarios, section by section."""
    names = {path.stem for path in scenarios_folder().glob("*.toml")}
    return (*(name for name in ORDER if name in names), *sorted(names.difference(ORDER)))


def builtin_file(name: str) -> Path:
    """The file of a built-in scenario."""
    return scenarios_folder() / f"{name}.toml"


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


class CommonTable(TomlTable):
    """What a scenario of any kind holds beside its kind's own tables."""

    also: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "title": ("name",),
        "summary": ("description",),
        "lesson": ("text", "notes"),
        "schema": ("version",),
    }
    examples: ClassVar[Mapping[str, str]] = {"schema": f"{SCHEMA}", "title": "'A title'"}

    schema: int
    title: Any
    summary: Any = ""
    lesson: Any = ""
    section: Annotated[str, Meta(max_length=LONGEST_SECTION)] | None = None
    kind: str = DEFAULT_KIND
    expect: list[dict[str, Any]] = field(default_factory=list)
    variants: Annotated[list[dict[str, Any]], Meta(max_length=MOST_VARIANTS)] = field(default_factory=list)
    session: dict[str, Any] = field(default_factory=dict)


class SessionTable(TomlTable):
    """`[session]`: where it opens; without it, on its network. A picture that it has not got counts for nothing."""

    picture: str = ""


class ExpectTable(TomlTable):
    """One `[[expect]]` block; it is about the scenario as written, or about the `variant` that it names."""

    also: ClassVar[Mapping[str, tuple[str, ...]]] = {"after": ("iterations", "iteration"), "accuracy": ("acc",)}
    examples: ClassVar[Mapping[str, str]] = {"after": "1"}

    after: Annotated[int, Meta(ge=0, le=10_000_000)]
    variant: str | None = None
    digits: Annotated[int, Meta(ge=0, le=15)] = 8
    values: dict[str, Any] = field(default_factory=dict)
    outputs: list[list[Number]] | None = None
    loss: Number | None = None
    loss_below: Number | None = None
    accuracy: Annotated[float, Meta(ge=0, le=1)] | None = None


class VariantTable(TomlTable):
    """One `[[variants]]` block."""

    examples: ClassVar[Mapping[str, str]] = {
        "name": "'another'",
        "set": "{ 'training.optimizer.learning_rate' = 0.1 }",
    }

    name: Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)]
    set: dict[str, Any]


def _validated(
    tables: dict[str, Any],
    origin: _Origin,
    variant: str | None,
    variants: tuple[str, ...],
    *,
    expectations: list[dict[str, Any]] | None = None,
) -> Scenario:
    """The scenario that `tables` describe; of `expectations`, what is about this variant."""
    common = _read_common(tables, origin.file)
    kind = KINDS[common.kind]
    body = kind.read({key: item for key, item in tables.items() if key in kind.tables}, origin.source)
    top = Place(origin.file, "")
    return Scenario(
        name=origin.name,
        file=origin.path,
        title=_read_text(common.title, top / "title", LONGEST_TITLE, required=True),
        summary=_read_text(common.summary, top / "summary", LONGEST_SUMMARY),
        lesson=_read_text(common.lesson, top / "lesson"),
        section=common.section,
        kind=common.kind,
        body=body,
        wording=body.wording,
        expectations=tuple(
            _read_expectation(block, place, common.kind, body, origin.source)
            for place, block in enumerate(expectations or ())
            if block.get("variant") == variant
        ),
        variants=variants,
        variant=variant,
        opens_on=_read_session(common.session, top / "session").picture,
        raw=tables,
        opened=origin.opened,
    )


def _read_common(tables: Mapping[str, Any], file: str) -> CommonTable:
    """The tables that every kind has; whatever else stands there must be the kind's own."""
    top = Place(file, "")
    names = CommonTable.__struct_fields__
    kind = tables.get("kind", DEFAULT_KIND)
    if isinstance(kind, str) and kind in KINDS:  # first: a key is more often misspelt than forgotten
        known = CommonTable.keys() | Names.listed(KINDS[kind].tables)
        for key in tables:
            if key not in known.known:
                raise unknown_key(top / key, key, known, _where_it_belongs(key, kind))
        _refuse_misplaced(tables, kind, top)
    common = convert({key: item for key, item in tables.items() if key in names}, CommonTable, top)
    if common.schema != SCHEMA:
        raise (top / "schema").error(
            f"found {shown(common.schema)}", common.schema, f"this version of dlsim reads schema = {SCHEMA}"
        )
    if common.kind not in KINDS:
        raise (top / "kind").unknown("kind of scenario", common.kind, KINDS)
    return common


def _where_it_belongs(key: str, kind: str) -> str | None:
    """Of a key that means nothing where it stands: the kind or the table that has it, None where none has."""
    owner = next((other.name for other in KINDS.values() if key in other.tables), None)
    return f"it belongs to kind = '{owner}', but this is '{kind}'" if owner else _table_with(key, kind)


def _table_with(key: str, kind: str) -> str | None:
    for name, table in KINDS[kind].tables.items():
        if found := table.keys().exactly(key):
            return f"it belongs to [{name}]: write {name}.{found[0]}"
        setting = SETTING_NAMES.exactly(key)
        if setting and "optimizer" in table.keys().known:
            return f"it belongs to the optimizer: write {name}.optimizer.{setting[0]}"
    return None


def names_of_settings(kind: str, settings: Iterable[str]) -> Names:
    """Bare names of settings of such a scenario, each with what other libraries call it."""
    also = dict(SETTING_NAMES.known)
    for table in KINDS[kind].tables.values():
        also |= table.keys().known
    return Names({name: also.get(name, ()) for name in settings})


def _refuse_misplaced(tables: Mapping[str, Any], kind: str, top: Place) -> None:
    """Keys that stand in one of the kind's tables and belong to another. What no table has, each table refuses."""
    for name, table in KINDS[kind].tables.items():
        fields, written = table.__struct_encode_fields__, tables.get(name)
        for key in written if isinstance(written, Mapping) else ():
            if key in fields:
                continue
            known = table.keys()
            is_its_own = known.meant(key) or (SETTING_NAMES.exactly(key) and "optimizer" in fields)
            if not is_its_own and (hint := _table_with(key, kind)):
                raise unknown_key(top / name / key, key, known, hint)


def _read_session(table: Mapping[str, Any], place: Place) -> SessionTable:
    session = convert(table, SessionTable, place)
    if session.picture and session.picture not in PICTURES:
        raise (place / "picture").unknown("picture", session.picture, PICTURES)
    return session


def _read_variants(common: CommonTable, file: str) -> dict[str, Mapping[str, Any]]:
    """What each variant sets, by its name."""
    variants: dict[str, Mapping[str, Any]] = {}
    for number_of_block, block in enumerate(common.variants):
        place = Place(file, f"variants.{number_of_block}")
        table = convert(block, VariantTable, place)
        if table.name in variants:
            raise (place / "name").error(f"there are two variants called {shown(table.name)}", table.name, "rename one")
        variants[table.name] = table.set
    return variants


def _read_text(value: object, place: Place, longest: int | None = None, *, required: bool = False) -> Text:
    """A text, or a table of texts by language; of so many characters at most."""
    if isinstance(value, str):
        text = {"": value} if value.strip() else {}
    elif isinstance(value, dict):
        for language, item in value.items():
            if not isinstance(item, str):
                raise (place / language).error(f"found {shown(item)}", item, "this must be a text in quotes")
        text = dict(value)
    else:
        raise place.error(f"found {shown(value)}", value, "this must be a text, or a table of texts by language")
    for language, item in text.items():
        if longest is not None and len(item) > longest:
            where = place / language if language else place
            raise where.error(
                f"found {count(len(item), 'character')}", item, f"this must be a text in quotes, its length ≤ {longest}"
            )
    if required and not any(item.strip() for item in text.values()):
        raise place.error("it is empty", value, "describe in a few words what it shows")
    return text


def _read_expectation(
    block: dict[str, Any], number_of_block: int, kind: str, body: Body, source: Source
) -> Expectation:
    """One `[[expect]]` block, as far as it can be judged without running."""
    place = Place(source.file, f"expect.{number_of_block}")
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
    if "values" in block and not table.values:
        raise (place / "values").error("it is empty", table.values, "name what is checked, or remove it")
    if not block.keys() - {"after", "variant", "digits"}:
        raise place.error("it has nothing to check", block, "add values, outputs, loss, loss_below or accuracy")
    KINDS[kind].judge(body, expectation, place.key, source)
    return expectation


# variants of it


def _load(
    tables: dict[str, Any], origin: _Origin, variant: str | None, overrides: Mapping[str, Any] | None
) -> Scenario:
    """The scenario as written and all its variants are read, whichever is asked for."""
    common = _read_common(tables, origin.file)
    variants = _read_variants(common, origin.file)
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
    return _chosen(origin.opened, variant, overrides)


def _with(tables: dict[str, Any], changes: Mapping[str, Any], file: str) -> dict[str, Any]:
    for path, value in changes.items():
        tables = set_path(tables, path, value, file)
    return refuse_strange_values(tables, file)
