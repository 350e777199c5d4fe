"""What a selected number is made of, as far as it has been computed. No Textual here."""

from __future__ import annotations

from msgspec import Struct

from dlsim.engine.formula import Explanation, substituted, symbolic
from dlsim.engine.numerals import DIGITS
from dlsim.engine.reference import Formula, Ref
from dlsim.engine.snapshot import Snapshot

BACKWARD_SUMS = ("dE_da",)
"""Quantities whose own formula, where it is a sum over several ways, is spelt out below the one they stand in."""


class Answer(Struct, frozen=True):
    """One number explained. Where it `is_shown` all its operands have been computed too; else none is told."""

    told: Explanation
    is_shown: bool
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
    return Answer(told, snapshot.is_shown(ref), sums_within(snapshot, told, digits))


def sums_within(snapshot: Snapshot, told: Explanation, digits: int = DIGITS) -> tuple[Explanation, ...]:
    """The operands that are sums over all the ways to the outputs, themselves explained."""
    found = [
        snapshot.explain(operand, digits)
        for operand in told.operands
        if operand.quantity in BACKWARD_SUMS and operand.sample is None
    ]
    return tuple(inner for inner in found if len(inner.operands) > 1 and is_over_ways(inner))


def is_over_ways(told: Explanation) -> bool:
    """Whether a formula adds up what comes back over several ways."""
    return all(operand.quantity.startswith("part") for operand in told.operands)


def operands_of(snapshot: Snapshot, ref: Ref) -> tuple[Ref, ...]:
    """What the formula of `ref` is made of."""
    return tuple(dict.fromkeys(token for token in _formula(snapshot, ref) if isinstance(token, Ref)))


def in_network(snapshot: Snapshot, ref: Ref) -> Ref:
    """The number of the network that a cell of the data table is, where its sample is under the lens."""
    if ref.quantity in ("X", "T", "O") and ref.index[0] == snapshot.row:
        quantity = {"X": "x", "T": "t", "O": "a"}[ref.quantity]
        return Ref(quantity, 0 if quantity == "x" else ref.layer or _last_layer(snapshot), ref.index[1:])
    return ref


def _explained(snapshot: Snapshot, ref: Ref, digits: int) -> Explanation:
    tape, tokens = snapshot.tape, _formula(snapshot, ref)
    return Explanation(
        ref=ref,
        symbol=tape.symbol(ref),
        value=tape.value(ref, snapshot.sample),
        formula=symbolic(tape, tokens),
        substituted=substituted(tape, tokens, snapshot.sample, digits),
        tokens=tokens,
        operands=tuple(dict.fromkeys(token for token in tokens if isinstance(token, Ref))),
    )


def _formula(snapshot: Snapshot, ref: Ref) -> Formula:
    """As the tape has it; besides, a present weight is the new one that has just taken its place, and an output in the
    data table the network's own.
    """
    if ref.quantity in ("now_W", "now_b"):
        new, position = ref._replace(quantity=f"new_{ref.quantity[-1]}"), snapshot.position
        return (new,) if position.done == position.iteration and snapshot.is_shown(new) else ()
    if ref.quantity == "O":
        own = in_network(snapshot, ref)
        return () if own is ref else (own,)
    tokens = snapshot.tape.formula(ref, snapshot.sample)
    if ref.sample is None:
        return tokens
    return tuple(_of_sample(token, ref.sample) if isinstance(token, Ref) else token for token in tokens)


def _of_sample(ref: Ref, sample: int) -> Ref:
    return ref if ref.sample is not None else ref._replace(sample=sample)


def _last_layer(snapshot: Snapshot) -> int:
    network = getattr(snapshot.scenario.body, "network", None)
    return len(getattr(network, "layers", ()))
