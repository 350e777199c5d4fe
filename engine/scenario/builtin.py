"""The built-in scenarios, in the order of the notes."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

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
