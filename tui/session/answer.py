"""What a selected number is made of, as far as it has been computed."""

from __future__ import annotations

from msgspec import Struct

from dlsim.engine.formula import Explanation, substituted, symbolic
from dlsim.engine.numbers import DIGITS
from dlsim.engine.reference import Formula, Ref, of_sample, operands
from dlsim.engine.scenario.paths import edit_of
from dlsim.engine.snapshot import Snapshot
from dlsim.engine.timeline import Jump

BACKWARD_SUMS = ("dE_da",)
"""Quantities whose own formula, where it is a sum over several ways, is spelt out below the one they stand in."""

OF_A_UNIT = frozenset({"x", "z", "a", "dE_dz", "dE_da", "da_dz", "unit_slope"})
OF_A_PASS = {"pass_a:training": "a", "pass_z:training": "z"}
OF_A_ROW = {"X": "x", "T": "t", "O": "a"}
"""The numbers in the data table, whose index begins with their row, and what they are in the network."""

MADE = frozenset({"z", "a", "O", "E", "mean_E", "f"})
"""What a forward pass makes of the parameters."""

PRESENT = ("now_W", "now_b", "now_p")
"""Parameters as they are at the moment."""


def is_number(ref: Ref) -> bool:
    """Whether its value is one to show: that of the update is only how many numbers took their places."""
    return ref.quantity != "update"


class Answer(Struct, frozen=True):
    """One number explained. Where it `is_shown` all its operands have been computed too; else none is told. It
    `is_absent` where it never is in this iteration: an output for a sample that is not in the batch.
    """

    told: Explanation
    is_shown: bool
    is_absent: bool
    spelt_out: tuple[Explanation, ...]

    @property
    def ref(self) -> Ref:
        """The number."""
        return self.told.ref

    @property
    def operands(self) -> tuple[Ref, ...]:
        """What its formula is made of, each once, in order."""
        return self.told.operands


def answer_to(snapshot: Snapshot, ref: Ref, digits: int = DIGITS) -> Answer:
    """Why the number at `ref` is what it is at this moment."""
    told = _explained(snapshot, ref, digits)
    is_absent = ref.quantity == "O" and ref.index[0] not in snapshot.tape.rows
    is_shown = not is_absent and snapshot.is_shown(ref)
    return Answer(told, is_shown, is_absent, sums_within(snapshot, told, digits))


def sums_within(snapshot: Snapshot, told: Explanation, digits: int = DIGITS) -> tuple[Explanation, ...]:
    """The operands that are sums over all the ways to the outputs, themselves explained, as far as they are written."""
    written = dict.fromkeys(token for token in told.tokens if isinstance(token, Ref))
    found = [
        snapshot.explain(operand, digits)
        for operand in written
        if operand.quantity in BACKWARD_SUMS and operand.sample is None
    ]
    return tuple(inner for inner in found if len(inner.operands) > 1 and is_over_ways(inner))


def is_over_ways(told: Explanation) -> bool:
    """Whether a formula adds up what comes back over several ways."""
    return all(operand.quantity.startswith("part") for operand in told.operands)


def operands_of(snapshot: Snapshot, ref: Ref) -> tuple[Ref, ...]:
    """What the formula of `ref` is made of."""
    return operands(_formula(snapshot, ref))


def other_row(snapshot: Snapshot, ref: Ref) -> int | None:
    """The row of the training data whose number this is, where that is not the sample under the lens."""
    row = None
    if ref.quantity in OF_A_ROW:
        row = ref.index[0]
    elif ref.sample is not None and not ref.quantity.startswith("rest_"):
        row = snapshot.tape.rows[ref.sample]
    return None if row == snapshot.row else row


def datum_edit(snapshot: Snapshot, ref: Ref) -> Jump | None:
    """What an edit made of an input or a target; None where it is as it came, and for any other number."""
    row = other_row(snapshot, ref)
    return edit_of(snapshot.scenarios, ref, snapshot.row if row is None else row)


def in_network(snapshot: Snapshot, ref: Ref) -> Ref:
    """The place in the network of a cell of the data table, of a number that names its sample, or of one of a pass of a
    sample by itself, where that is the sample under the lens.
    """
    if ref.quantity in OF_A_UNIT and ref.sample == snapshot.sample:
        return ref._replace(sample=None)
    if ref.quantity in OF_A_PASS and ref.index[0] == snapshot.row:
        return Ref(OF_A_PASS[ref.quantity], ref.layer, ref.index[1:])
    if ref.quantity in OF_A_ROW and ref.index[0] == snapshot.row:
        quantity = OF_A_ROW[ref.quantity]
        return Ref(quantity, 0 if quantity == "x" else ref.layer or _last_layer(snapshot), ref.index[1:])
    return ref


def in_iteration(snapshot: Snapshot, ref: Ref) -> Ref:
    """The number of the iteration that a present parameter is: the old one, and once the update is done the new one."""
    if ref.quantity not in PRESENT:
        return ref
    new = ref._replace(quantity=f"new_{ref.quantity[-1]}")
    return new if is_landed(snapshot) and snapshot.is_shown(new) else ref._replace(quantity=ref.quantity[-1])


def value_now(snapshot: Snapshot, ref: Ref) -> float | None:
    """What a parameter has become that `ref` tells as it was before the update; None for anything else."""
    now = ref._replace(quantity=f"now_{ref.quantity}")
    return snapshot.tape.value(now, snapshot.sample) if now.quantity in PRESENT and is_landed(snapshot) else None


def is_landed(snapshot: Snapshot) -> bool:
    """Whether the new parameters have taken their places, while all else is what the old ones made."""
    return snapshot.position.done == snapshot.position.iteration


def has_updated(snapshot: Snapshot) -> bool:
    """The same, where anything is updated at all."""
    return is_landed(snapshot) and ("update", None) in snapshot.order


def is_from_before(snapshot: Snapshot, ref: Ref) -> bool:
    """Whether `ref` is what the parameters from before the update have made."""
    return (ref.quantity in MADE or ref.quantity.endswith(":read")) and has_updated(snapshot)


def _explained(snapshot: Snapshot, ref: Ref, digits: int) -> Explanation:
    tape, tokens = snapshot.tape, _formula(snapshot, ref)
    return Explanation(
        ref=ref,
        symbol=tape.symbol(ref),
        value=tape.value(ref, snapshot.sample),
        formula=symbolic(tape, tokens),
        substituted=substituted(tape, tokens, snapshot.sample, digits),
        tokens=tokens,
        operands=operands(tokens),
    )


def _formula(snapshot: Snapshot, ref: Ref) -> Formula:
    """As the tape has it; besides, a present parameter is the new one that has just taken its place, and an output in
    the data table is made of what the network makes it of, for another sample of that one's numbers.
    """
    if ref.quantity in PRESENT:
        there = in_iteration(snapshot, ref)
        return (there,) if there.quantity.startswith("new_") else ()
    if ref.quantity == "O":
        if ref.index[0] not in snapshot.tape.rows:
            return ()
        place = list(snapshot.tape.rows).index(ref.index[0])
        tokens = snapshot.tape.formula(Ref("a", ref.layer or _last_layer(snapshot), ref.index[1:]), place)
        return tokens if place == snapshot.sample else of_sample(tokens, place)
    tokens = snapshot.tape.formula(ref, snapshot.sample)
    return tokens if ref.sample is None else of_sample(tokens, ref.sample)


def _last_layer(snapshot: Snapshot) -> int:
    network = getattr(snapshot.scenario.body, "network", None)
    return len(getattr(network, "layers", ()))
