"""Which sentence goes with a number: the question it answers and what it means. No Textual here.

A key is looked up from the particular to the general: `meaning.search_y.at_zero.positive`, `meaning.search_y.positive`,
`meaning.y`, and last `meaning.any`. Between a quantity and its sign may stand a quality: the activation, the loss, the
optimizer, what an optimizer's state is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dlsim.engine.classes import class_names, classes_of
from dlsim.engine.explain import Explanation
from dlsim.engine.numbers import fixed, general
from dlsim.engine.reference import Ref, kind_of
from dlsim.engine.scenario.spec import Scenario
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.session.answer import datum_edit
from dlsim.tui.words import Words

MOST_NAMED = 3
"""Units of a layer that a sentence names one by one."""

SAID_ALIKE = {
    "now_W": "W",
    "now_b": "b",
    "now_p": "p",
    "now_f": "f",
    "X": "x",
    "cell": "x",
    "T": "t",
    "target": "t",
    "truth": "t",
    "rest_b": "rest",
    "rest_W": "rest",
    "term_b": "term",
    "term_W": "term",
    "alpha": "setting",
    "change_W": "change",
    "change_b": "change",
    "change_p": "change",
}
"""Quantities that are other ways to get at the same thing: the weight at present, an input in the data table …"""

NEW = frozenset({"new_W", "new_b", "new_p"})
UPDATE = Ref("update")
"""Values of parameters to come, and the moment at which they take their places."""


def fitting(say: Words, scenario: Scenario, key: str, /, **values: object) -> str:
    """The text at `key`, or the one that such a scenario has instead: of epochs only where there are any."""
    return say.first(keys_for(scenario, key), **values)


def keys_for(scenario: Scenario, *keys: str) -> list[str]:
    """The same keys in their order, those that such a scenario has of its own before all."""
    own = scenario.wording
    return [*(f"{own}.{key}" for key in keys if own), *keys]


def question(say: Words, snapshot: Snapshot, ref: Ref) -> str:
    """The question that the number answers."""
    keys = [*_keys("question", snapshot, ref, _place(snapshot, ref)), "question.any"]
    return say.first(keys, **names(snapshot, ref))


def meaning(say: Words, snapshot: Snapshot, ref: Ref, value: float) -> str:
    """One plain sentence of what the number means."""
    keys = [*_keys("meaning", snapshot, ref, _sign(value)), "meaning.any"]
    if datum_edit(snapshot, ref) is not None:
        keys = [f"meaning.edited_{ref.quantity.datum}"]
    found = names(snapshot, ref)
    told = say.first(keys_for(snapshot.scenario, *keys), **found)
    if kind_of(ref) not in NEW:
        return told
    which = "new" if snapshot.is_shown(UPDATE) else "old"
    return say(f"meaning.which_counts.{which}", meaning=told, parameter=found["parameter"])


def reasons(
    say: Words, snapshot: Snapshot, told: Explanation, sums: Sequence[Explanation], digits: int
) -> Sequence[str]:
    """Why a gradient is a sum over several ways, or has `sums` in it; what δ is, where a unit begins to show it."""
    texts = [why_summed(say, snapshot, told.ref, found.operands) for found in (told, *sums)]
    texts += [whats_delta(say, snapshot, told.ref, digits), how_a_way_goes(say, snapshot, told.ref)]
    return [text for text in texts if text]


def why_summed(say: Words, snapshot: Snapshot, ref: Ref, operands: Sequence[Ref]) -> str:
    """Why a gradient adds up several ways, of which `operands` are the parts: which units the unit of the layer below
    feeds. "" for any other sum.
    """
    ways = [operand for operand in operands if operand.quantity == "part" and len(operand.index) == 2]
    if len(ways) < 2 or len(ways) < len(operands):
        return ""
    layer, (unit, _) = ways[0].layer, ways[0].index
    fed = [snapshot.symbol(Ref("a", layer + 1, (way.index[1],))) for way in ways]
    units = say("why.layer", number=len(fed), layer=layer + 1)
    if len(fed) <= MOST_NAMED:
        units = say("why.units", units=", ".join(fed[:-1]), last=fed[-1])
    found = {"unit": snapshot.symbol(Ref("a", layer, (unit,))), "units": units}
    if ref.quantity in ("dE_dW", "dE_db"):
        return say("why.parameter", parameter=names(snapshot, ref)["weight"], **found)
    return say("why.unit", **found)


def whats_delta(say: Words, snapshot: Snapshot, ref: Ref, digits: int) -> str:
    """What δ is that a unit shows from its slope on, and its number; "" for any other number."""
    delta = ref._replace(quantity="dE_dz")
    if ref.quantity != "da_dz" or ref.sample is not None or not snapshot.knows(delta) or not snapshot.is_shown(delta):
        return ""
    told = snapshot.explain(delta)
    return say("why.delta", delta=told.symbol, formula=told.formula, value=fixed(told.value, digits))


def how_a_way_goes(say: Words, snapshot: Snapshot, ref: Ref) -> str:
    """Why the factors of one way back to a unit are what they are; "" for any other number."""
    if snapshot.scenario.gates or ref.quantity != "part" or len(ref.index) != 2:
        return ""
    unit, receiver = ref.index
    beyond = ref.layer + 1
    found = {
        "unit": snapshot.symbol(Ref("a", ref.layer, (unit,))),
        "weight": snapshot.symbol(Ref("W", beyond, (unit, receiver))),
        "z": snapshot.symbol(Ref("z", beyond, (receiver,))),
        "out": snapshot.symbol(Ref("a", beyond, (receiver,))),
        "error": snapshot.symbol(ref).partition("/")[0].removeprefix("∂"),
    }
    part_of_error = Ref("E_o", beyond, (receiver,))
    is_out = snapshot.knows(part_of_error) and snapshot.symbol(part_of_error) == found["error"]
    return say("why.way_out" if is_out else "why.way", **found)


def origin(say: Words, snapshot: Snapshot, ref: Ref) -> str:
    """What computed a number, or gave it."""
    name = kind_of(ref)
    if datum_edit(snapshot, ref) is not None:
        return say(f"origin.edited_{ref.quantity.datum}")
    keys = (f"origin.{snapshot.scenario.kind}_{name}", f"origin.{name}", "origin.any")
    return say.first(keys_for(snapshot.scenario, *keys), layer=ref.layer)


def names(snapshot: Snapshot, ref: Ref) -> dict[str, str]:
    """The symbols that sentences about `ref` speak of: what it is the change of, of which unit, weight or bias."""
    symbol = snapshot.symbol(ref)
    top, _, bottom = (part.removeprefix("∂") for part in symbol.partition("/"))
    found = {"symbol": symbol, "top": top, "bottom": bottom, "layer": str(ref.layer)}

    def other(quantity: str) -> str:
        return snapshot.symbol(ref._replace(quantity=quantity))

    match kind_of(ref):
        case "z":
            found |= {"z": symbol, "unit": other("a")}
            if _has_bias(snapshot, ref):
                found["bias"] = other("b")
        case "a" if ref.layer:
            found |= {"unit": symbol, "z": other("z")}
        case "E_o":
            found |= {"unit": other("a"), "target": other("t")}
        case "E_t":
            found["step"] = str(ref.index[0] + 1)
        case "dE_da" | "part":
            found["unit"] = bottom
        case "da_dz":
            found |= {"unit": top, "a": top, "z": bottom}
        case "dE_dz":
            found |= {"z": bottom, "unit": other("a")}
        case "dz_dW":
            found |= {"z": top, "weight": bottom, "sender": snapshot.explain(ref).formula}
        case "dz_db":
            found |= {"z": top, "bias": bottom}
        case "dE_dW" | "dE_db":
            found |= {"weight": bottom, "bias": bottom}
        case "new_W" | "new_b" | "new_p" | "before":
            found |= dict.fromkeys(("weight", "bias", "parameter"), symbol.rstrip("⁺⁻"))
        case "change_W" | "change_b" | "change_p":
            found["parameter"] = symbol.removeprefix("Δ")
        case "slot" | "new_slot":
            letter = ref.quantity.split(":")[2:] or ["p"]
            found["parameter"] = other(letter[0])
        case "slope":
            found["function"] = symbol.replace("′", "")
        case "y":
            found["sum"] = other("sum")
        case "solves":
            found["gate"] = symbol.removesuffix("?")
        case "is_dead" | "is_saturated" | "unit_slope":
            found["unit"] = other("a")
        case "unit_size":
            found["z"] = snapshot.symbol(Ref("z", ref.layer, ref.index))
        case "decision" if classes := classes_of(snapshot.scenario.data):
            found |= {"threshold": general(classes.threshold), "otherwise": str(classes.label(0))}
        case "taken_for" | "of_class" | "recall":
            data = snapshot.scenario.data
            named = [class_names(data)[each] for each in ref.index] if data else [""]
            found |= {"truth": named[0], "taken": named[-1]}
    return found


def _keys(head: str, snapshot: Snapshot, ref: Ref, ending: str) -> Iterator[str]:
    """All keys under which a sentence may stand, the most particular first."""
    qualities = [*_qualities(snapshot, ref), "any"]
    for name in _names_of(snapshot, ref):
        for key in (f"{head}.{snapshot.scenario.kind}_{name}", f"{head}.{name}"):
            for quality in qualities:
                yield f"{key}.{quality}.{ending}"
                yield f"{key}.{quality}.any"
                yield f"{key}.{quality}"
            yield f"{key}.{ending}"
            yield key


def _names_of(snapshot: Snapshot, ref: Ref) -> Iterator[str]:
    """The quantity's own name, then those that it shares."""
    name = kind_of(ref)
    if name == "z" and _has_bias(snapshot, ref):
        yield "z_bias"
    if name == "part" and ":" in ref.quantity:
        yield ref.quantity.replace(":", "_")
    yield SAID_ALIKE.get(name, name)
    if name in NEW:
        yield "new"


def _qualities(snapshot: Snapshot, ref: Ref) -> Iterator[str]:
    """What sets one number apart from another of the same quantity."""
    scenario, kind = snapshot.scenario, kind_of(ref)
    layers = scenario.layers
    match kind:
        case "a" | "da_dz" if 1 <= ref.layer <= len(layers):
            yield layers[ref.layer - 1].activation.name
        case "E_o":
            yield scenario.training.loss if scenario.training else "none"
        case "new_W" | "new_b" | "new_p" | "rate":
            yield _optimizer(snapshot)
        case "new_slot":
            yield f"{_optimizer(snapshot)}_{ref.quantity.split(':')[1]}"
        case "setting" | "alpha":
            name = ref.quantity.partition(":")[2]
            yield f"{_owner(snapshot, ref)}_{name}"
            yield name
        case "count" | "mean_size" | "unit_size" | "rows" | "columns":
            yield ref.quantity.partition(":")[2]
        case "loss":
            yield ref.quantity.split(":")[1]
        case "pass_a" | "pass_z" if ref.quantity.endswith(":read"):
            yield "read"
        case "f" | "slope" if scenario.functions:
            function = scenario.functions[ref.index[0]]
            yield function.name
            yield "loss" if function.target is not None else "activation"
        case "dead" | "saturated" | "is_dead" | "is_saturated" if 1 <= ref.layer <= len(layers):
            yield layers[ref.layer - 1].activation.name
        case "taken_for":
            yield "right" if ref.index[0] == ref.index[1] else "wrong"
        case "decision" if layers and layers[-1].units == 1:
            yield "one_output"
        case "y" if scenario.fires_at_zero:
            yield "at_zero"


def _optimizer(snapshot: Snapshot) -> str:
    """What the optimizer is with its settings: momentum and nesterov are sgd with some, and have their own words."""
    optimizer = snapshot.scenario.optimizer
    return "none" if optimizer is None else OPTIMIZERS[optimizer.name](optimizer.settings).form


def _owner(snapshot: Snapshot, ref: Ref) -> str:
    """The activation or optimizer whose setting it is."""
    layers = _layers(snapshot)
    if kind_of(ref) == "alpha":
        return str(layers[ref.layer - 1].activation.name)  # type: ignore[attr-defined]
    if functions := getattr(snapshot.scenario.body, "functions", ()):
        return str(functions[ref.index[0]].name)
    return _optimizer(snapshot)


def _sign(value: float) -> str:
    return "positive" if value > 0 else "negative" if value < 0 else "zero"


def _place(snapshot: Snapshot, ref: Ref) -> str:
    return "output" if ref.layer == len(snapshot.scenario.layers) else "hidden"


def _has_bias(snapshot: Snapshot, ref: Ref) -> bool:
    layers = snapshot.scenario.layers
    return 1 <= ref.layer <= len(layers) and layers[ref.layer - 1].bias
