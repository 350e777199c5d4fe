"""Everything that a screen shows at one moment, as one frozen thing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct, field

from dlsim.engine.branches import Ghost
from dlsim.engine.calendar import Epochs
from dlsim.engine.curve import Curve
from dlsim.engine.explain import Event, Explanation, Position, Trouble
from dlsim.engine.model import Table
from dlsim.engine.program import Op
from dlsim.engine.quantity import Quantity, Ref
from dlsim.engine.scenario.spec import Scenario
from dlsim.engine.tape import Tape
from dlsim.engine.timeline import History


class Placed(NamedTuple):
    """A number where it is in the network, the (layer, sender, unit) of the weight in whose line it is written, and the
    (layer, unit) whose output it is called the slope of.
    """

    ref: Ref
    edge: tuple[int, int, int] | None
    sender: tuple[int, int] | None


class Snapshot(Struct, frozen=True):
    """What is known at a position, and what of it has been revealed.

    `sample` is the row of the batch under the lens and `row` the same sample's row in the training data, both
    from 0. `event` is the value revealed last, `op` what it is one of, `next_symbol` the one to come (None: nothing
    left). `symbol` and `explain` raise LookupError where there is no such number, which `knows` tells.

        sim = Simulator(load("backprop-2-2-2"))
        sim.step("iteration")
        snapshot, ref = sim.snapshot(), sim.model.find("∂E/∂W5")
        snapshot.value(ref), snapshot.explain(ref).formula      # 0.0259…, "∂E/∂o1·∂o1/∂z3·∂z3/∂W5"
    """

    scenario: Scenario
    position: Position
    sample: int
    row: int
    op: Op | None
    event: Event | None
    next_symbol: str | None
    trouble: Trouble | None
    is_part: bool  # the batch, of the data
    loss: float | None  # the batch's, None until it is revealed
    curves: Mapping[str, Curve]
    curve_numbers: Mapping[str, Ref]  # what each of them goes through, and the loss "over_all" training data
    epochs: Epochs  # how many are done after each of the updates that the curves count
    known: Curve  # the losses of the whole run as far as it has ever been: what one came back from is in it
    returned: Curve  # the losses of a run that undo or redo went back to, as far as it had gone; else empty
    returned_history: Callable[[], History]  # how the parameters of that one went, which only few ask for
    ghosts: Sequence[Ghost]  # runs that edits have left, the latest first
    scenarios: Sequence[tuple[int, Scenario]]  # from which iteration on which held; first, as 0, as it was opened
    edits: Sequence[int]  # iterations from which on something was edited
    checkpoints: Sequence[int]
    history: History  # the states that were kept on the way here
    tables: Sequence[Table]
    revealed: Mapping[tuple[Quantity, int | None], int]
    order: Mapping[tuple[Quantity, int | None], int]  # position in the program's order of a value: its op's size
    tape: Tape
    course: tuple[object, ...]
    """What the run and those beside it have come to: where this is the same, so are all curves."""
    explained: dict[Ref, Explanation] = field(default_factory=dict)
    """What has been explained so far, kept as long as the snapshot."""

    def is_shown(self, ref: Ref) -> bool:
        """Whether `ref` has been revealed."""
        needed = self.tape.shown_with(ref)
        if needed is None:
            return True
        shown = self.revealed.get(needed[:2], 0)
        return shown >= (needed.count or self.order.get(needed[:2], 1))

    def read(self, refs: Iterable[Ref | None]) -> list[float | None]:
        """All these numbers at once, None where one has not been revealed, or where there is none."""
        tape, sample, known, revealed = self.tape, self.sample, self.tape.shown, self.revealed
        numbers: list[float | None] = []
        for ref in refs:
            if ref is None:
                numbers.append(None)
                continue
            needed = known[ref] if ref in known else tape.shown_with(ref)
            if needed is not None:
                place = needed[:2]
                if revealed.get(place, 0) < (needed.count or self.order.get(place, 1)):
                    numbers.append(None)
                    continue
            of = ref.quantity.value(tape, ref, sample if ref.sample is None else ref.sample)
            numbers.append(float(of))
        return numbers

    def symbols(self, refs: Iterable[Ref]) -> list[str]:
        """How formulas write all these."""
        return list(map(self.tape.symbol, refs))

    def value(self, ref: Ref) -> float | None:
        """The number at `ref`, None where it has not been revealed."""
        return self.tape.value(ref, self.sample) if self.is_shown(ref) else None

    def knows(self, ref: Ref) -> bool:
        """Whether there is such a number here, by itself: not in a variant with fewer layers, units or samples."""
        try:
            self.tape.symbol(ref)
            self.tape.value(ref, self.sample)
        except LookupError:
            return False
        return True

    def symbol(self, ref: Ref) -> str:
        """How formulas write `ref`."""
        return self.tape.symbol(ref)

    def places(self, refs: Iterable[Ref]) -> list[Placed]:
        """Where all these stand in a picture of the network."""
        found: list[Placed] = []
        for ref in refs:
            own = ref.quantity.in_network(self.tape, ref, self.sample)
            found.append(Placed(own, own.quantity.edge(own), ref.quantity.sender(ref)))
        return found

    def explain(self, ref: Ref) -> Explanation:
        """What `ref` is made of, as symbols, with the numbers in, and operand by operand: one explanation of each."""
        found = self.explained.get(ref)
        if found is None:
            found = self.explained[ref] = Explanation(self.tape, ref, self.sample)
        return found
