"""Two runs of one scenario compared: the first number where they part, and how far they have gone."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from math import isclose, isnan
from typing import Literal

import numpy as np
from msgspec import Struct
from msgspec.structs import asdict
from numpy.typing import NDArray

from dlsim.engine.program import Op, Program, Tape
from dlsim.engine.quantity import Quantity, Ref, Whose
from dlsim.engine.timeline import Timeline

Array = NDArray[np.float64]
ROUNDING = 1e-14
Why = Literal["here", "fork", "last"]


class Furthest(Struct, frozen=True):
    """The parameter that differs most between two runs, and its value in both."""

    symbol: str
    present: float
    other: float


class Measure(Struct, frozen=True):
    """How far apart two runs are after `iteration`: where one stands ("here"), at the first that differs where one
    stands before it ("fork"), or at the last that both have done. `losses` are both, the present run's first;
    `parameters` is the largest difference between their parameters, None for networks of another shape; `furthest`
    is whose it is, None where none differs.
    """

    iteration: int
    why: Why
    losses: tuple[float, float]
    parameters: float | None
    furthest: Furthest | None = None
    are_of_batches: bool = False  # the losses: a batch is a part of the data in one of the runs


class Difference(Struct, frozen=True):
    """The first number in which two runs differ, and its value in both; None where there is none. `row` is that of its
    sample in the training data, None where the number belongs to no sample, or to the one under the lens.
    """

    symbol: str | None = None
    present: float | None = None
    other: float | None = None
    row: int | None = None


class Comparison(Difference, frozen=True, kw_only=True):
    """`fork` is the iteration from which on something is edited, `parting` the first in which a number differs. Where
    none does (an edited sample has not been in a batch) it is the last in which they were compared. `gone` is how many
    iterations each has done at its farthest, `is_broken` whether it can go no further because a number was not finite.
    `measures` are none where one run has not done the fork, and two where both have gone beyond where one stands.

    In every pair the present run comes first; the other is that of an edit which was undone (`is_undone`), or the one
    that an edit left.
    """

    fork: int
    parting: int
    gone: tuple[int, int]
    is_broken: tuple[bool, bool]
    measures: tuple[Measure, ...]
    is_undone: bool

    @property
    def can_be_evened_out(self) -> bool:
        """Whether one run has not been as far as the other, and can go on."""
        mine, theirs = self.gone
        return mine != theirs and not self.is_broken[0 if mine < theirs else 1]

    def lacks(self, done: int) -> int | None:
        """How far the shorter run has to go on so that there is something to measure, and where `done` iterations are
        done, if the longer one has been there. None where it has been as far, or can go no further.
        """
        wanted = min(max(done, self.fork), max(self.gone))
        return wanted if self.can_be_evened_out and min(self.gone) < wanted else None


def compare(
    present: Timeline, other: Timeline, done: int, at_fork: Difference, fork: int, lens: int, *, is_undone: bool
) -> Comparison:
    """Compare the present run, in which one stands after `done` iterations with the lens on row `lens` of the data,
    with another, which `is_undone` or not; `at_fork` is the first number that differs in iteration `fork`. Moves both,
    and lets neither go further than it has been.
    """
    gone = (present.finished, other.finished)
    last = min(gone)
    parting, found = (fork, at_fork) if at_fork.symbol else _parting(present, other, fork, last, lens)
    measures: list[Measure] = []
    if last >= fork:
        here = min(max(done, fork if found.symbol is None else parting), last)
        measures.append(_measure(present, other, here, "here" if here == done else "last" if here == last else "fork"))
        if last > here:
            measures.append(_measure(present, other, last, "last"))
    return Comparison(
        **asdict(found),
        fork=fork,
        parting=parting,
        gone=gone,
        is_broken=(present.is_broken, other.is_broken),
        measures=tuple(measures),
        is_undone=is_undone,
    )


def _parting(present: Timeline, other: Timeline, fork: int, last: int, lens: int) -> tuple[int, Difference]:
    """The first iteration after `fork`, up to `last`, in which two runs differ, and in what: by their losses, or by the
    parameters that it leaves, which differ from there on.
    """
    mine, theirs = (run.losses.values[fork:last] for run in (present, other))
    places = np.flatnonzero(~np.isclose(mine, theirs, rtol=ROUNDING, atol=0.0, equal_nan=True))
    end = fork + 1 + int(places[0]) if places.size else last + 1  # none before it differs in its loss
    before = bisect_left(range(fork + 1, end), True, key=lambda place: _have_parted(present, other, place))
    found = fork + 1 + before
    if found > last:
        return max(last, fork), Difference()
    present.go_to(found)
    other.go_to(found)
    return found, first_difference(present, other, lens)


def _have_parted(present: Timeline, other: Timeline, iteration: int) -> bool:
    """Whether the parameters differ that an iteration has left, by more than rounding. Both have done it."""
    present.go_to(iteration)
    other.go_to(iteration)
    pairs = zip(present.model.parameters(landed=True), other.model.parameters(landed=True), strict=False)
    return any(
        one is not None and another is not None and not _are_close(one, another)
        for mine, theirs in pairs
        for one, another in zip(mine, theirs, strict=True)
    )


def _are_close(one: Array, another: Array) -> bool:
    return one.shape == another.shape and bool(np.isclose(one, another, rtol=ROUNDING, atol=0.0, equal_nan=True).all())


def _measure(present: Timeline, other: Timeline, iteration: int, why: Why) -> Measure:
    """Brings both there. They have been: all numbers on the way are finite."""
    present.go_to(iteration)
    other.go_to(iteration)
    mine, theirs = (float(run.losses.values[iteration - 1]) for run in (present, other))
    of_batches = any(run.model.data_calendar.batches > 1 for run in (present, other))
    return Measure(iteration, why, (mine, theirs), *_distance(present, other), are_of_batches=of_batches)


def first_difference(present: Timeline, other: Timeline, lens: int = 0) -> Difference:
    """The first number in which two runs differ by more than rounding, or that only one has; of an op in which the
    sample in row `lens` of the data is the same, that of another sample. They stand at the same iteration.
    """
    mine, theirs = present.model.tape, other.model.tape
    places = _places_in_both(mine.rows, theirs.rows, lens)
    for shared, (here, there) in _side_by_side(present.model.program, other.model.program):
        found = _differing(mine, theirs, shared, places, lens)
        if found is not None:
            return found
        if here is not None:
            return Difference(mine.symbol(here), mine.value(here, places[0][0]))
        if there is not None:
            return Difference(theirs.symbol(there), None, theirs.value(there, places[0][1]))
    return Difference()


def _places_in_both(rows: Sequence[int], others: Sequence[int], lens: int) -> Sequence[tuple[int, int]]:
    """Where each sample that both batches hold is in them, that in row `lens` first if it is one of them. Batches that
    share no sample are compared by their first ones.
    """
    place_of = {int(row): place for place, row in enumerate(others)}
    shared = [(int(row), place) for place, row in enumerate(rows) if int(row) in place_of]
    shared.sort(key=lambda each: each[0] != lens)
    return [(place, place_of[row]) for row, place in shared] or [(0, 0)]


def _side_by_side(program: Program, other: Program) -> Iterator[tuple[Sequence[Ref], tuple[Ref | None, Ref | None]]]:
    """Op by op the numbers that both runs have, in order; with the last the first that only one of them has."""
    others = {_kind(op) for op in other}
    for op, op_of_other in zip(program, other, strict=False):
        if _kind(op) != _kind(op_of_other):
            yield (), (None, op_of_other.ref(0)) if _kind(op) in others else (op.ref(0), None)
            return
        pairs = list(zip_longest(op.refs, op_of_other.refs))
        number = next((number for number, (here, there) in enumerate(pairs) if here != there), None)
        shared = [here for here, _ in pairs[:number] if here is not None]
        if number is None:
            yield shared, (None, None)
            continue
        here, there = pairs[number]
        yield shared, (here, None) if here is not None and here not in set(op_of_other.refs) else (None, there)
        return


def _differing(
    mine: Tape, theirs: Tape, refs: Sequence[Ref], places: Sequence[tuple[int, int]], lens: int
) -> Difference | None:
    """The first of an op's numbers that differs, for the first of the samples at `places` in both batches; where that
    one is the same, for any other.
    """
    here, there = places[0]
    for ref in refs:
        one, another = mine.value(ref, here), theirs.value(ref, there)
        if _differ(one, another):
            return Difference(mine.symbol(ref), one, another, _row(mine, ref, here, lens))
    if len(places) == 1 or not refs or refs[0].quantity.whose is not Whose.SAMPLE:
        return None
    in_mine, in_theirs = map(list, zip(*places, strict=True))
    for ref in refs:
        ours, others = mine.of_every_sample(ref)[in_mine], theirs.of_every_sample(ref)[in_theirs]
        if (ours == others).all():  # in a fraction of the time
            continue
        is_same = np.isclose(ours, others, rtol=ROUNDING, atol=0.0, equal_nan=True)
        if not is_same.all():
            number = int(is_same.argmin())
            row = _row(mine, ref, in_mine[number], lens)
            return Difference(mine.symbol(ref), float(ours[number]), float(others[number]), row)
    return None


def _row(tape: Tape, ref: Ref, place: int, lens: int) -> int | None:
    """The row of the data of a number's sample, where that has to be said."""
    row = int(tape.rows[place])
    return row if row != lens and ref.quantity.whose is Whose.SAMPLE else None


def _differ(one: float, another: float) -> bool:
    """Whether two numbers differ by more than another order of the same sums makes them."""
    if one == another or (isnan(one) and isnan(another)):
        return False
    return not isclose(one, another, rel_tol=ROUNDING, abs_tol=0.0)


def _kind(op: Op) -> tuple[Quantity, int | None]:
    return op.quantity, op.layer


def _distance(present: Timeline, other: Timeline) -> tuple[float | None, Furthest | None]:
    """(the largest difference of a parameter, whose it is)."""
    pairs = zip(present.model.parameters(landed=True), other.model.parameters(landed=True), strict=False)
    largest, furthest = 0.0, None
    for layer, (mine, theirs) in enumerate(pairs, start=1):
        for place_in_layer, (one, another) in enumerate(zip(mine, theirs, strict=True)):
            if one is None or another is None:
                continue
            if one.shape != another.shape:
                return None, None
            apart = np.abs(one - another).ravel()
            place = int(apart.argmax())
            if apart[place] > largest:
                largest = float(apart[place])
                index = tuple(map(int, np.unravel_index(place, one.shape)))
                symbol = present.model.tape.symbol(present.model.parameter_at(layer, place_in_layer, index))
                furthest = Furthest(symbol, float(one[index]), float(another[index]))
    return largest, furthest
