"""What a network makes of the data: of each sample by itself, of the training data or of what is kept back, the loss
over all of one or the other; and, of a classifier, how often it takes each class for each.

No op computes these numbers: they are made with the weights of the moment, or with those that the iteration reads.
o1₇ is what sample 7 is answered, E₇ how wrong that is, class₇ what it is taken for; N[2,1] are the samples of class 2
that are taken for class 1. Class k of several is numbered as t_k is, from 1; of two that one output tells apart each is
called by its target, 0 or −1 and 1. What is of data that are kept back bears a v.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dlsim.engine.classes import Classes, Confusion, class_names, classes_of, confusion
from dlsim.engine.kinds.layered.quantities import (
    T_CELL,
    X_CELL,
    A,
    B,
    OfUnit,
    W,
    Z,
    activation_formula,
    batch_errors,
    error_formula,
)
from dlsim.engine.kinds.layered.tape import SUBSCRIPTS
from dlsim.engine.kinds.network.costs import cost_numbers
from dlsim.engine.kinds.network.layer_summaries import Summary, whole_layers
from dlsim.engine.kinds.network.passes import DENSE, DenseBatch, affordable_rows, evaluate
from dlsim.engine.kinds.network.product import product_numbers
from dlsim.engine.kinds.network.quantities import NetworkTape
from dlsim.engine.numbers import general
from dlsim.engine.quantity import Formula, Quantity, Ref, series, total
from dlsim.engine.scenario.spec import DataSpec

Array = NDArray[np.float64]

TRAINING, VALIDATION = "training", "validation"
"""The data that a number may be of."""


def samples_of(data: DataSpec, part: str) -> tuple[Array, Array | None]:
    """(inputs (rows, inputs), targets (rows, outputs) or None) of a part of the data."""
    if part == TRAINING:
        return data.inputs, data.targets
    return data.validation_inputs, data.validation_targets


def parts_of(data: DataSpec) -> tuple[str, ...]:
    """The data that there are to be asked about."""
    is_held = len(data.validation_inputs) and data.validation_targets is not None
    return (TRAINING, VALIDATION) if is_held else (TRAINING,)


# a pass of a sample by itself


class Passes:
    """The numbers of one part of the data, made with the parameters of the moment or with those that `is_read`."""

    def __init__(self, part: str, *, is_read: bool = False) -> None:
        self.part, self.is_read = part, is_read
        self.mark = "" if part == TRAINING else "ᵥ"
        self.which = f"{part}:read" if is_read else part
        self.x: Quantity = X_CELL if part == TRAINING else held_cell("held_x", "x", "inputs")
        self.t: Quantity = T_CELL if part == TRAINING else held_cell("held_t", "t", "targets")
        self.loss, self.E, self.E_o = LossOverAll(self), PassError(self), PassOutputError(self)
        self.a, self.z = PassUnit(self, "pass_a", A, self._output), PassUnit(self, "pass_z", Z, self._sum)

    def quantities(self, *, has_loss: bool) -> Iterator[Quantity]:
        """All of them; those of the data table, which training data have, not once more."""
        yield from (self.a, self.z)
        if self.part == VALIDATION:
            yield from (self.x, self.t)
        if has_loss:
            yield from (self.loss, self.E, self.E_o)

    def _output(self, tape: NetworkTape, ref: Ref) -> Formula:
        """As the activation writes it."""
        row, unit = ref.index
        layer = tape.structure.layer(ref.layer)
        everyone = [Ref(self.z, ref.layer, (row, other)) for other in range(layer.units)]
        return activation_formula(layer, everyone[unit], everyone)

    def _sum(self, tape: NetworkTape, ref: Ref) -> Formula:
        """W1·x1₇ + W2·x2₇ + b1."""
        (row, unit), layer = ref.index, tape.structure.layer(ref.layer)
        weights, biases = (W, B) if self.is_read else (W.now, B.now)
        below = self.a if ref.layer > 1 else self.x
        terms: list[Formula] = [
            (Ref(weights, ref.layer, (sender, unit)), "·", Ref(below, ref.layer - 1, (row, sender)))
            for sender in range(layer.senders)
        ]
        return total([*terms, (Ref(biases, ref.layer, (unit,)),)] if layer.biases else terms)

    def samples(self, tape: NetworkTape) -> tuple[Array, Array | None]:
        """(inputs (rows, inputs), targets (rows, outputs) or None)."""
        return samples_of(tape.data, self.part)

    def state(self, tape: NetworkTape) -> Array:
        """(parameters,): those that the numbers are made with."""
        return tape.batch.before[: tape.structure.parameters] if self.is_read else tape.present

    def numbered(self, row: int) -> str:
        """What the symbols of a sample's numbers end with."""
        return self.mark + str(row + 1).translate(SUBSCRIPTS)

    def of(self, tape: NetworkTape, row: int) -> DenseBatch:
        """One sample through all layers, done once for a tape."""
        return tape.remembered((self, row), lambda: self._passed(tape, row))

    def _passed(self, tape: NetworkTape, row: int) -> DenseBatch:
        inputs, targets = self.samples(tape)
        if row >= len(inputs):
            raise LookupError(f"there is no sample {row + 1}")
        one = slice(row, row + 1)
        wanted = None if targets is None else targets[one]
        return DENSE.forward_pass(tape.structure, self.state(tape), inputs[one], wanted)


class HeldCell(Quantity):
    """An input or a target of the data kept back; its index is (row, unit)."""

    def __init__(self, name: str, letter: str, datum: str) -> None:
        super().__init__(f"{name}:{VALIDATION}", name=name)
        self.letter, self.of = letter, datum

    def value(self, tape: NetworkTape, ref: Ref, sample: Any) -> float:
        """NaN without targets."""
        inputs, targets = samples_of(tape.data, VALIDATION)
        numbers = inputs if self.of == "inputs" else targets
        return float("nan") if numbers is None else float(numbers[ref.index])

    def symbol(self, tape: NetworkTape, ref: Ref) -> str:
        """x1ᵥ₇."""
        return tape.naming.unit(self.letter, ref.layer, ref.index[1:]) + HELD.numbered(ref.index[0])


held_cell = cache(HeldCell)
"""Its quantity: the same for those made with the parameters of the moment and for those that are read."""


class OfPass(Summary):
    """A number of such a pass; its index begins with the row."""

    of_one_sample = True
    called: str

    def __init__(self, passes: Passes) -> None:
        super().__init__(f"{self.called}:{passes.which}", name=self.called)
        self.passes = passes
        self.of_old_parameters = passes.is_read


class LossOverAll(OfPass):
    """The mean of all E."""

    of_one_sample = False
    called = "loss"

    def number(self, tape: NetworkTape, ref: Ref, sample: Any) -> float:
        """LookupError where there is none."""
        return tape.remembered(self, lambda: self._evaluated(tape))

    def _evaluated(self, tape: NetworkTape) -> float:
        inputs, targets = self.passes.samples(tape)
        loss = evaluate(tape.structure, self.passes.state(tape), inputs, targets)[1] if len(inputs) else None
        if loss is None:
            raise LookupError("there is no loss")
        return loss

    def symbol(self, tape: NetworkTape, ref: Ref) -> str:
        """In a word."""
        return f"loss{self.passes.mark}"

    def made_of(self, tape: NetworkTape, ref: Ref) -> Formula:
        """1/4·(E₁ + E₂ + E₃ + E₄)."""
        count = len(self.passes.samples(tape)[0])
        terms = series(lambda row: (Ref(self.passes.E, 0, (row,)),), count)
        return (f"1/{count}·(", *terms, ")") if count > 1 else terms

    def qualities(self, tape: NetworkTape, ref: Ref) -> Iterator[str]:
        """Over which data."""
        yield self.passes.part


class PassError(OfPass):
    """E₇."""

    called = "pass_E"

    def number(self, tape: NetworkTape, ref: Ref, sample: Any) -> float:
        """Of all outputs."""
        return float(self.passes.of(tape, ref.index[0]).E[0])

    def symbol(self, tape: NetworkTape, ref: Ref) -> str:
        """E₇."""
        return f"E{self.passes.numbered(ref.index[0])}"

    def made_of(self, tape: NetworkTape, ref: Ref) -> Formula:
        """The outputs' errors."""
        output = tape.structure.output
        return total([(Ref(self.passes.E_o, output.number, (*ref.index, unit)),) for unit in range(output.units)])


class PassOutputError(OfPass):
    """E_o1₇."""

    called = "pass_E_o"

    def number(self, tape: NetworkTape, ref: Ref, sample: Any) -> float:
        """Of one output."""
        return float(self.passes.of(tape, ref.index[0]).errors[0, ref.index[1]])

    def symbol(self, tape: NetworkTape, ref: Ref) -> str:
        """E_o1₇."""
        return f"E_o{ref.index[1] + 1}{self.passes.numbered(ref.index[0])}"

    def made_of(self, tape: NetworkTape, ref: Ref) -> Formula:
        """As the loss writes it."""
        target, output = Ref(self.passes.t, 0, ref.index), Ref(self.passes.a, ref.layer, ref.index)
        return error_formula(tape.structure, target, output)


class PassUnit(OfPass):
    """h1₇, o1₇, z1₇: a number of a unit; `there` is the same in the network."""

    def __init__(self, passes: Passes, called: str, there: OfUnit, made: Callable[[NetworkTape, Ref], Formula]) -> None:
        self.called, self.there, self._made = called, there, made
        super().__init__(passes)

    def number(self, tape: NetworkTape, ref: Ref, sample: Any) -> float:
        """Of one unit."""
        layer = self.passes.of(tape, ref.index[0]).layers[ref.layer - 1]
        return float(self.there.array(layer)[0, ref.index[1]])

    def symbol(self, tape: NetworkTape, ref: Ref) -> str:
        """o1₇, z1₇."""
        return tape.naming.unit(self.there.letter, ref.layer, ref.index[1:]) + self.passes.numbered(ref.index[0])

    def made_of(self, tape: NetworkTape, ref: Ref) -> Formula:
        """Of others of the same sample."""
        return self._made(tape, ref)

    def about(self, ref: Ref) -> Ref:
        """The unit's own in the network."""
        return Ref(self.there, ref.layer, ref.index[1:])

    def in_network(self, tape: NetworkTape, ref: Ref, sample: int) -> Ref:
        """The unit's own where it is of the sample under the lens."""
        is_here = self.passes.part == TRAINING and ref.index[0] == int(tape.rows[sample])
        return Ref(self.there, ref.layer, ref.index[1:]) if is_here else ref

    def qualities(self, tape: NetworkTape, ref: Ref) -> Iterator[str]:
        """With which parameters."""
        if self.passes.is_read:
            yield "read"


TRAINED, HELD, HELD_READ = Passes(TRAINING), Passes(VALIDATION), Passes(VALIDATION, is_read=True)
PASSES = {TRAINING: TRAINED, VALIDATION: HELD}
"""With the parameters of the moment, by which data they are of."""


# what a classifier takes each sample for


KEPT = 4

_kept: OrderedDict[object, Decisions] = OrderedDict()


class Decisions(Struct, frozen=True):
    """What is answered to some samples, and what that makes of them."""

    said: NDArray[np.int64]  # (rows,): classes, from 0
    meant: NDArray[np.int64]  # (rows,)
    confusion: Confusion


def decisions(tape: NetworkTape, part: str, classes: Classes) -> Decisions:
    """At the present parameters, over as many samples as do not take long; the last few are kept."""
    inputs, targets = samples_of(tape.data, part)
    assert targets is not None, "samples without targets have no class"
    key = tape.present.tobytes(), classes, inputs.ctypes.data, inputs.shape, targets.ctypes.data
    if key in _kept:
        _kept.move_to_end(key)
        return _kept[key]
    rows = min(len(inputs), affordable_rows(tape.structure))
    outputs, wanted = tape.answers(inputs[:rows]), targets[:rows]
    _kept[key] = found = Decisions(classes.of(outputs), classes.of(wanted), confusion(classes, outputs, wanted))
    if len(_kept) > KEPT:
        _kept.popitem(last=False)
    return found


class OfDecisions(Summary):
    """A number of a classifier, of one part of the data: `counts` holds the others of that part."""

    is_count = True

    def __init__(self, counts: ClassCounts, called: str) -> None:
        super().__init__(f"{called}:{counts.part}", name=called)
        self.counts = counts

    def found(self, tape: NetworkTape) -> Decisions:
        """What is decided, made once for a tape. LookupError where targets are no classes."""
        part = self.counts.part
        return tape.remembered((Decisions, part), lambda: decisions(tape, part, classes_told(tape)))


class OfClasses(OfDecisions):
    """A number `read` from the table of confusions and `made` of others of its kind, by the classes of its index.

    In its symbol, `written`, {0} is the mark of the data and {1} its classes.
    """

    def __init__(
        self,
        counts: ClassCounts,
        called: str,
        written: str,
        read: Callable[[Confusion, tuple[int, ...]], float],
        made: Callable[[NetworkTape, tuple[int, ...]], Formula],
        *,
        is_count: bool = True,
    ) -> None:
        super().__init__(counts, called)
        self.written, self.is_count = written, is_count
        self._read, self._made = read, made

    def number(self, tape: NetworkTape, ref: Ref, sample: Any) -> float:
        """From the table of confusions."""
        return float(self._read(self.found(tape).confusion, ref.index))

    def symbol(self, tape: NetworkTape, ref: Ref) -> str:
        """With its classes as they are numbered."""
        classes = ",".join(str(classes_told(tape).label(each)) for each in ref.index)
        return self.written.format(self.counts.mark, classes)

    def made_of(self, tape: NetworkTape, ref: Ref) -> Formula:
        """Of counts, down to what each sample is taken for."""
        return self._made(tape, ref.index)

    def names(self, tape: NetworkTape, ref: Ref) -> dict[str, str]:
        """The classes of its index, as the data call them."""
        found = [class_names(tape.data)[each] for each in ref.index]
        return {"truth": found[0], "taken": found[-1]} if found else {}

    def qualities(self, tape: NetworkTape, ref: Ref) -> Iterator[str]:
        """Of those of a class that are taken for one, whether that is right."""
        if len(ref.index) == 2:
            yield "right" if ref.index[0] == ref.index[1] else "wrong"


class ClassCounts:
    """The numbers of one part of the data.

    N[2,1] is how many samples of a class are taken for another, or for their own; N[2] how many there are of a class;
    N_right how many are taken for what they are; N how many there are; accuracy and recall the shares that are right,
    of all and of a class.
    """

    def __init__(self, part: str) -> None:
        self.part = part
        self.mark = "" if part == TRAINING else "ᵥ"
        self.passes = PASSES[part]
        self.decision = Decision(self, "decision")
        self.taken_for = OfClasses(
            self, "taken_for", "N{0}[{1}]", lambda table, pair: table.counts[pair], self._taken_for
        )
        self.of_class = OfClasses(
            self,
            "of_class",
            "N{0}[{1}]",
            lambda table, truth: table.counts[truth[0]].sum(),
            lambda tape, truth: _sum(self.taken_for, [(*truth, taken) for taken in _numbers(tape)]),
        )
        self.right = OfClasses(
            self,
            "right",
            "N{0}_right",
            lambda table, _: table.right,
            lambda tape, _: _sum(self.taken_for, [(each, each) for each in _numbers(tape)]),
        )
        self.samples = OfClasses(
            self,
            "samples",
            "N{0}",
            lambda table, _: table.samples,
            lambda tape, _: _sum(self.of_class, [(each,) for each in _numbers(tape)]),
        )
        self.accuracy = OfClasses(
            self,
            "accuracy",
            "accuracy{0}",
            lambda table, _: table.accuracy,
            lambda tape, _: (Ref(self.right), "/", Ref(self.samples)),
            is_count=False,
        )
        self.recall = OfClasses(
            self, "recall", "recall{0}[{1}]", lambda table, truth: table.recall(truth[0]), self._recall, is_count=False
        )

    def quantities(self) -> tuple[Quantity, ...]:
        """All of them."""
        counted = (self.taken_for, self.of_class, self.right, self.samples)
        return (self.decision, *counted, self.accuracy, self.recall)

    def _taken_for(self, tape: NetworkTape, pair: tuple[int, ...]) -> Formula:
        """A bracket for each sample of the class, 1 where it holds, those that do first."""
        truth, taken_for = pair
        found, label = self.taken_for.found(tape), classes_told(tape).label(taken_for)
        rows = np.flatnonzero(found.meant == truth)
        rows = rows[np.argsort(found.said[rows] != taken_for, kind="stable")]

        def term(place: int) -> Formula:
            return ("[", Ref(self.decision, 0, (int(rows[place]),)), f" = {label}]")

        return series(term, len(rows)) or ("0",)

    def _recall(self, tape: NetworkTape, truth: tuple[int, ...]) -> Formula:
        """N[2,2]/N[2]."""
        of_class = Ref(self.of_class, 0, truth)
        if not self.of_class.number(tape, of_class, 0):
            return ("0",)
        return (Ref(self.taken_for, 0, (*truth, *truth)), "/", of_class)


def _sum(of: Quantity, indices: list[tuple[int, ...]]) -> Formula:
    return total([(Ref(of, 0, index),) for index in indices])


class Decision(OfDecisions):
    """class₇: what a sample is taken for; its index is the row."""

    of_one_sample = True

    def number(self, tape: NetworkTape, ref: Ref, sample: Any) -> float:
        """As the class is called."""
        return float(classes_told(tape).label(int(self.found(tape).said[ref.index[0]])))

    def symbol(self, tape: NetworkTape, ref: Ref) -> str:
        """class₇."""
        return f"class{self.counts.passes.numbered(ref.index[0])}"

    def made_of(self, tape: NetworkTape, ref: Ref) -> Formula:
        """By the threshold, or the largest of several outputs."""
        output, classes = tape.structure.output, classes_told(tape)
        outputs = [Ref(self.counts.passes.a, output.number, (*ref.index, unit)) for unit in range(output.units)]
        if len(outputs) == 1:
            return ("(1 if ", outputs[0], f" > {general(classes.threshold)} else {classes.label(0)})")
        return ("argmax(", *series(lambda unit: (outputs[unit],), len(outputs), ", "), ")")

    def names(self, tape: NetworkTape, ref: Ref) -> dict[str, str]:
        """Where a single output is parted, and what lies below."""
        classes = classes_told(tape)
        return {"threshold": general(classes.threshold), "otherwise": str(classes.label(0))}

    def qualities(self, tape: NetworkTape, ref: Ref) -> Iterator[str]:
        """Whether a single output decides."""
        if tape.structure.output.units == 1:
            yield "one_output"


CLASSES = {part: ClassCounts(part) for part in (TRAINING, VALIDATION)}
"""What a classifier makes of the data, by which data they are."""


def exclusive_classes(tape: NetworkTape) -> Classes | None:
    """The classes of the data, where a sample is of one of them."""
    classes = classes_of(tape.data)
    return classes if classes and classes.are_exclusive else None


def classes_told(tape: NetworkTape) -> Classes:
    """The same, LookupError where there are none."""
    classes = tape.remembered(Classes, lambda: exclusive_classes(tape))
    if classes is None:
        raise LookupError("the targets are not classes, so there is nothing to count")
    return classes


def _numbers(tape: NetworkTape) -> range:
    return range(classes_told(tape).count)


# all of them


def over_all(tape: NetworkTape) -> Iterator[Ref]:
    """Losses and counts."""
    parts = _parts(tape)
    if tape.structure.loss is not None:
        yield Ref(TRAINED.loss)
        yield from (Ref(HELD_READ.loss) for part in parts if part == VALIDATION)
    for part in parts if exclusive_classes(tape) is not None else ():
        counts, classes = CLASSES[part], _numbers(tape)
        yield from map(Ref, (counts.samples, counts.right, counts.accuracy))
        for truth in classes:
            yield Ref(counts.of_class, 0, (truth,))
            yield Ref(counts.recall, 0, (truth,))
            yield from (Ref(counts.taken_for, 0, (truth, taken)) for taken in classes)


def of_each_sample(tape: NetworkTape) -> Iterator[Ref]:
    """At the weights of the moment; what is kept back as the validation loss is made of it."""
    has_classes = exclusive_classes(tape) is not None
    for part in _parts(tape):
        passes = PASSES[part]
        error = passes.E if part == TRAINING else HELD_READ.E
        for row in range(len(samples_of(tape.data, part)[0])):
            if has_classes:
                yield Ref(CLASSES[part].decision, 0, (row,))
            if tape.structure.loss is not None:
                yield Ref(error, 0, (row,))
            for layer in reversed(tape.structure.layers):
                for unit in range(layer.units):
                    yield Ref(passes.a, layer.number, (row, unit))
                    yield Ref(passes.z, layer.number, (row, unit))


def _parts(tape: NetworkTape) -> list[str]:
    return [part for part in (TRAINING, VALIDATION) if len(samples_of(tape.data, part)[0])]


def besides(tape: NetworkTape) -> Iterator[Ref]:
    """All that no op computes: losses and counts, sizes, what is said of whole layers, and last of each sample."""
    yield from batch_errors(tape)
    yield from over_all(tape)
    yield from whole_layers(tape)
    yield from product_numbers(tape)
    yield from cost_numbers(tape)
    yield from of_each_sample(tape)


def data_quantities(data: DataSpec, *, has_loss: bool) -> Iterator[Quantity]:
    """Every quantity of this file that such data have."""
    classes = classes_of(data)
    for part in parts_of(data):
        yield from PASSES[part].quantities(has_loss=has_loss)
        if classes is not None and classes.are_exclusive:
            yield from CLASSES[part].quantities()
        if part == VALIDATION and has_loss:
            yield from (each for each in HELD_READ.quantities(has_loss=True) if each not in (HELD.x, HELD.t))
