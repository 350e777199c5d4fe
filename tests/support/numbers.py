"""Numbers by the key of their quantity, as a document writes it: `ref_to("dE_dW", 2, (0, 1))`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module

from dlsim.engine.kinds import updates
from dlsim.engine.kinds.functions.quantities import setting as function_setting
from dlsim.engine.quantity import Quantity, Ref

LAYERED = ("updates", "layered.quantities")
MODULES = {
    "network": (
        *LAYERED,
        "network.quantities",
        "network.layer_summaries",
        "network.data_summaries",
        "network.product",
        "network.costs",
    ),
    "recurrent": (*LAYERED, "recurrent.quantities"),
    "surface": ("updates", "surface.quantities"),
    "functions": ("functions.quantities",),
    "search": ("search.quantities", *LAYERED),
}


def ref_to(key: str, layer: int = 0, index: tuple[int, ...] = (), sample: int | None = None, *, kind: str = "") -> Ref:
    """The reference to a number of the quantity with this key, in a kind of scenario or in the first that has it."""
    return Ref(quantity(key, kind), layer, index, sample)


def quantity(key: str, kind: str = "") -> Quantity:
    """The quantity that has this key; LookupError for none."""
    for known in map(constants, [kind] if kind else MODULES):
        if key in known:
            return known[key]
    name, *of = key.split(":")
    if name in ("slot", "new_slot"):
        parameter = quantity(of[1], kind)
        return parameter.slot(of[0]) if name == "slot" else parameter.new_slot(of[0])
    if name == "setting":
        return function_setting(of[0]) if kind == "functions" else updates.setting(of[0])
    raise LookupError(key)


@cache
def constants(kind: str) -> dict[str, Quantity]:
    """The quantities that are constants of a kind's modules, by key."""
    found: dict[str, Quantity] = {}
    for module in MODULES[kind]:
        for value in vars(import_module(f"dlsim.engine.kinds.{module}")).values():
            for each in _within(value):
                found.setdefault(each.key, each)
    return found


def _within(value: object) -> Iterator[Quantity]:
    if isinstance(value, Quantity):
        yield value
        yield from (each for each in vars(value).values() if isinstance(each, Quantity))
    elif isinstance(value, dict):
        for each in value.values():
            yield from _within(each)
    elif hasattr(value, "__dict__") and not isinstance(value, type) and type(value).__module__.startswith("dlsim"):
        for each in vars(value).values():
            if isinstance(each, Quantity):
                yield from _within(each)
