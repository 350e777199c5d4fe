"""What of a scenario the diagram is about, and what of it is lit at the moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from dlsim.engine.functions.losses import LOSSES
from dlsim.engine.kinds import updates
from dlsim.engine.kinds.layered.quantities import A, B, X
from dlsim.engine.program import Op
from dlsim.engine.quantity import Quantity, Ref, operands
from dlsim.engine.scenario.spec import ActivationSpec, Scenario
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.session.selection import in_network

MOST_UNITS, MOST_LAYERS = 4, 5
"""A network of no more units a layer, and no more layers with that of the inputs, is a small one."""


class Shape(Struct, frozen=True):
    """A network's shape. Column 0 is the inputs, the last column the outputs."""

    widths: tuple[int, ...]
    activations: tuple[ActivationSpec, ...]  # by column, one without a name for the inputs
    biases: tuple[bool, ...]  # by column
    has_targets: bool
    trains: bool
    is_fused: bool
    """Whether the outputs' ∂E/∂z comes straight from the loss."""
    steps: int = 0
    """Of a sequence: each unit has a number at every step; 0 where there are no sequences."""
    is_fed_back: bool = False
    """Whether the hidden outputs come back to the hidden layer at the next step."""
    fed_back: int = 0
    """How many hidden outputs of the step before stand among the inputs, below the given ones; 0 where there is no
    room for them."""

    def __hash__(self) -> int:
        """Settings of activations have none; where all else is the same they seldom differ."""
        return hash((self.widths, self.biases, self.has_targets, self.trains, self.is_fused))

    @property
    def is_small(self) -> bool:
        """Whether it is small enough to list its weights in its units."""
        return max(self.widths) <= MOST_UNITS and 1 < len(self.widths) <= MOST_LAYERS and not self.steps

    @property
    def last(self) -> int:
        """The output column."""
        return len(self.widths) - 1

    @property
    def inputs(self) -> int:
        """The inputs that are given."""
        return self.widths[0] - self.fed_back

    @property
    def with_what_is_fed_back(self) -> Shape:
        """The same with the hidden outputs of the step before among the inputs: the units that Wh leads from."""
        inputs, hidden, *rest = self.widths
        return replace(self, widths=(inputs + hidden, hidden, *rest), fed_back=hidden)

    def has_unit(self, layer: int, unit: int) -> bool:
        """Whether there is such a unit."""
        return 0 <= layer <= self.last and 0 <= unit < self.widths[layer]


def shape_of(scenario: Scenario) -> Shape | None:
    """The shape of a scenario's network, None where it has none to draw."""
    network, data, training = scenario.network, scenario.data, scenario.training
    if network is None:
        return None
    return Shape(
        widths=network.widths,
        activations=(ActivationSpec(""), *(layer.activation for layer in network.layers)),
        biases=(False, *(layer.bias for layer in network.layers)),
        has_targets=data is not None and data.targets is not None,
        trains=training is not None,
        is_fused=training is not None and LOSSES[training.loss].fused_with is not None,
        steps=scenario.steps,
        is_fed_back=scenario.is_fed_back,
    )


ACTIVE, OPERAND, UPDATE = "active", "operand", "update"
MOST_LIT = 64
"""Of an op of more numbers the last one alone is lit, as the others are not all told either."""


class Node(Struct, frozen=True):
    """A unit, and the row of it; the inputs are layer 0."""

    layer: int
    unit: int
    row: str


class Edge(Struct, frozen=True, order=True):
    """The weight from unit `sender` of the layer below to `unit` of `layer`."""

    layer: int
    sender: int
    unit: int


def step_of(ref: Ref, shape: Shape) -> int | None:
    """The step of a sequence that a number belongs to, None where it belongs to none."""
    return ref.quantity.step(ref) if shape.steps else None


def place_of(ref: Ref, shape: Shape, step: int | None = None) -> Node | Edge | None:
    """Where `ref` stands in the picture, of sequences in that of a `step`; None where it has no place there."""
    return _place_of(ref, ref.quantity.edge(ref) if ref.index else None, shape, step)


def _place_of(ref: Ref, edge: tuple[int, int, int] | None, shape: Shape, step: int | None) -> Node | Edge | None:
    """The same of a number that is written at that edge."""
    quantity, layer, index = ref.quantity, ref.layer, ref.index
    if shape.fed_back and step is not None and layer == 1 and ref.sample is None:
        is_sent = quantity is A and index[1] == step - 1
        if is_sent or (quantity.is_way and quantity.step(ref) == step and index[1] == step - 1):
            return Node(0, shape.inputs + index[0], "a" if is_sent else "gradient")
    if not index or ref.sample is not None or step_of(ref, shape) not in (None, step):
        return None
    if edge is not None:
        place: Node | Edge = Edge(*edge)
    elif quantity.row is not None:
        place = Node(layer, index[0 if shape.steps else -1], quantity.row)
    elif quantity.about(ref).quantity is B and len(index) == 1:
        place = Node(layer, index[0], "b")
    else:
        return None
    is_there = shape.has_unit(place.layer, place.unit)
    if isinstance(place, Edge):
        is_there = is_there and place.layer > 0 and shape.has_unit(place.layer - 1, place.sender)
    return place if is_there else None


class Numbers(dict[Ref, tuple[str, float | None]]):
    """(symbol, number) of what the picture writes, None where that has not been revealed: read at once, and what else
    is asked for when it is.
    """

    def __init__(self, snapshot: Snapshot, refs: Sequence[Ref]) -> None:
        super().__init__(zip(refs, zip(snapshot.symbols(refs), snapshot.read(refs), strict=True), strict=True))
        self._snapshot = snapshot

    def __missing__(self, ref: Ref) -> tuple[str, float | None]:
        found = self[ref] = self._snapshot.symbol(ref), self._snapshot.value(ref)
        return found


class Focus(Struct):
    """What is lit: the place of the value computed last, and those of its operands."""

    phase: str | None = None
    active: Node | Edge | None = None
    ref: Ref | None = None
    selected: Node | Edge | None = None
    is_update: bool = False
    step: int | None = None
    """The step of the sequence that is shown, from 0."""
    told: dict[Node | Edge, Ref] = field(default_factory=dict)
    """The numbers that active places stand for."""
    rows: dict[Node, str] = field(default_factory=dict)
    nodes: dict[tuple[int, int], str] = field(default_factory=dict)
    edges: dict[Edge, str] = field(default_factory=dict)
    refs: dict[Ref, str] = field(default_factory=dict)
    """The numbers themselves: several of a unit may share a row."""

    def of_unit(self, quantity: Quantity, layer: int, unit: int) -> Ref:
        """A unit's number in the picture: the one of the step that is shown."""
        return Ref(quantity, layer, (unit,) if self.step is None else (unit, self.step))

    def of_input(self, unit: int, shape: Shape) -> Ref:
        """What an input brings in: the number that is given, or the hidden output of the step before."""
        if self.step is None or unit < shape.inputs:
            return self.of_unit(X, 0, unit)
        return Ref(A, 1, (unit - shape.inputs, self.step - 1))

    def tell(self, ref: Ref, place: Node | Edge | None) -> None:
        """Light the place of a number that has just been computed, or is selected."""
        if place is not None:
            self.told[place] = ref
        self.light(ref, place, ACTIVE)

    def light(self, ref: Ref, place: Node | Edge | None, role: str) -> None:
        """Light a number and its place; what is active stays so."""
        self.refs.setdefault(ref, role)
        if isinstance(place, Edge):
            self.edges.setdefault(place, role)
        elif place is not None:
            self.rows.setdefault(place, role)
            self.nodes.setdefault((place.layer, place.unit), role)

    def role_of(self, edge: Edge) -> str:
        """In which role a weight stands, "" where it is not lit."""
        if self.is_update:
            return UPDATE
        if self.selected == edge and edge != self.active:
            return OPERAND
        return self.edges.get(edge, "")

    def units(self, layer: int) -> Iterable[int]:
        """The units of a layer that should be in view, the most wanted first."""
        for place in (self.selected, self.active):
            if isinstance(place, Edge):
                if place.layer == layer:
                    yield place.unit
                elif place.layer - 1 == layer:
                    yield place.sender
            elif place is not None and place.layer == layer:
                yield place.unit

    def layer(self) -> int | None:
        """The layer that should be in view."""
        place = self.selected or self.active
        return None if place is None else place.layer


def focus_of(snapshot: Snapshot, shape: Shape, selected: Ref | None, whole: Op | None = None) -> Focus:
    """What the present moment lights: the value computed last, where all of an op is told, its whole op. Of a selected
    number its path, whatever the run has come to.
    """
    ref, phase = None, snapshot.position.phase
    if selected is not None:
        ref = in_network(snapshot, selected)
        phase = ref.quantity.phase
    elif snapshot.event is not None:
        ref = snapshot.event.told.ref
    focus = Focus(phase=phase, ref=ref, step=_step(shape, ref))
    if ref is None:
        return focus
    focus.active = place_of(ref, shape, focus.step)
    focus.tell(ref, focus.active)
    if selected is not None:
        focus.selected = focus.active
    else:
        focus.is_update = ref.quantity is updates.UPDATE
        if whole is not None and whole.size <= MOST_LIT:
            _light_op(focus, snapshot, shape, whole)
    _light_path(focus, snapshot, shape, ref)
    return focus


def _step(shape: Shape, ref: Ref | None) -> int | None:
    """The step to show: that of the number; the last for one that is of no step, the first before there is any."""
    if not shape.steps:
        return None
    found = 0 if ref is None else step_of(ref, shape)
    return shape.steps - 1 if found is None else max(found, 0)


def _light_op(focus: Focus, snapshot: Snapshot, shape: Shape, op: Op) -> None:
    """Each of its numbers, then what their formulas speak of."""
    for ref in op.refs:
        focus.tell(ref, place_of(ref, shape, focus.step))
    for ref in op.refs:
        for operand in operands(snapshot.tape.formula(ref, snapshot.sample)):
            own = in_network(snapshot, operand)
            focus.light(own, place_of(own, shape, focus.step), OPERAND)


def _light_path(focus: Focus, snapshot: Snapshot, shape: Shape, ref: Ref) -> None:
    """What a formula speaks of, and the sums that are spelt out below it: the lines that a gradient came back along."""
    told = snapshot.explained.get(ref) or snapshot.explain(ref)
    for own, edge, sender in snapshot.places(told.operands):
        focus.light(own, _place_of(own, edge, shape, focus.step), OPERAND)
        if sender is not None:  # what it sends is its number
            focus.light(own, Node(*sender, "a"), OPERAND)
    for inner in told.sums:
        for operand in inner.operands:
            focus.light(operand, place_of(operand, shape, focus.step), OPERAND)
