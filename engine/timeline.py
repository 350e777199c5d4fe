"""Time: which iteration stands on the tape, checkpoints behind it, and replay from them.

It knows nothing of networks. A place is an iteration; to go back, the nearest checkpoint is restored and the
iterations from there are computed again, bit for bit the same.

The checkpoints are also the course of each parameter, so a history costs a run nothing. A young run keeps all states;
an old one every second, fourth … as checkpoints are thinned. Where something was edited, the states before and after
that are kept besides.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Generator, Mapping, Sequence
from math import isnan, nan
from time import perf_counter
from typing import Any

import numpy as np
from msgspec import Struct, field
from numpy.typing import NDArray

from dlsim.engine.curve import Curve
from dlsim.engine.model import Epochs, Model
from dlsim.engine.quantity import Ref
from dlsim.engine.scenario.spec import Scenario

CHECKPOINT_BYTES = 6 << 20
OVERHEAD = 256
"""Bytes that keeping a state costs besides its numbers."""
MOST_CHECKPOINTS = 4096
"""However small a state is. A young run keeps each; going back in an old one computes anew what lies between two."""
NEAR = 24
"""How many checkpoints close to the last place gone back to are kept besides."""
SECONDS = 0.003
"""About how long a burst of iterations takes, before the screen gets its turn."""
Read = Callable[[Any, Ref], float]
"""A parameter as a state has it; states of one shape have one such."""


class Checkpoints:
    """Saved states by the iteration they come before. Over the byte budget every other one goes."""

    def __init__(self, budget: int, cost: int) -> None:
        self.spacing = 1
        """Iterations between checkpoints; thinning doubles it."""
        self._room = max(min(budget // (cost + OVERHEAD), MOST_CHECKPOINTS), 2)
        self._states: dict[int, Any] = {}
        self._places: list[int] = []  # sorted
        self._near: dict[int, Any] = {}  # the latest, in order of arrival
        self._near_room = max(min(NEAR, self._room // 4), 1)

    def __len__(self) -> int:
        return len(self._states)

    @property
    def places(self) -> tuple[int, ...]:
        """The iterations that can be restored at once."""
        return tuple(self._places)

    def up_to(self, iteration: int) -> tuple[Sequence[int], Sequence[Any]]:
        """(places, states) of those that are not after `iteration`, in order."""
        places = self._places[: bisect_right(self._places, iteration)]
        return places, [self._states[place] for place in places]

    def add(self, iteration: int, state: Any) -> None:
        """Keep `state`, which comes before `iteration`."""
        if iteration not in self._states:
            insort(self._places, iteration)
        self._states[iteration] = state
        if len(self._states) > self._room:
            self.spacing *= 2
            self._places = [place for place in self._places if (place - 1) % self.spacing == 0]
            self._states = {place: self._states[place] for place in self._places}

    def add_near(self, iteration: int, state: Any) -> None:
        """Keep `state` for a while, as one that is likely to be wanted again soon."""
        self._near.pop(iteration, None)
        self._near[iteration] = state
        while len(self._near) > self._near_room:
            del self._near[next(iter(self._near))]

    def nearest(self, iteration: int) -> tuple[int, Any]:
        """(place, state) of the last checkpoint that is not after `iteration`."""
        place = self._places[bisect_right(self._places, iteration) - 1]
        near = max((other for other in self._near if other <= iteration), default=0)
        return (near, self._near[near]) if near > place else (place, self._states[place])

    def before(self, iteration: int) -> Checkpoints:
        """Those that come before `iteration`, for a run that goes another way from there."""
        same = Checkpoints(0, 1)
        same.spacing, same._room, same._near_room = self.spacing, self._room, self._near_room
        same._places = [place for place in self._places if place < iteration]
        same._states = {place: self._states[place] for place in same._places}
        return same


class Edit(Struct, frozen=True):
    """The state that an edit found once so many updates were done, and the one that it made of it."""

    updates: int
    before: tuple[Any, Read]
    after: tuple[Any, Read]


class Jump(Struct, frozen=True):
    """What an edit made of a parameter once so many updates were done; `before` is NaN where it brought it along."""

    updates: int
    before: float
    after: float


class History(Struct, frozen=True):
    """The kept states of a run, oldest first."""

    updates: Sequence[int]
    """How many updates were done when each was kept."""
    states: Sequence[Any]
    reads: Sequence[tuple[int, Read]]
    """How the states are read that were kept from so many updates on."""
    edits: Sequence[Edit] = ()

    def of(self, parameter: Ref) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """(updates done (k,), the parameter's value then (k,)), bit for bit as stepping shows them; where an edit
        changed it, twice: before and after. NaN where there was no such parameter.
        """
        starts = [bisect_left(self.updates, start) for start, _ in self.reads]
        segments = zip(starts, [*starts[1:], len(self.states)], self.reads, strict=True)
        values = np.array(
            [
                number
                for start, end, (_, read) in segments
                for number in _numbers(self.states[start:end], read, parameter)
            ]
        )
        updates = np.array(self.updates, dtype=np.int64)
        for jump in self.jumps(parameter):
            place = int(np.searchsorted(updates, jump.updates))
            is_kept = place < len(updates) and updates[place] == jump.updates
            numbers = [jump.before] if is_kept else [jump.before, jump.after]
            updates = np.insert(updates, place, [jump.updates] * len(numbers))
            values = np.insert(values, place, numbers)
        return updates, values

    def jumps(self, parameter: Ref) -> Sequence[Jump]:
        """Where edits changed a parameter."""
        found = (
            Jump(edit.updates, _number(*edit.before, parameter), _number(*edit.after, parameter)) for edit in self.edits
        )
        return [jump for jump in found if jump.before != jump.after and not isnan(jump.after)]


def _numbers(states: Sequence[Any], read: Read, parameter: Ref) -> Sequence[float]:
    """Of states of one shape; where the parameter stands in them is asked once, as they may be thousands."""
    if not states or not isinstance(states[0], np.ndarray):
        return [_number(state, read, parameter) for state in states]
    places = np.arange(states[0].size, dtype=np.float64).reshape(states[0].shape)
    place = _number(places, read, parameter)
    return [nan] * len(states) if isnan(place) else [state.item(int(place)) for state in states]


def _number(state: Any, read: Read, parameter: Ref) -> float:
    try:
        return read(state, parameter)
    except IndexError:  # a network of another shape
        return nan


class Bursts:
    """How many iterations take about `SECONDS`: one at first, then judged by the last burst."""

    def __init__(self) -> None:
        self.size = 1
        self._begun = 0.0

    def begin(self) -> None:
        """A burst begins."""
        self._begun = perf_counter()

    def end(self) -> None:
        """It is done: its time decides on the size of the next one."""
        spent = perf_counter() - self._begun
        self.size = max(1, 2 * self.size if 2 * spent < SECONDS else int(self.size * SECONDS / spent))


class Segment(Struct, frozen=True):
    """A segment of a run: from iteration `start` on, `scenario` holds; `changes` are set in the state before it."""

    start: int
    scenario: Scenario
    changes: Mapping[Ref, float] = field(default_factory=dict)


class Timeline:
    """One run's time. `iteration` is the one on the tape; `losses` are all that were ever computed.

    A run that was edited consists of several segments; at the first iteration of each, the state is carried over
    into its model, and what was edited is set.
    """

    def __init__(self, segments: Sequence[Segment], build: Callable[[Scenario], Model], budget: int) -> None:
        self.segments = tuple(segments)
        self._models = self._build(build)
        self.epochs = Epochs([model.calendar for model in self._models])
        self._starts = [segment.start for segment in self.segments]
        self._edits: dict[int, Edit] = {}  # by the start of the segment
        self._stand_in(0)
        self._budget = budget
        self.checkpoints = Checkpoints(budget, self._models[0].state_bytes)
        self.losses = Curve()
        self._curves: dict[str, Curve] = {}
        self.iteration = 0
        self.finished = 0
        """The iterations that were ever done: one that was entered and never left does not count."""
        self.is_broken = False
        """Whether a number that is not finite was met: the run goes no further."""
        self.is_sound = True
        """Whether every number on the tape is finite."""
        self.model.start()
        with np.errstate(all="ignore"):
            self._set(self.segments[0], self.model)
            self._enter(1)

    def _stand_in(self, place: int) -> None:
        """The iteration on the tape belongs to that segment."""
        self._place = place
        self.model: Model = self._models[place]
        """What runs at the iteration on the tape."""
        self.scenario: Scenario = self.segments[place].scenario
        """The scenario that holds there."""
        self._boundary = self._starts[place + 1] if place + 1 < len(self._starts) else None

    def go_to(self, iteration: int) -> bool:
        """Bring `iteration` (from 1) onto the tape, from wherever the run stands, bit for bit as it was if it has been
        there. False where a number that is not finite came first: the tape then holds the iteration of that one.
        """
        with np.errstate(all="ignore"):  # what is not finite is found and named, not warned about
            if iteration < self.iteration:
                self._restore(iteration)
            elif iteration > self.iteration + 1:
                place, _ = self.checkpoints.nearest(iteration)
                if place > self.iteration:  # what has been computed before is not computed again
                    self._restore(place)
            return self.is_sound and self._advance(iteration)

    def go_on(self, goal: int) -> Generator[int]:
        """Go on in bursts until `goal` iterations are done; yields how many are done after each. Ends sooner where a
        number is not finite.
        """
        done, bursts = self.finished, Bursts()
        while done < goal:
            bursts.begin()
            done = min(done + bursts.size, goal)
            if not self.go_to(done):
                return
            self.finish()
            bursts.end()
            yield done

    def finish(self) -> None:
        """The iteration on the tape is done, if all its numbers are finite."""
        if self.is_sound:
            self.finished = max(self.finished, self.iteration)

    @property
    def curves(self) -> dict[str, Curve]:
        """What is observed up to the iteration on the tape, each as far as it goes; with a gap where another scenario
        held, in which it was not observed.
        """
        so_far = [model for start, model in zip(self._starts, self._models, strict=True) if start <= self.iteration]
        return {name: self._curves[name] for model in so_far for name in model.curves}

    @property
    def history(self) -> History:
        """What is kept of the way to the iteration on the tape."""
        return self._history_to(self.iteration)

    def whole_history(self) -> History:
        """What is kept of all the way that was ever gone."""
        return self._history_to(len(self.losses))

    def _history_to(self, iteration: int) -> History:
        places, states = self.checkpoints.up_to(iteration)
        reads = [(start - 1, model.number_in) for start, model in zip(self._starts, self._models, strict=True)]
        edits = [self._edits[start] for start in sorted(self._edits) if start <= iteration]
        return History([place - 1 for place in places], states, reads, edits)

    def fork(self, segment: Segment, build: Callable[[Scenario], Model]) -> Timeline:
        """Another run: the same as this one up to `segment`, which holds from its start on."""
        kept = [earlier for earlier in self.segments if earlier.start < segment.start]
        other = Timeline([*kept, segment], build, self._budget)
        shared = min(segment.start - 1, len(self.losses))
        if shared:
            other.finished = min(shared, self.finished)
            other.losses = Curve(self.losses.values[:shared])
            other._curves = {name: Curve(curve.values[:shared]) for name, curve in self._curves.items()}
            other.checkpoints = self.checkpoints.before(segment.start)
            other._edits |= {start: edit for start, edit in self._edits.items() if start < segment.start}
        return other

    def _build(self, build: Callable[[Scenario], Model]) -> list[Model]:
        models: list[Model] = []
        for segment in self.segments:
            model = build(segment.scenario)
            if models:
                model.begin_at(segment.start, models[-1])
            models.append(model)
        return models

    def _advance(self, last: int) -> bool:
        for iteration in range(self.iteration + 1, last + 1):
            self.model.accept()
            self._enter(iteration)
            if not self.is_sound:
                return False
        return True

    def _enter(self, iteration: int) -> None:
        """Compute the tape of `iteration`, whose state before it stands ready."""
        if iteration == self._boundary:
            self._cross()
        model = self.model
        loss = model.enter(iteration)
        self.iteration = iteration
        if iteration > len(self.losses):
            self.finished = max(self.finished, iteration - 1)
            self.losses.append(loss)
            for name, number in zip(model.curves, model.observe(iteration), strict=True):
                self._curve(name, iteration).append(number)
            if (iteration - 1) % self.checkpoints.spacing == 0:
                self.checkpoints.add(iteration, model.save())
        self.is_sound = model.is_finite()
        if not self.is_sound:
            self.is_broken = True

    def _curve(self, name: str, iteration: int) -> Curve:
        """What `iteration` adds a number to."""
        curve = self._curves.setdefault(name, Curve())
        if len(curve) < iteration - 1:
            curve.extend(np.full(iteration - 1 - len(curve), nan))
        return curve

    def _cross(self) -> None:
        """Into the next segment."""
        before = self.model
        self._stand_in(self._place + 1)
        self.model.carry_over(before)
        self._set(self.segments[self._place], before)

    def _set(self, segment: Segment, before: Model) -> None:
        """Set what was edited, and keep what was before and after."""
        is_known = segment.start in self._edits or (segment is self.segments[0] and not segment.changes)
        found = None if is_known else before.save()
        for ref, number in segment.changes.items():
            self.model.set_number(ref, number)
        if not is_known:
            made = (self.model.save(), self.model.number_in)
            self._edits[segment.start] = Edit(segment.start - 1, (found, before.number_in), made)

    def _restore(self, iteration: int) -> None:
        """Restore the nearest checkpoint and compute on to `iteration`; steps behind it are then cheap."""
        place, state = self.checkpoints.nearest(iteration)
        self._stand_in(bisect_right(self._starts, place) - 1)
        self.model.restore(state)
        self._enter(place)
        distance = iteration - place
        while self.iteration < iteration:
            self.model.accept()
            self._enter(self.iteration + 1)
            left = iteration - self.iteration
            if distance > 2 and left & (left - 1) == 0:  # at 1, 2, 4, 8 … before the goal
                self.checkpoints.add_near(self.iteration, self.model.save())
