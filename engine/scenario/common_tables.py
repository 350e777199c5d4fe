"""The tables that a scenario of any kind has: title and texts, what it expects, its variants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Meta, field

from dlsim.engine.kinds import KINDS
from dlsim.engine.kinds.kind import Source
from dlsim.engine.scenario.spec import Body, Expectation, Text
from dlsim.engine.scenario.tables import Number, Place, Table, convert, count, matrix, number, unknown_key
from dlsim.engine.text import shown

SCHEMA = 1
MOST_VARIANTS = 32
"""All of them are stepped together."""
LONGEST_TITLE, LONGEST_SUMMARY, LONGEST_NAME, LONGEST_SECTION = 200, 1_000, 100, 40
"""In characters; a lesson may be as long as the file."""
DEFAULT_KIND = "network"


class CommonTable(Table):
    """What a scenario of any kind holds beside its kind's own tables."""

    schema: int
    title: Any
    summary: Any = ""
    lesson: Any = ""
    section: Annotated[str, Meta(max_length=LONGEST_SECTION)] | None = None
    kind: str = DEFAULT_KIND
    expect: list[dict[str, Any]] = field(default_factory=list)
    variants: Annotated[list[dict[str, Any]], Meta(max_length=MOST_VARIANTS)] = field(default_factory=list)


class ExpectTable(Table):
    """One `[[expect]]` block; it is about the scenario as written, or about the `variant` that it names."""

    after: Annotated[int, Meta(ge=0, le=10_000_000)]
    variant: str | None = None
    digits: Annotated[int, Meta(ge=0, le=15)] = 8
    values: dict[str, Any] = field(default_factory=dict)
    outputs: list[list[Number]] | None = None
    loss: Number | None = None
    loss_below: Number | None = None
    accuracy: Annotated[float, Meta(ge=0, le=1)] | None = None


class VariantTable(Table):
    """One `[[variants]]` block."""

    name: Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)]
    set: dict[str, Any]


def read_common(tables: Mapping[str, Any], file: str) -> CommonTable:
    """The tables that every kind has; whatever else stands there must be the kind's own."""
    top = Place(file, "")
    names = CommonTable.__struct_fields__
    kind = tables.get("kind", DEFAULT_KIND)
    if isinstance(kind, str) and kind in KINDS:  # first: a key is more often misspelt than forgotten
        known = (*names, *KINDS[kind].tables)
        for key in tables:
            if key not in known:
                owner = next((other.name for other in KINDS.values() if key in other.tables), None)
                hint = f"it belongs to kind = '{owner}', and this is '{kind}'" if owner else None
                raise unknown_key(top / key, key, known, hint)
    common = convert({key: item for key, item in tables.items() if key in names}, CommonTable, top)
    if common.schema != SCHEMA:
        raise (top / "schema").error(
            f"found {shown(common.schema)}", common.schema, f"this version of dlsim reads schema = {SCHEMA}"
        )
    if common.kind not in KINDS:
        raise (top / "kind").unknown("kind of scenario", common.kind, KINDS)
    return common


def read_variants(common: CommonTable, file: str) -> dict[str, Mapping[str, Any]]:
    """What each variant sets, by its name."""
    variants: dict[str, Mapping[str, Any]] = {}
    for number_of_block, block in enumerate(common.variants):
        place = Place(file, f"variants.{number_of_block}")
        table = convert(block, VariantTable, place)
        if table.name in variants:
            raise (place / "name").error(f"there are two variants called {shown(table.name)}", table.name, "rename one")
        variants[table.name] = table.set
    return variants


def read_text(value: object, place: Place, longest: int | None = None, *, required: bool = False) -> Text:
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
        raise place.error("it is empty", value, "say in a few words what is seen")
    return text


def read_expectation(block: dict[str, Any], number_of_block: int, kind: str, body: Body, source: Source) -> Expectation:
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
        raise place.error("it says nothing to check", block, "add values, outputs, loss, loss_below or accuracy")
    KINDS[kind].judge(body, expectation, place.key, source)
    return expectation
