"""Matrices of cases: in the ordinary run one scenario of each kind, a few sizes; the others under `-m exhaustive`."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable
from importlib.resources import files
from typing import Any

import pytest

import dlsim.scenarios
from dlsim.engine import builtin_scenarios

ONE_A_KIND = {
    "network": "xor-train",
    "recurrent": "feedforward-or-recurrent",
    "functions": "activations",
    "surface": "optimizers",
    "search": "xor-single",
}
FORWARD_ONLY = "and"
"""A network that is not trained: most of what is said of it is said in other words."""


def kind_of(name: str) -> str:
    """A built-in scenario's kind, read from its file alone."""
    text = files(dlsim.scenarios).joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text).get("kind", "network")


def each_scenario(
    argument: str = "name",
    names: Iterable[str] | None = None,
    *,
    kinds: Collection[str] = tuple(ONE_A_KIND),
    besides: Collection[str] = (),
) -> pytest.MarkDecorator:
    """Run a test for each built-in scenario, or each of `names`, of these kinds. In the ordinary run only for one of
    each kind, and for those named in `besides`.
    """
    shown = {ONE_A_KIND[kind] for kind in kinds} | set(besides)
    found = builtin_scenarios() if names is None else names
    fitting = [name for name in found if len(kinds) == len(ONE_A_KIND) or kind_of(name) in kinds]
    return thinned(argument, fitting, shown)


def thinned(
    arguments: str | tuple[str, ...], cases: Iterable[Any], shown: Collection[Any], **keywords: Any
) -> pytest.MarkDecorator:
    """Run a test for each case of a matrix: for those `shown` in every run, for the others in the exhaustive one."""
    return pytest.mark.parametrize(
        arguments,
        [
            pytest.param(
                *(case if isinstance(arguments, tuple) else (case,)),
                marks=() if case in shown else pytest.mark.exhaustive,
            )
            for case in cases
        ],
        **keywords,
    )
