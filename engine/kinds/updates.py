"""Parameters and what an optimizer makes of them: the numbers of every kind that is trained, and the columns of the
weights table.

A tape that has them is an `UpdatedTape`. Rules: engine/functions/optimizers.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any, Protocol

from dlsim.engine.functions.opened import Opening, opened
from dlsim.engine.functions.optimizers import Optimizer
from dlsim.engine.quantity import FOLLOWED, UNOPENED, Formula, LeftOut, Opened, Quantity, Ref, Shown, Whose, fill

PLUS = "⁺"
"""Behind a parameter's symbol: what the update makes of it."""
CHANGE = "Δ"
"""Before it: by how much the update moves it."""
LISTED_IN_UPDATE = 8


OWN_RATE = "η_"
"""Before it: the rate that it has for itself."""


def update_columns(optimizer: Optimizer | None) -> tuple[str, ...]:
    """What a table lists of a parameter, in the order in which one makes the next: all of the same iteration."""
    return ("before", "gradient", *memory_columns(optimizer), "change", "new")


def memory_columns(optimizer: Optimizer | None) -> tuple[str, ...]:
    """What of it is the optimizer's own: its memory, and the rate that comes of it."""
    if optimizer is None:
        return ()
    rate = (f"={optimizer.own_rate_head}",) if optimizer.own_rate_head else ()
    return (*(f"={slot}{PLUS}" for slot in optimizer.slots), *rate)


def spare_columns(optimizer: Optimizer | None) -> tuple[str, ...]:
    """Which of them go, in this order, where there is little room: the memory, then the change, which others tell."""
    memory = memory_columns(optimizer)
    if optimizer is not None and optimizer.own_rate_head and not optimizer.has_direction:
        memory = (memory[-1], *memory[:-1])
    return (*reversed(memory), "change")


class UpdatedTape(Protocol):
    """What a tape tells of the update."""

    @property
    def optimizer(self) -> Optimizer | None:
        """None where nothing is trained."""

    @property
    def iteration(self) -> int:
        """The number of the update, from 1."""

    @property
    def landed(self) -> bool:
        """Whether the new parameters have taken their places."""

    @property
    def trained(self) -> int:
        """How many parameters are trained."""

    @property
    def all_parameters(self) -> str:
        """What stands for all of them in a formula: W."""

    def parameter(self, of: Parameter, ref: Ref, *, is_new: bool) -> float:
        """A parameter at the layer and index of `ref`, before the update or after it."""

    def slot(self, name: str, of: Parameter, ref: Ref, *, is_new: bool) -> float:
        """What the optimizer remembers of it."""

    def is_renewed(self, of: Any, layer: int) -> bool:
        """Whether an update changes those of a layer; `of` is the kind's own `Parameter`."""

    def trained_parameters(self) -> Iterator[Ref]:
        """The parameters that an update renews, in order."""

    def symbol(self, ref: Ref) -> str:
        """How formulas write `ref`."""


# parameters


class Parameter(Quantity):
    """A number that is trained, as the iteration reads it, and the root of its family: `now`, `new`, `change`, `slot`
    and `new_slot`. A kind sets its `gradient`, and says how its symbol is written.
    """

    whose = Whose.GIVEN
    is_parameter = is_learnt = of_forward_pass = True
    gradient: Quantity
    before: Quantity
    now: Quantity
    new: Quantity

    def __init__(self, key: str, words: tuple[str, ...] = ()) -> None:
        super().__init__(key, words=words)
        self.before = self
        self.now = PresentParameter(self)
        self.new = NewParameter(self)
        self.now.new = self.new
        self.change = ParameterChange(self)
        self.own_rate = OwnRate(self)
        self.slot = cache(lambda name: OptimizerSlot(name, self))
        self.new_slot = cache(lambda name: NewSlot(name, self))

    def memory(self, optimizer: Optimizer | None) -> Iterator[Quantity]:
        """What stands in the columns of an optimizer's memory, see `memory_columns`."""
        if optimizer is not None:
            yield from map(self.new_slot, optimizer.slots)
            if optimizer.own_rate_notation:
                yield self.own_rate

    def value(self, tape: UpdatedTape, ref: Ref, sample: Any) -> float:
        """Before the update."""
        return tape.parameter(self, ref, is_new=False)

    def matrix(self, tape: Any, layer: int | None) -> tuple[str, str]:
        """(what stands for all of a layer in a formula, its shape): W[1], (2×3)."""
        return self.key, ""

    def edge(self, ref: Ref) -> tuple[int, int, int] | None:
        """Of a weight, its line in a picture."""
        return (ref.layer, *ref.index) if len(ref.index) == 2 else None


class _OfParameter(Quantity):
    """Something of a parameter: `of` says of which."""

    def __init__(self, key: str, of: Parameter, *, name: str | None = None, words: tuple[str, ...] = ()) -> None:
        super().__init__(key, name=name, words=words)
        self.of = of

    def about(self, ref: Ref) -> Ref:
        """The parameter."""
        return Ref(self.of, ref.layer, ref.index)

    def names(self, tape: UpdatedTape, ref: Ref) -> dict[str, str]:
        """The parameter."""
        return {"parameter": tape.symbol(self.about(ref))}

    def edge(self, ref: Ref) -> tuple[int, int, int] | None:
        """The parameter's."""
        return self.of.edge(ref)


class PresentParameter(_OfParameter):
    """A parameter as it is at the moment: the new one, once the update has landed."""

    is_learnt = True

    def __init__(self, of: Parameter) -> None:
        super().__init__(f"now_{of.key}", of, words=of.words)
        self.before = of
        self.now = self

    def value(self, tape: UpdatedTape, ref: Ref, sample: Any) -> float:
        """Before the update or after it."""
        return tape.parameter(self.of, ref, is_new=tape.landed)

    def symbol(self, tape: UpdatedTape, ref: Ref) -> str:
        """As the parameter's."""
        return self.of.symbol(tape, ref)

    def formula(self, tape: UpdatedTape, ref: Ref, sample: int) -> Formula:
        """The new one that has just taken its place; empty before that."""
        is_renewed = tape.landed and tape.is_renewed(self.of, ref.layer)
        return (ref._replace(quantity=self.of.new),) if is_renewed else ()

    def names(self, tape: UpdatedTape, ref: Ref) -> dict[str, str]:
        """As the parameter's."""
        return self.of.names(tape, ref)


class NewParameter(_OfParameter):
    """W⁺: what the update makes of a parameter."""

    whose = Whose.BATCH
    is_new = True

    def __init__(self, of: Parameter) -> None:
        super().__init__(f"new_{of.key}", of, words=(f"new_{of.key}", "new"))
        self.before = of
        self.now = of.now
        self.new = self

    def value(self, tape: UpdatedTape, ref: Ref, sample: Any) -> float:
        """After the update."""
        return tape.parameter(self.of, ref, is_new=True)

    def symbol(self, tape: UpdatedTape, ref: Ref) -> str:
        """The parameter's, with a plus."""
        return self.of.symbol(tape, ref) + PLUS

    def formula(self, tape: UpdatedTape, ref: Ref, sample: int) -> Formula:
        """The optimizer's step."""
        return _step(tape, "", self.of, ref)

    def opened(self, tape: UpdatedTape, ref: Ref, sample: int) -> Opened:
        """The same, its roots worked out."""
        return _step_opened(tape, "", self.of, ref)

    def whole(self, tape: Any, op: Any) -> tuple[str, str]:
        """The same for all of them."""
        return _for_all(tape, op, self.of, "")

    def names(self, tape: UpdatedTape, ref: Ref) -> dict[str, str]:
        """The parameter, by each of the names that sentences have for it."""
        return dict.fromkeys(("weight", "bias", "parameter"), tape.symbol(self.about(ref)))

    def qualities(self, tape: UpdatedTape, ref: Ref) -> Iterator[str]:
        """The optimizer."""
        yield _form(tape)


class ParameterChange(_OfParameter):
    """ΔW: by how much the update moves a parameter."""

    whose = Whose.BATCH

    def __init__(self, of: Parameter) -> None:
        super().__init__(f"change_{of.key}", of, words=("change",))

    def value(self, tape: UpdatedTape, ref: Ref, sample: Any) -> float:
        """The new one less the old one."""
        return tape.parameter(self.of, ref, is_new=True) - tape.parameter(self.of, ref, is_new=False)

    def symbol(self, tape: UpdatedTape, ref: Ref) -> str:
        """The parameter's, with a Δ."""
        return CHANGE + self.of.symbol(tape, ref)

    def formula(self, tape: UpdatedTape, ref: Ref, sample: int) -> Formula:
        """The new one less the old one."""
        return (ref._replace(quantity=self.of.new), " − ", ref._replace(quantity=self.of))

    def shown_with(self, tape: Any, ref: Ref) -> Shown | None:
        """With the new one."""
        return self.of.new.shown_with(tape, ref._replace(quantity=self.of.new))


class OwnRate(_OfParameter):
    """η_W: the rate that an optimizer has for a parameter by itself, from what it remembers of it."""

    whose = Whose.BATCH

    def __init__(self, of: Parameter) -> None:
        super().__init__(f"own_rate:{of.key}", of, name="own_rate")

    def value(self, tape: UpdatedTape, ref: Ref, sample: Any) -> float:
        """Of this update."""
        optimizer, of = _optimizer(tape), self.of
        slots = ([tape.slot(name, of, ref, is_new=is_new) for name in optimizer.slots] for is_new in (False, True))
        return float(optimizer.own_rate(tape.iteration, *slots))

    def symbol(self, tape: UpdatedTape, ref: Ref) -> str:
        """The parameter's, with an η."""
        return OWN_RATE + self.of.symbol(tape, ref)

    def formula(self, tape: UpdatedTape, ref: Ref, sample: int) -> Formula:
        """The optimizer's."""
        optimizer = _optimizer(tape)
        return fill(optimizer.own_rate_notation, _operands(tape, self.of, ref)) if optimizer.own_rate_notation else ()

    def opened(self, tape: UpdatedTape, ref: Ref, sample: int) -> Opened:
        """The same, its roots worked out."""
        optimizer = _optimizer(tape)
        return _opened(tape, optimizer.opening(optimizer.own_rate_notation), lambda: _operands(tape, self.of, ref))

    def shown_with(self, tape: Any, ref: Ref) -> Shown | None:
        """With the new value, which is made with it."""
        return self.of.new.shown_with(tape, ref._replace(quantity=self.of.new))

    def qualities(self, tape: UpdatedTape, ref: Ref) -> Iterator[str]:
        """The optimizer."""
        yield _form(tape)


class _Slot(_OfParameter):
    """What an optimizer remembers of a parameter; `slot` is the name that it has for it."""

    called: str
    mark = ""

    def __init__(self, slot: str, of: Parameter) -> None:
        super().__init__(f"{self.called}:{slot}:{of.key}", of, name=self.called)
        self.slot = slot

    def value(self, tape: UpdatedTape, ref: Ref, sample: Any) -> float:
        """Before the update, or what is marked as new, after it."""
        return tape.slot(self.slot, self.of, ref, is_new=bool(self.mark))

    def symbol(self, tape: UpdatedTape, ref: Ref) -> str:
        """v_W1, v_W1⁺."""
        return f"{self.slot}_{self.of.symbol(tape, ref)}{self.mark}"


class OptimizerSlot(_Slot):
    """What the optimizer remembers of a parameter, as the iteration reads it."""

    called = "slot"
    is_learnt = True


class NewSlot(_Slot):
    """What the optimizer will remember of a parameter."""

    called = "new_slot"
    mark = PLUS
    whose = Whose.BATCH

    def formula(self, tape: UpdatedTape, ref: Ref, sample: int) -> Formula:
        """How it is renewed."""
        return _step(tape, self.slot, self.of, ref)

    def opened(self, tape: UpdatedTape, ref: Ref, sample: int) -> Opened:
        """The same, its roots worked out."""
        return _step_opened(tape, self.slot, self.of, ref)

    def whole(self, tape: Any, op: Any) -> tuple[str, str]:
        """The same for all of them."""
        return _for_all(tape, op, self.of, self.slot)

    def qualities(self, tape: UpdatedTape, ref: Ref) -> Iterator[str]:
        """The optimizer, and which of its slots."""
        yield f"{_form(tape)}_{self.slot}"


# the optimizer's own


class OptimizerSetting(Quantity):
    """What an optimizer is set to: η, μ, ρ and so on."""

    def __init__(self, setting: str) -> None:
        super().__init__(f"setting:{setting}", name="setting")
        self.setting = setting

    def value(self, tape: UpdatedTape, ref: Ref, sample: Any) -> float:
        """As the scenario sets it."""
        return float(_optimizer(tape).values[self.setting])

    def symbol(self, tape: UpdatedTape, ref: Ref) -> str:
        """The setting's own."""
        return {entry.name: entry.symbol for entry in _optimizer(tape).settings}[self.setting]

    def path(self, tape: Any, ref: Ref) -> str:
        """Where the scenario sets it."""
        return f"training.optimizer.{self.setting}"

    def qualities(self, tape: UpdatedTape, ref: Ref) -> Iterator[str]:
        """Of which optimizer, and which setting."""
        yield f"{_form(tape)}_{self.setting}"
        yield self.setting


setting = cache(OptimizerSetting)
"""The quantity of a setting of the optimizer, by its name."""


class UpdateCount(Quantity):
    """How many updates there have been: `n` before this one, `t` with it."""

    is_count = True

    def __init__(self, letter: str) -> None:
        super().__init__(f"count:{letter}", name="count")
        self.letter = letter

    def value(self, tape: UpdatedTape, ref: Ref, sample: Any) -> float:
        """By the optimizer's own count."""
        return float(tape.iteration - (self.letter == "n"))

    def symbol(self, tape: UpdatedTape, ref: Ref) -> str:
        """The letter."""
        return self.letter

    def qualities(self, tape: UpdatedTape, ref: Ref) -> Iterator[str]:
        """Which of the two."""
        yield self.letter


DONE, WITH_THIS = UpdateCount("n"), UpdateCount("t")


class StepSize(Quantity):
    """η, or η_t where the step size changes from update to update."""

    whose = Whose.BATCH

    def value(self, tape: UpdatedTape, ref: Ref, sample: Any) -> float:
        """Of this update."""
        return _optimizer(tape).rate(tape.iteration)

    def symbol(self, tape: UpdatedTape, ref: Ref) -> str:
        """Whether it changes."""
        return "η_t" if tape.optimizer and tape.optimizer.rate_notation else "η"

    def formula(self, tape: UpdatedTape, ref: Ref, sample: int) -> Formula:
        """How it is made; empty where it is the learning rate itself."""
        optimizer = tape.optimizer
        if optimizer is None or not optimizer.rate_notation:
            return ()
        return fill(optimizer.rate_notation, {"n": Ref(DONE), "t": Ref(WITH_THIS), **_settings(optimizer)})

    def opened(self, tape: UpdatedTape, ref: Ref, sample: int) -> Opened:
        """The same, its root worked out."""
        optimizer = tape.optimizer
        if optimizer is None or not optimizer.rate_notation:
            return UNOPENED
        operands = {"n": Ref(DONE), "t": Ref(WITH_THIS), **_settings(optimizer)}
        return _opened(tape, optimizer.opening(optimizer.rate_notation), lambda: operands)

    def whole(self, tape: Any, op: Any) -> tuple[str, str]:
        """A single number."""
        return "η_t", ""

    def shown_with(self, tape: UpdatedTape, ref: Ref) -> Shown | None:
        """From the start, where it never changes."""
        return Shown(self, None, 1) if _optimizer(tape).rate_notation else None

    def path(self, tape: Any, ref: Ref) -> str:
        """It comes from the learning rate."""
        return "training.optimizer.learning_rate"

    def qualities(self, tape: UpdatedTape, ref: Ref) -> Iterator[str]:
        """The optimizer."""
        yield _form(tape)


RATE = StepSize("rate")


class Update(Quantity):
    """The moment at which all new parameters take their places; its number is how many do."""

    whose = Whose.BATCH
    phase = "update"

    def value(self, tape: UpdatedTape, ref: Ref, sample: Any) -> float:
        """How many."""
        return float(tape.trained)

    def symbol(self, tape: UpdatedTape, ref: Ref) -> str:
        """W ← W⁺."""
        return f"{tape.all_parameters} ← {tape.all_parameters}{PLUS}"

    def formula(self, tape: UpdatedTape, ref: Ref, sample: int) -> Formula:
        """The first of them; of many the others are left out."""
        trained = iter(tape.trained_parameters())
        tokens: list[str | Ref] = []
        for parameter in islice(trained, LISTED_IN_UPDATE):
            tokens += [f"{', ' if tokens else ''}{tape.symbol(parameter)} ← ", _new(parameter)]
        if others := tuple(map(_new, islice(trained, FOLLOWED))):
            tokens += [", ", LeftOut("…", others)]
        return tuple(tokens)

    def whole(self, tape: UpdatedTape, op: Any) -> tuple[str, str]:
        """The same."""
        return self.symbol(tape, Ref(self)), ""


UPDATE = Update("update")


def update_quantities(optimizer: Optimizer | None, *parameters: Parameter) -> Iterator[Quantity]:
    """The parameters; and, where an `optimizer` changes them, all that belongs to an update of theirs."""
    for of in parameters:
        yield from (of, of.now)
        if optimizer is not None:
            yield from (of.gradient, of.change, of.new)
            yield from (each(slot) for slot in optimizer.slots for each in (of.slot, of.new_slot))
            if optimizer.own_rate_notation:
                yield of.own_rate
    if optimizer is not None:
        yield from (setting(entry.name) for entry in optimizer.settings if entry.range != "flag")
        yield from (RATE, DONE, WITH_THIS, UPDATE)


def _new(parameter: Ref) -> Ref:
    assert parameter.quantity.new is not None, "a parameter has a new value"
    return parameter._replace(quantity=parameter.quantity.new)


def _optimizer(tape: UpdatedTape) -> Optimizer:
    assert tape.optimizer is not None, "nothing is trained"
    return tape.optimizer


def _form(tape: UpdatedTape) -> str:
    """What the optimizer is with its settings: words go by it."""
    return "none" if tape.optimizer is None else tape.optimizer.form


def _settings(optimizer: Optimizer) -> dict[str, Ref]:
    return {entry.name: Ref(setting(entry.name)) for entry in optimizer.settings}


def _step(tape: UpdatedTape, slot: str, of: Parameter, ref: Ref) -> Formula:
    """How a slot, or with `slot` "" the parameter itself, is renewed."""
    optimizer = _optimizer(tape)
    return fill(_notation(optimizer, slot), _operands(tape, of, ref))


def _step_opened(tape: UpdatedTape, slot: str, of: Parameter, ref: Ref) -> Opened:
    """The same worked out."""
    optimizer = _optimizer(tape)
    return _opened(tape, optimizer.opening(_notation(optimizer, slot)), lambda: _operands(tape, of, ref))


def _notation(optimizer: Optimizer, slot: str) -> str:
    return optimizer.slot_notation[slot] if slot else optimizer.notation


def _operands(tape: UpdatedTape, of: Parameter, ref: Ref) -> dict[str, Ref]:
    """What stands for a parameter, its gradient, its memory and the settings in the notation of its optimizer."""
    optimizer = _optimizer(tape)
    operands = {
        "p": Ref(of, ref.layer, ref.index),
        "g": Ref(of.gradient, ref.layer, ref.index),
        "rate": Ref(RATE) if optimizer.rate_notation else Ref(setting("learning_rate")),
        **_settings(optimizer),
    }
    for name in optimizer.slots:
        operands[name] = Ref(of.slot(name), ref.layer, ref.index)
        operands[f"{name}+"] = Ref(of.new_slot(name), ref.layer, ref.index)
    return operands


def _opened(tape: UpdatedTape, opening: Opening | None, operands: Callable[[], Mapping[str, Ref]]) -> Opened:
    """Lines of an optimizer's, filled in; none where there is nothing to open."""
    if opening is None:
        return UNOPENED
    refs = operands()
    return opened((opening,), refs, {name: one.quantity.value(tape, one, 0) for name, one in refs.items()})


def _for_all(tape: Any, op: Any, of: Parameter, slot: str) -> tuple[str, str]:
    """An optimizer's step for a whole matrix of parameters, or for a slot of them: the same for each."""
    matrix, shape = of.matrix(tape, op.layer)

    def written(token: str | Ref) -> str:
        if isinstance(token, str):
            return token
        quantity = token.quantity
        if isinstance(quantity, _Slot):
            return f"{quantity.slot}_{matrix}{quantity.mark}"
        if quantity is of:
            return matrix
        return f"∂E/∂{matrix}" if quantity is of.gradient else str(tape.symbol(token))

    name = f"{slot}_{matrix}{PLUS}" if slot else f"{matrix}{PLUS}"
    return f"{name} = {''.join(map(written, _step(tape, slot, of, op.ref(0))))}", shape
