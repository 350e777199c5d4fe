"""How a function is opened up: what it is worked out of by hand, with the numbers, line by line.

An entry of the tables of activations and losses brings its `Opening`s. The first that holds for its operands says what
is written down; the numbers in it are worked out of the full ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import exp, inf, log
from typing import Any

from msgspec import Struct, field

from dlsim.engine.quantity import UNOPENED, Opened, Ref, Worked, fill, total

Numbers = Mapping[str, float]
"""Operands by the names that notations have for them."""
Part = Callable[[Numbers], float]
Operand = Ref | str | float | Worked

ORDINARY = 20.0
"""Up to here e^z is written as it is; functions that have another form for larger numbers are said in that."""
NEARLY_ZERO = 1e-3
"""Logarithms of less are said from z: of few printed digits they would say too little."""


class Opening(Struct, frozen=True):
    """Lines in notations, each with more of it worked out than the one before.

    `parts` are the numbers that they name besides the operands, each made of those before it. Of a function of several
    units `{all}` is a sum over them: of `each`, one for every line, and there `{of}` is a unit's operand and `{part}`
    what `of_each` makes of it. `{largest}` is the largest of these operands. Where the first line is another way to
    write the function than its formula has, it is `written` with symbols too. `holds` says of which operands it is
    true.
    """

    lines: tuple[str, ...]
    parts: Mapping[str, Part] = field(default_factory=dict)
    each: tuple[str, ...] = ()
    of_each: Part | None = None
    written: bool = False
    holds: Callable[[Numbers], bool] = lambda _numbers: True
    needs: tuple[str, ...] = ()

    def of(self, outputs: int) -> Opening:
        """The same with so many outputs written into its lines."""
        division = "" if outputs == 1 else f"/{outputs}"
        lines = tuple(line.replace("/{K}", division) for line in self.lines)
        return Opening(lines, self.parts, self.each, self.of_each, self.written, self.holds, self.needs)


def opened(
    openings: Sequence[Opening],
    operands: Mapping[str, Ref | str],
    numbers: Numbers,
    all_of: tuple[Sequence[Ref], Sequence[float]] = ((), ()),
) -> Opened:
    """The first of `openings` that holds, filled in.

    `operands` are what stands in its notations, `numbers` the same as numbers, and `all_of` the operands of all units
    and their numbers.
    """
    refs, values = all_of
    known = dict(numbers)
    known["sum_of_all"], known["units"] = 0.0, float(len(values))
    place = max(range(len(values)), key=values.__getitem__, default=None)
    filled: dict[str, Operand] = dict(operands)
    if place is not None:
        filled["largest"], known["largest"], known["least"] = refs[place], values[place], min(values)
    for opening in openings:
        if all(name in known for name in opening.needs) and opening.holds(known):
            return _filled(opening, filled, known, refs, values)
    return UNOPENED


def _filled(
    opening: Opening,
    operands: Mapping[str, Operand],
    known: dict[str, float],
    refs: Sequence[Ref],
    values: Sequence[float],
) -> Opened:
    made = [opening.of_each({**known, "of": value}) for value in values] if opening.of_each else []
    known["sum_of_all"] = sum(made)
    parts: dict[str, Operand] = {**operands, "sum_of_all": known["sum_of_all"]}
    for name, part in opening.parts.items():
        parts[name] = known[name] = part(known)
    lines = list[Worked]()
    for number, line in enumerate(opening.lines):
        each = opening.each[number] if number < len(opening.each) else ""
        if each:
            terms = [fill(each, {**parts, "of": ref, "part": one}) for ref, one in zip(refs, made, strict=True)]
            parts["all"] = total(terms)
        lines.append(fill(line, parts))
    written: list[Any] = lines[:1] if opening.written else []  # of references alone
    return Opened(tuple(written), tuple(lines))


# what parts are made of


def power(number: float) -> float:
    """e to the power of a number: infinite beyond all numbers."""
    try:
        return exp(number)
    except OverflowError:
        return inf


def logarithm(number: float) -> float:
    """The natural one: of 0, minus infinity."""
    return log(number) if number > 0 else -inf
