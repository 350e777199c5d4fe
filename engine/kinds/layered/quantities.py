"""The numbers of a network, each defined once: dense or through time is a difference of the tape (see tape.py).

A unit's index is (unit,), or of a network through time (unit, step); a weight's is (sender, unit), a bias's (unit,).
The chain rule is written as Rumelhart, Hinton and Williams give it: Nature 323 (1986).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from dlsim.engine.functions.losses import Loss
from dlsim.engine.functions.opened import opened
from dlsim.engine.kinds.layered.tape import Array, FlatSlice, Layer, LayerArrays, LayeredStructure, LayeredTape, mean_of
from dlsim.engine.kinds.updates import PLUS, UPDATE, Parameter, update_quantities
from dlsim.engine.quantity import (
    UNOPENED,
    Formula,
    Opened,
    Quantity,
    Ref,
    Shown,
    Whose,
    Worked,
    fill,
    of_sample,
    series,
    total,
)

# what is given


class SampleNumber(Quantity):
    """x, t: what comes in, and what should come out."""

    whose = Whose.SAMPLE
    of_forward_pass = True

    def __init__(self, key: str, datum: str, row: str, *, is_of_unit: bool) -> None:
        super().__init__(key)
        self.datum, self.row, self.is_of_unit = datum, row, is_of_unit

    def value(self, tape: LayeredTape, ref: Ref, sample: Any) -> Any:
        """As the batch has it; NaN without targets."""
        numbers = tape.inputs if self.datum == "inputs" else tape.targets
        return float("nan") if numbers is None else tape.at(numbers, ref, sample)

    def symbol(self, tape: LayeredTape, ref: Ref) -> str:
        """x1, t1."""
        return tape.naming.unit(self.key, ref.layer, ref.index)

    def shown_with(self, tape: LayeredTape, ref: Ref) -> Shown | None:
        """From the start."""
        return None


X = SampleNumber("x", "inputs", "a", is_of_unit=True)
T = SampleNumber("t", "targets", "t", is_of_unit=False)


class Cell(Quantity):
    """X, T, O: a number of the data table, whose index begins with its row; `there` is the same in the network."""

    whose = Whose.SAMPLE
    names_row = True

    def __init__(self, key: str, letter: str, words: tuple[str, ...], datum: str | None, there: Quantity) -> None:
        super().__init__(key, words=words)
        self.letter, self.datum, self.there = letter, datum, there

    def value(self, tape: LayeredTape, ref: Ref, sample: Any) -> float:
        """As the data have it; NaN without targets."""
        numbers = tape.data.inputs if self.datum == "inputs" else tape.data.targets
        return float("nan") if numbers is None else tape.in_data(numbers, ref)

    def symbol(self, tape: LayeredTape, ref: Ref) -> str:
        """x1, t1, o1."""
        return tape.naming.unit(self.letter, ref.layer, ref.index[1:])

    def shown_with(self, tape: LayeredTape, ref: Ref) -> Shown | None:
        """From the start."""
        return None

    def in_network(self, tape: LayeredTape, ref: Ref, sample: int) -> Ref:
        """An input, a target or an output of the sample under the lens."""
        if ref.index[0] != int(tape.rows[sample]):
            return ref
        layer = 0 if self.there is X else ref.layer or tape.structure.output.number
        return Ref(self.there, layer, ref.index[1:])

    def row_of(self, tape: LayeredTape, ref: Ref) -> int:
        """The first of its index."""
        return ref.index[0]


class OutputCell(Cell):
    """O: what the network answers to a sample, as far as it is in the batch."""

    of_old_parameters = True

    def value(self, tape: LayeredTape, ref: Ref, sample: Any) -> float:
        """NaN for a sample that is not in the batch."""
        place = tape.place_of_row(ref.index[0])
        there = self._there(tape, ref)
        return float("nan") if place is None else float(there.quantity.value(tape, there, place))

    def formula(self, tape: LayeredTape, ref: Ref, sample: int) -> Formula:
        """Of what the network makes it, for its own sample; empty where that is not in the batch."""
        place, there = tape.place_of_row(ref.index[0]), self._there(tape, ref)
        if place is None:
            return ()
        tokens = there.quantity.formula(tape, there, place)
        return tokens if place == sample else of_sample(tokens, place)

    def opened(self, tape: LayeredTape, ref: Ref, sample: int) -> Opened:
        """As what the network makes it."""
        place, there = tape.place_of_row(ref.index[0]), self._there(tape, ref)
        if place is None:
            return UNOPENED
        found = there.quantity.opened(tape, there, place)
        return found if place == sample else Opened(*(tuple(of_sample(one, place) for one in lines) for lines in found))

    def shown_with(self, tape: LayeredTape, ref: Ref) -> Shown | None:
        """With the output itself."""
        return tape.output_shown_with(ref)

    def is_absent(self, tape: LayeredTape, ref: Ref) -> bool:
        """Where its sample is not in the batch."""
        return ref.index[0] not in tape.rows

    @staticmethod
    def _there(tape: LayeredTape, ref: Ref) -> Ref:
        return Ref(A, tape.structure.output.number, ref.index[1:])


# forward


class OfUnit(Quantity):
    """A number that each unit has for each sample; `letter` is the one its symbol is made with."""

    whose = Whose.SAMPLE
    is_of_unit = True
    letter = ""
    stored = ""
    """The field of `LayerArrays` that holds them."""

    def array(self, layer: LayerArrays) -> Array:
        """All of them of a layer: (batch, units), or of a network through time (steps, batch, units)."""
        found: Array = getattr(layer, self.stored)
        return found

    def value(self, tape: LayeredTape, ref: Ref, sample: Any) -> Any:
        """From the layer's arrays."""
        return tape.at(self.array(tape.layers[ref.layer - 1]), ref, sample)

    def symbol(self, tape: LayeredTape, ref: Ref) -> str:
        """z1, h1."""
        return tape.naming.unit(self.letter, ref.layer, ref.index)

    def shown_with(self, tape: LayeredTape, ref: Ref) -> Shown | None:
        """By itself; without a step, in the last one."""
        ref = tape.in_last_step(ref)
        return Shown(self, ref.layer, tape.place(ref) + 1)

    def step(self, ref: Ref) -> int | None:
        """The second of its index."""
        return ref.index[1] if len(ref.index) > 1 else None


class WeightedSum(OfUnit):
    """z: what a unit receives, each times its weight, added up."""

    phase = "forward"
    row = letter = stored = "z"
    of_forward_pass = of_old_parameters = True

    def formula(self, tape: LayeredTape, ref: Ref, sample: int) -> Formula:
        """W1·x1 + W2·x2 + b1."""
        layer, (unit, *step) = tape.structure.layer(ref.layer), ref.index
        received = (tape.received(ref.layer, sender, tuple(step)) for sender in range(layer.senders))
        terms: list[Formula] = [(Ref(W, ref.layer, (sender, unit)), "·", one) for sender, one in enumerate(received)]
        return total([*terms, (Ref(B, ref.layer, (unit,)),)] if layer.biases else terms)

    def said_as(self, tape: LayeredTape, ref: Ref) -> tuple[str, ...]:
        """With a bias there is more to say."""
        return ("z_bias", "z") if tape.structure.layer(ref.layer).biases else self.words

    def names(self, tape: LayeredTape, ref: Ref) -> dict[str, str]:
        """Its unit, and the bias if there is one."""
        found = {"z": tape.symbol(ref), "unit": tape.symbol(ref._replace(quantity=A))}
        if tape.structure.layer(ref.layer).biases:
            found["bias"] = tape.symbol(Ref(B, ref.layer, ref.index[:1]))
        return found


class UnitOutput(OfUnit):
    """h and o: what a unit makes of its z and sends on."""

    phase = "forward"
    is_activation = True
    row = letter = stored = "a"
    of_forward_pass = of_old_parameters = True

    def formula(self, tape: LayeredTape, ref: Ref, sample: int) -> Formula:
        """f(z), of all z of its layer where the activation couples units; empty for h⟨0⟩."""
        unit, *step = ref.index
        if tape.is_before_start(ref):
            return ()
        everyone = [Ref(Z, ref.layer, (other, *step)) for other in range(tape.structure.layer(ref.layer).units)]
        return activation_formula(tape.structure.layer(ref.layer), everyone[unit], everyone)

    def opened(self, tape: LayeredTape, ref: Ref, sample: int) -> Opened:
        """The activation, worked out."""
        if tape.is_before_start(ref):
            return UNOPENED
        layer, z = tape.structure.layer(ref.layer), ref._replace(quantity=Z, sample=None)
        operands = {"z": z, **_settings(layer)}
        return layer.activation.opened(operands, _numbers(tape, operands, sample), _all_z(tape, ref, sample))

    def shown_with(self, tape: LayeredTape, ref: Ref) -> Shown | None:
        """h⟨0⟩ from the start."""
        return None if tape.is_before_start(ref) else super().shown_with(tape, ref)

    def names(self, tape: LayeredTape, ref: Ref) -> dict[str, str]:
        """Its unit and its z."""
        return {"unit": tape.symbol(ref), "z": tape.symbol(ref._replace(quantity=Z))} if ref.layer else {}

    def qualities(self, tape: LayeredTape, ref: Ref) -> Iterator[str]:
        """The activation."""
        yield tape.structure.layer(ref.layer).activation.name


class OutputError(OfUnit):
    """E_o: an output's share of the error."""

    phase = "loss"
    row = "E"
    of_forward_pass = is_never_negative = True
    is_of_unit = False

    def value(self, tape: LayeredTape, ref: Ref, sample: Any) -> Any:
        """From the batch's errors."""
        return tape.at(tape.batch.errors, ref, sample)

    def symbol(self, tape: LayeredTape, ref: Ref) -> str:
        """E_o1."""
        return "E_" + tape.naming.unit("o", ref.layer, ref.index)

    def formula(self, tape: LayeredTape, ref: Ref, sample: int) -> Formula:
        """As the loss writes it."""
        return error_formula(tape.structure, Ref(T, ref.layer, ref.index), Ref(A, ref.layer, ref.index))

    def opened(self, tape: LayeredTape, ref: Ref, sample: int) -> Opened:
        """The loss, worked out; of an output that is all but 0 or 1, from its z."""
        loss, at = _loss(tape.structure), {"t": T, "a": A, "z": Z}
        operands = {name: Ref(quantity, ref.layer, ref.index) for name, quantity in at.items()}
        return loss.opened(operands, _numbers(tape, operands, sample), _all_z(tape, ref, sample))

    def about(self, ref: Ref) -> Ref:
        """The output."""
        return Ref(A, ref.layer, ref.index)

    def names(self, tape: LayeredTape, ref: Ref) -> dict[str, str]:
        """Its output and its target."""
        return {
            "unit": tape.symbol(ref._replace(quantity=A)),
            "target": tape.symbol(ref._replace(quantity=T)),
        }

    def qualities(self, tape: LayeredTape, ref: Ref) -> Iterator[str]:
        """The loss."""
        yield tape.structure.loss.name if tape.structure.loss else "none"


class SampleError(Quantity):
    """E: the error of a sample, that of all its outputs together."""

    whose = Whose.SAMPLE
    phase = "loss"
    of_forward_pass = of_old_parameters = is_never_negative = True

    def value(self, tape: LayeredTape, ref: Ref, sample: Any) -> Any:
        """From the batch."""
        return tape.batch.E[sample]

    def symbol(self, tape: LayeredTape, ref: Ref) -> str:
        """E, or of another sample than the lens's E₃."""
        return error_symbol(tape, ref)

    def formula(self, tape: LayeredTape, ref: Ref, sample: int) -> Formula:
        """The sum of the outputs' errors, or of the steps'."""
        return total([(error,) for error in tape.errors()])

    def opened(self, tape: LayeredTape, ref: Ref, sample: int) -> Opened:
        """A mean of squares as that."""
        notation, errors = _loss(tape.structure).squares_notation, list(tape.errors())
        if not notation or len(errors) < 2 or any(error.quantity is not E_O for error in errors):
            return UNOPENED
        squares, differences = list[Formula](), list[Worked]()
        for error in errors:
            t, a = error._replace(quantity=T), error._replace(quantity=A)
            squares.append(("(", *fill(notation, {"t": t, "a": a}), ")²"))
            differences.append((tape.value(error, sample) * len(errors),))
        written = ("(", *total(squares), f")/{len(errors)}")
        return Opened((written,), (written, ("(", *total(differences), f")/{len(errors)}")))


class MeanError(Quantity):
    """The loss of a batch: the mean of its samples' E."""

    whose = Whose.BATCH
    of_old_parameters = is_never_negative = True

    def value(self, tape: LayeredTape, ref: Ref, sample: Any) -> float:
        """Infinite where the sum is."""
        return mean_of(tape.batch.E)

    def symbol(self, tape: LayeredTape, ref: Ref) -> str:
        """In a word."""
        return "mean E"

    def formula(self, tape: LayeredTape, ref: Ref, sample: int) -> Formula:
        """1/4·(E₁ + E₂ + E₃ + E₄)."""
        batch = tape.batch.size
        if batch == 1:
            return (Ref(E),)
        return (f"1/{batch}·(", *series(lambda sample: (Ref(E, sample=sample),), batch), ")")

    def shown_with(self, tape: LayeredTape, ref: Ref) -> Shown | None:
        """With E."""
        return Shown(E, None, 1)

    def about(self, ref: Ref) -> Ref:
        """The error."""
        return Ref(E)


class ErrorAfter(Quantity):
    """E⁺: the loss of the same batch with the new parameters, which says whether the update has helped."""

    whose = Whose.BATCH
    phase = "update"
    is_never_negative = True

    def value(self, tape: LayeredTape, ref: Ref, sample: Any) -> float:
        """By a forward pass."""
        return tape.error_after()

    def symbol(self, tape: LayeredTape, ref: Ref) -> str:
        """E⁺, of several samples mean E⁺."""
        return ("E" if tape.batch.size == 1 else "mean E") + PLUS

    def formula(self, tape: LayeredTape, ref: Ref, sample: int) -> Formula:
        """Of all new parameters."""
        new = [Ref(of.quantity.new, of.layer, of.index) for of in tape.trained_parameters() if of.quantity.new]
        return ("E(", *series(lambda place: (new[place],), len(new), ", "), ")")

    def shown_with(self, tape: LayeredTape, ref: Ref) -> Shown | None:
        """With the update."""
        return Shown(UPDATE, None, 1)


# backward


class Derivative(Quantity):
    """∂top/∂bottom; `of` is what stands at the bottom."""

    whose = Whose.SAMPLE
    phase = "backward"

    def __init__(self, key: str, of: Quantity, *, name: str | None = None, words: tuple[str, ...] = ()) -> None:
        super().__init__(key, name=name, words=words)
        self.of = of

    def about(self, ref: Ref) -> Ref:
        """What stands at the bottom."""
        return Ref(self.of, ref.layer, ref.index)

    def top(self, tape: Any, ref: Ref) -> str:
        """What changes: the error."""
        return error_symbol(tape, ref)

    def bottom(self, tape: LayeredTape, ref: Ref) -> str:
        """With what it changes."""
        return tape.symbol(self.about(ref))

    def symbol(self, tape: LayeredTape, ref: Ref) -> str:
        """∂E/∂z1."""
        return f"∂{self.top(tape, ref)}/∂{self.bottom(tape, ref)}"

    def names(self, tape: Any, ref: Ref) -> dict[str, str]:
        """Both."""
        return {"top": self.top(tape, ref), "bottom": self.bottom(tape, ref)}


class UnitGradient(Derivative, OfUnit):
    """∂E/∂z or ∂E/∂h of a sample, unscaled by the batch."""

    row = "gradient"


class OutputGradient(UnitGradient):
    """∂E/∂h: from the loss, or added up over the ways to the outputs."""

    stored = "dE_da"
    short = ("∂E/∂{a}", "∂E")
    is_sum_over_ways = True

    def formula(self, tape: LayeredTape, ref: Ref, sample: int) -> Formula:
        """The loss's slope, or the sum of the parts that come back."""
        if tape.structure.layer(ref.layer).is_output:
            return loss_slope(tape.structure, ref.index)
        return total([(part,) for part in tape.parts(ref)])

    def opened(self, tape: LayeredTape, ref: Ref, sample: int) -> Opened:
        """The loss's slope, worked out."""
        return slope_of_loss_opened(tape, ref, sample) if tape.structure.layer(ref.layer).is_output else UNOPENED

    def names(self, tape: LayeredTape, ref: Ref) -> dict[str, str]:
        """Its unit."""
        return {**super().names(tape, ref), "unit": self.bottom(tape, ref)}


class UnitSlope(Derivative, OfUnit):
    """∂h/∂z: how strongly a unit answers."""

    row = "gradient"
    stored = "slope"
    short = ("∂{a}/∂z", "{a}′")

    def top(self, tape: LayeredTape, ref: Ref) -> str:
        """What the unit sends."""
        return tape.naming.unit("a", ref.layer, ref.index)

    def formula(self, tape: LayeredTape, ref: Ref, sample: int) -> Formula:
        """As the activation writes it."""
        z, a = Ref(Z, ref.layer, ref.index), Ref(A, ref.layer, ref.index)
        return slope_formula(tape.structure.layer(ref.layer), z, a)

    def opened(self, tape: LayeredTape, ref: Ref, sample: int) -> Opened:
        """The derivative, worked out."""
        layer = tape.structure.layer(ref.layer)
        operands = {"z": Ref(Z, ref.layer, ref.index), "a": Ref(A, ref.layer, ref.index), **_settings(layer)}
        return layer.activation.opened(operands, _numbers(tape, operands, sample), is_slope=True)

    def names(self, tape: LayeredTape, ref: Ref) -> dict[str, str]:
        """Its unit and its z."""
        found = super().names(tape, ref)
        return {**found, "unit": found["top"], "a": found["top"], "z": found["bottom"]}

    def qualities(self, tape: LayeredTape, ref: Ref) -> Iterator[str]:
        """The activation."""
        yield tape.structure.layer(ref.layer).activation.name


class Delta(UnitGradient):
    """∂E/∂z, which is called δ."""

    stored = "dE_dz"
    short = ("δ",)

    def formula(self, tape: LayeredTape, ref: Ref, sample: int) -> Formula:
        """∂E/∂h·∂h/∂z; of several units where they are coupled; the loss's slope where it is taken with it as one."""
        layer = tape.structure.layer(ref.layer)
        if layer.is_fused:
            return loss_slope(tape.structure, ref.index)
        if layer.activation.couples_units:
            return tape.coupled(ref)
        return (Ref(DE_DA, ref.layer, ref.index), "·", Ref(DA_DZ, ref.layer, ref.index))

    def opened(self, tape: LayeredTape, ref: Ref, sample: int) -> Opened:
        """The loss's slope, worked out, where it is that."""
        return slope_of_loss_opened(tape, ref, sample) if tape.structure.layer(ref.layer).is_fused else UNOPENED

    def shown_with(self, tape: LayeredTape, ref: Ref) -> Shown | None:
        """By itself where the program has it as an op; else with the slope that makes it."""
        return super().shown_with(tape, ref) if tape.has_delta_op(ref.layer) else DA_DZ.shown_with(tape, ref)

    def names(self, tape: LayeredTape, ref: Ref) -> dict[str, str]:
        """Its z and its unit."""
        found = super().names(tape, ref)
        return {**found, "z": found["bottom"], "unit": tape.symbol(ref._replace(quantity=A))}


# parameters


class LayerParameter(Parameter):
    """W or b. A kind of network says which of its numbers go with it: its local slope, its share in a gradient."""

    gradient: ParameterGradient

    def __init__(self, key: str, *, is_weight: bool) -> None:
        super().__init__(key)
        self.is_weight = is_weight

    def symbol(self, tape: LayeredTape, ref: Ref) -> str:
        """W5, b1."""
        return tape.naming.parameter(self.key, ref.layer, ref.index)

    def flat_slice(self, layer: Layer) -> FlatSlice:
        """Where a layer's lie."""
        return layer.flat_slice(self.key)

    def is_trained(self, layer: Layer) -> bool:
        """Whether an update changes those of a layer."""
        return layer.spec.train_weights if self.is_weight else bool(layer.biases) and layer.spec.train_biases

    def matrix(self, tape: LayeredTape, layer: int | None) -> tuple[str, str]:
        """W[1]."""
        return tape.parameter_matrix(self, layer or 1)


class ParameterGradient(Derivative):
    """∂E/∂W: of several samples the mean of theirs."""

    whose = Whose.BATCH
    of: LayerParameter

    def __init__(self, of: LayerParameter) -> None:
        super().__init__(f"dE_d{of.key}", of)
        of.gradient = self

    def value(self, tape: LayeredTape, ref: Ref, sample: Any) -> float:
        """From the flat gradients."""
        return float(self.of.flat_slice(tape.structure.layer(ref.layer)).of(tape.batch.gradients)[ref.index])

    def formula(self, tape: LayeredTape, ref: Ref, sample: int) -> Formula:
        """The chain rule."""
        return tape.gradient(self.of, ref, sample)

    def edge(self, ref: Ref) -> tuple[int, int, int] | None:
        """The weight's."""
        return self.of.edge(ref)

    def names(self, tape: LayeredTape, ref: Ref) -> dict[str, str]:
        """The parameter, by each name that sentences have for it."""
        found = super().names(tape, ref)
        return {**found, "weight": found["bottom"], "bias": found["bottom"]}


class OtherSamples(Quantity):
    """What the other samples of the batch contribute to a gradient, in one number."""

    whose = Whose.SAMPLE
    is_of_others = True

    def __init__(self, of: LayerParameter) -> None:
        super().__init__(f"rest_{of.key}", words=("rest",))
        self.of = of

    def value(self, tape: LayeredTape, ref: Ref, sample: int) -> float:
        """The sum of their terms."""
        terms = tape.terms(self.of, ref)
        return float(terms[:sample].sum()) + float(terms[sample + 1 :].sum())

    def symbol(self, tape: LayeredTape, ref: Ref) -> str:
        """In a word."""
        return "Σ others"

    def shown_with(self, tape: LayeredTape, ref: Ref) -> Shown | None:
        """From the start: it stands in a formula that is not."""
        return None

    def about(self, ref: Ref) -> Ref:
        """The parameter."""
        return Ref(self.of, ref.layer, ref.index)

    def row_of(self, tape: LayeredTape, ref: Ref) -> int | None:
        """Of many."""
        return None


class LayerSetting(Quantity):
    """What a layer's activation is set to, by its name: α, β."""

    def __init__(self, setting: str) -> None:
        super().__init__(f"layer_setting:{setting}", name="layer_setting", words=("setting",))
        self.setting = setting

    def value(self, tape: LayeredTape, ref: Ref, sample: Any) -> float:
        """As the scenario sets it."""
        return float(tape.structure.layer(ref.layer).spec.activation.settings[self.setting])

    def symbol(self, tape: LayeredTape, ref: Ref) -> str:
        """The setting's own."""
        settings = tape.structure.layer(ref.layer).activation.settings
        return {entry.name: entry.symbol for entry in settings}[self.setting]

    def qualities(self, tape: LayeredTape, ref: Ref) -> Iterator[str]:
        """Of which activation, and which setting."""
        yield f"{tape.structure.layer(ref.layer).activation.name}_{self.setting}"
        yield self.setting

    def path(self, tape: LayeredTape, ref: Ref) -> str:
        """Where the scenario sets it."""
        return f"{tape.activation_path(ref.layer)}.{self.setting}"


layer_setting = cache(LayerSetting)
"""The quantity of a setting of a layer's activation, by its name."""

Z, A = WeightedSum("z"), UnitOutput("a")
E_O, E, MEAN_E, E_AFTER = OutputError("E_o"), SampleError("E"), MeanError("mean_E"), ErrorAfter("E_after")
DE_DA, DA_DZ, DE_DZ = OutputGradient("dE_da", A), UnitSlope("da_dz", Z), Delta("dE_dz", Z)
W, B = LayerParameter("W", is_weight=True), LayerParameter("b", is_weight=False)
DE_DW, DE_DB = ParameterGradient(W), ParameterGradient(B)
REST_W, REST_B = OtherSamples(W), OtherSamples(B)
X_CELL = Cell("X", "x", ("x",), "inputs", X)
T_CELL = Cell("T", "t", ("t",), "targets", T)
O_CELL = OutputCell("O", "o", ("O",), None, A)


# what formulas share


def error_symbol(tape: LayeredTape, ref: Ref) -> str:
    """E; where the reference names its sample, with its number in the training data: E₃."""
    return "E" if ref.sample is None else f"E{tape.row_symbol(ref.sample)}"


def error_formula(structure: LayeredStructure, target: Ref, output: Ref) -> Formula:
    """An output's E, made of a target and an output."""
    return fill(_loss(structure).notation, {"t": target, "a": output})


def loss_slope(structure: LayeredStructure, index: tuple[int, ...]) -> Formula:
    """∂E/∂o, or ∂E/∂z where loss and activation are taken as one."""
    number = structure.output.number
    return fill(_loss(structure).slope_notation, {"t": Ref(T, number, index), "a": Ref(A, number, index)})


def slope_of_loss_opened(tape: LayeredTape, ref: Ref, sample: int) -> Opened:
    """The same worked out, of an output."""
    operands = {"t": Ref(T, ref.layer, ref.index), "a": Ref(A, ref.layer, ref.index)}
    return opened(_loss(tape.structure).slope_openings, operands, _numbers(tape, operands, sample))


def _numbers(tape: LayeredTape, operands: Mapping[str, Ref | str], sample: int) -> dict[str, float]:
    """Those of the operands that are numbers."""
    return {name: tape.value(ref, sample) for name, ref in operands.items() if isinstance(ref, Ref)}


def _all_z(tape: LayeredTape, ref: Ref, sample: int) -> tuple[Sequence[Ref], Sequence[float]]:
    """The weighted sums of a unit's layer and their numbers, where its activation couples the units."""
    layer = tape.structure.layer(ref.layer)
    if not layer.activation.couples_units:
        return (), ()
    refs = [Ref(Z, ref.layer, (other, *ref.index[1:])) for other in range(layer.units)]
    return refs, [tape.value(each, sample) for each in refs]


def loss_slope_of_all(structure: LayeredStructure, outputs: str, targets: str) -> str:
    """The same for all outputs at once."""
    names = {T: targets, A: outputs}
    tokens = loss_slope(structure, (0,))
    text = "".join(token if isinstance(token, str) else names[token.quantity] for token in tokens)
    return text[1:-1] if text.startswith("(") and text.find(")") == len(text) - 1 else text


def activation_formula(layer: Layer, z: Ref, everyone: list[Ref]) -> Formula:
    """A unit's output, made of its `z` and, where the activation couples units, of all z of its layer."""
    return layer.activation.formula(z, _settings(layer), everyone)


def slope_formula(layer: Layer, z: Ref, a: Ref) -> Formula:
    """∂a/∂z of a unit that stands alone."""
    return layer.activation.derivative_formula(z, a, _settings(layer))


def _settings(layer: Layer) -> Mapping[str, Ref | str]:
    """What stands for the settings of the layer's activation in a notation, each by its own name."""
    return layer.activation.operands(
        layer.spec.activation.settings, lambda name: Ref(layer_setting(name), layer.number)
    )


def _loss(structure: LayeredStructure) -> Loss:
    assert structure.loss is not None, "nothing is trained"
    return structure.loss


def parameters_in_order(structure: LayeredStructure, number: int) -> Iterator[Ref]:
    """A layer's weights as they are numbered, then its biases, if it has any."""
    layer = structure.layer(number)
    yield from (Ref(W, number, index) for index in structure.weights_in_order(number))
    yield from (Ref(B, number, (unit,)) for unit in range(layer.units if layer.biases else 0))


def error_of(tape: LayeredTape) -> Ref | None:
    """A sample's E, where there is a loss."""
    return None if tape.structure.loss is None else Ref(E)


def loss_of(tape: LayeredTape) -> Ref | None:
    """What a loss curve goes through."""
    return Ref(MEAN_E) if tape.batch.size > 1 and tape.structure.loss is not None else error_of(tape)


def loss_after_of(tape: LayeredTape) -> Ref | None:
    """What an update makes of the loss of the same batch."""
    return None if tape.structure.optimizer is None else Ref(E_AFTER)


def batch_errors(tape: LayeredTape) -> Iterator[Ref]:
    """The loss of a batch of several samples, and what it is made of."""
    if tape.structure.loss is not None and tape.batch.size > 1:
        yield Ref(MEAN_E)
        yield from (Ref(E, sample=sample) for sample in range(tape.batch.size))


def layered_quantities(structure: LayeredStructure) -> Iterator[Quantity]:
    """Those that every network has, dense or through time."""
    yield from (X, T, Z, A, X_CELL, T_CELL, O_CELL)
    names = (entry.name for layer in structure.layers for entry in layer.activation.settings if entry.range != "flag")
    yield from map(layer_setting, dict.fromkeys(names))
    if structure.loss is not None:
        yield from (E_O, E, MEAN_E, DE_DA, DA_DZ, DE_DZ)
        yield from (REST_W, REST_B) if structure.has_biases else (REST_W,)
    if structure.optimizer is not None:
        yield E_AFTER
    yield from update_quantities(structure.optimizer, *((W, B) if structure.has_biases else (W,)))
