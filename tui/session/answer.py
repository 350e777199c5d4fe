"""What a selected number is made of, as far as it has been computed."""

from __future__ import annotations

from msgspec import Struct

from dlsim.engine.explain import Explanation
from dlsim.engine.kinds.updates import UPDATE
from dlsim.engine.quantity import Ref, present
from dlsim.engine.scenario.paths import edit_of
from dlsim.engine.snapshot import Snapshot
from dlsim.engine.timeline import Jump


def is_number(ref: Ref) -> bool:
    """Whether its value is one to show: that of the update is only how many numbers took their places."""
    return ref.quantity is not UPDATE


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


def answer_to(snapshot: Snapshot, ref: Ref) -> Answer:
    """Why the number at `ref` is what it is at this moment."""
    told = snapshot.explain(ref)
    is_absent = ref.quantity.is_absent(snapshot.tape, ref)
    is_shown = not is_absent and snapshot.is_shown(ref)
    return Answer(told, is_shown, is_absent, told.sums)


def other_row(snapshot: Snapshot, ref: Ref) -> int | None:
    """The row of the training data whose number this is, where that is not the sample under the lens."""
    row = ref.quantity.row_of(snapshot.tape, ref)
    return None if row == snapshot.row else row


def datum_edit(snapshot: Snapshot, ref: Ref) -> Jump | None:
    """What an edit made of an input or a target; None where it is as it came, and for any other number."""
    if ref.quantity.datum is None:
        return None
    row = other_row(snapshot, ref)
    return edit_of(snapshot.scenarios, ref, snapshot.row if row is None else row)


def in_network(snapshot: Snapshot, ref: Ref) -> Ref:
    """The place in the network of a cell of the data table, of a number that names its sample, or of one of a pass of a
    sample by itself, where that is the sample under the lens.
    """
    return ref.quantity.in_network(snapshot.tape, ref, snapshot.sample)


def in_iteration(snapshot: Snapshot, ref: Ref) -> Ref:
    """The number of the iteration that a present parameter is: the old one, and once the update is done the new one."""
    of = ref.quantity
    if of.now is not of or of.new is None or of.before is None:
        return ref
    new = ref._replace(quantity=of.new)
    return new if is_landed(snapshot) and snapshot.is_shown(new) else ref._replace(quantity=of.before)


def value_now(snapshot: Snapshot, ref: Ref) -> float | None:
    """What a parameter has become that `ref` tells as it was before the update; None for anything else."""
    if not ref.quantity.is_parameter or not is_landed(snapshot):
        return None
    return snapshot.tape.value(present(ref), snapshot.sample)


def is_landed(snapshot: Snapshot) -> bool:
    """Whether the new parameters have taken their places, while all else is what the old ones made."""
    return snapshot.position.done == snapshot.position.iteration


def has_updated(snapshot: Snapshot) -> bool:
    """The same, where anything is updated at all."""
    return is_landed(snapshot) and (UPDATE, None) in snapshot.order


def is_from_before(snapshot: Snapshot, ref: Ref) -> bool:
    """Whether `ref` is what the parameters from before the update have made."""
    return ref.quantity.of_old_parameters and has_updated(snapshot)
