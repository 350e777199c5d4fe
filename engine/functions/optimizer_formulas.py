"""An optimizer's arithmetic for one parameter, as formulas and as a line of a table: step size, state, new value."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dlsim.engine.functions.activations import fill
from dlsim.engine.functions.optimizers import Optimizer
from dlsim.engine.reference import Formula, Ref

PLUS = "⁺"
"""Behind a parameter's symbol: what the update makes of it."""
CHANGE = "Δ"
"""Before it: by how much the update moves it."""
CHANGED = {"new_W": "change_W", "new_b": "change_b", "new_p": "change_p"}
"""The quantities of both, which are known together."""
NEW = {change: new for new, change in CHANGED.items()}


def update_columns(slots: Sequence[str]) -> tuple[str, ...]:
    """What a table lists of a parameter, in the order in which one makes the next: all of the same iteration."""
    return ("before", "gradient", *(f"={slot}{PLUS}" for slot in slots), "change", "new")


def spare_columns(slots: Sequence[str]) -> tuple[str, ...]:
    """Which of them go, in this order, where there is little room: the memory, then the change, which others tell."""
    return (*(f"={slot}{PLUS}" for slot in reversed(slots)), "change")


def setting_symbol(optimizer: Optimizer, name: str) -> str:
    """How formulas write one of its settings."""
    return next(entry.symbol for entry in optimizer.settings if entry.name == name)


def rate_symbol(optimizer: Optimizer | None) -> str:
    """η, or η_t where the step size changes from update to update."""
    return "η_t" if optimizer and optimizer.rate_notation else "η"


def rate_formula(optimizer: Optimizer | None) -> Formula:
    """How the step size of an update is made; empty where it is the learning rate itself."""
    if optimizer is None or not optimizer.rate_notation:
        return ()
    return fill(optimizer.rate_notation, {"n": Ref("count:n"), "t": Ref("count:t"), **_settings(optimizer)})


def step_formula(
    optimizer: Optimizer, slot: str, parameter: Ref, gradient: Ref, slot_ref: Callable[[str, bool], Ref]
) -> Formula:
    """How a slot, or with `slot` "" the parameter itself, is renewed; `slot_ref(name, is_new)` finds the state."""
    operands: dict[str, Ref | None] = {
        "p": parameter,
        "g": gradient,
        "rate": Ref("rate") if optimizer.rate_notation else Ref("setting:learning_rate"),
        **_settings(optimizer),
    }
    for name in optimizer.slots:
        operands[name] = slot_ref(name, False)
        operands[f"{name}+"] = slot_ref(name, True)
    return fill(optimizer.slot_notation[slot] if slot else optimizer.notation, operands)


def _settings(optimizer: Optimizer) -> dict[str, Ref | None]:
    return {entry.name: Ref(f"setting:{entry.name}") for entry in optimizer.settings}
