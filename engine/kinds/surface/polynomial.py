"""Surfaces: polynomials in x, or in x and y, with their slopes and their notation."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dlsim.engine.numbers import general
from dlsim.engine.quantity import Formula, Ref

Array = NDArray[np.float64]
Term = tuple[float, tuple[int, ...]]
"""A factor, and the power of each coordinate."""

COORDINATES = ("x", "y")
LARGEST_POWER = 8
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Polynomial(Struct, frozen=True):
    """f(x) or f(x, y) as a sum of terms. `start` and `bounds` are where a point begins and what is drawn."""

    terms: tuple[Term, ...]
    start: tuple[float, ...]
    bounds: tuple[tuple[float, float], ...]

    @property
    def dimensions(self) -> int:
        """1 or 2."""
        return len(self.bounds)

    def value(self, *coordinates: Array | float) -> Array:
        """The height f at points given coordinate by coordinate, of any shape."""
        total = np.zeros(np.shape(coordinates[0]))
        for factor, powers in self.terms:
            product: Array | float = factor
            for coordinate, power in zip(coordinates, powers, strict=True):
                product = product * _power(coordinate, power)
            total = total + product
        return total

    def slope(self, axis: int) -> Polynomial:
        """∂f/∂x or ∂f/∂y, a polynomial again."""
        terms = []
        for factor, powers in self.terms:
            if powers[axis]:
                lowered = tuple(power - (place == axis) for place, power in enumerate(powers))
                terms.append((factor * powers[axis], lowered))
        return Polynomial(tuple(terms), self.start, self.bounds)

    def formula(self, refs: tuple[Ref, ...]) -> Formula:
        """The sum as tokens: x², 4·x³, products of both coordinates."""
        tokens: list[str | Ref] = []
        for factor, powers in self.terms:
            if tokens:
                tokens.append(" − " if factor < 0 else " + ")
            elif factor < 0:
                tokens.append("−")
            tokens += _term(abs(factor), powers, refs)
        return tuple(tokens) or ("0",)


def _power(base: Array | float, power: int) -> Array | float:
    """By multiplying: the same bits on every machine."""
    product: Array | float = 1.0
    for _ in range(power):
        product = product * base
    return product


def _term(factor: float, powers: tuple[int, ...], refs: tuple[Ref, ...]) -> list[str | Ref]:
    pieces: list[list[str | Ref]] = []
    if factor != 1 or not any(powers):
        pieces.append([general(factor)])
    for ref, power in zip(refs, powers, strict=True):
        if power:
            pieces.append([ref, str(power).translate(SUPERSCRIPTS) if power > 1 else ""])
    tokens: list[str | Ref] = []
    for piece in pieces:
        tokens += ["·", *piece] if tokens else piece
    return [token for token in tokens if token != ""]


def parse_term(text: str) -> tuple[int, ...] | None:
    """The powers in `text` ("x^2", "x*y^3", "1"); None where it is none such."""
    if text.strip() == "1":
        return (0, 0)
    powers = {"x": 0, "y": 0}
    for part in text.replace("·", "*").split("*"):
        match = re.fullmatch(r"\s*([xy])\s*(?:\^\s*([0-9]))?\s*", part)
        if not match or powers[match[1]]:
            return None
        powers[match[1]] = int(match[2] or 1)
    found = (powers["x"], powers["y"])
    return found if 0 < sum(found) <= LARGEST_POWER else None


SURFACES: Mapping[str, Polynomial] = {
    "bowl": Polynomial(((1.0, (2, 0)), (1.0, (0, 2))), (-1.6, 1.2), ((-2.0, 2.0), (-2.0, 2.0))),
    "ravine": Polynomial(((0.05, (2, 0)), (1.0, (0, 2))), (-7.0, 2.0), ((-8.0, 8.0), (-3.0, 3.0))),
    "saddle": Polynomial(((1.0, (2, 0)), (-1.0, (0, 2)), (0.25, (0, 4))), (-1.5, 0.001), ((-2.0, 2.0), (-2.0, 2.0))),
    "two_valleys": Polynomial(
        ((1.0, (4, 0)), (-2.0, (2, 0)), (0.3, (1, 0)), (1.0, (0, 2))),
        (1.7, 1.0),
        ((-2.0, 2.0), (-1.5, 1.5)),
    ),
    "double_well": Polynomial(((1.0, (4,)), (-2.0, (2,)), (0.3, (1,))), (1.9,), ((-2.0, 2.0),)),
}
