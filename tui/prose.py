"""Which sentence goes with a number: the question it answers and what it means. No Textual here.

A kind of scenario whose quantities are not named below gets the catalogue's general sentences until it has its own.
"""

from __future__ import annotations

from dlsim.engine.reference import Ref
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.words import Words

BY_WEIGHT = ("W", "dz_dW", "dE_dW", "new_W", "slot", "new_slot")
BY_UNIT = ("z", "a", "dE_da", "da_dz", "dE_dz", "part", "b", "dz_db", "dE_db", "new_b", "E_o")


def question(say: Words, snapshot: Snapshot, ref: Ref) -> str:
    """The question that the number answers."""
    name = kind_of(ref)
    keys = [f"question.{name}.{_place(snapshot, ref)}", f"question.{name}", "question.any"]
    return say.first(keys, **names(snapshot, ref))


def meaning(say: Words, snapshot: Snapshot, ref: Ref, value: float) -> str:
    """One plain sentence of what the number means."""
    name, sign = kind_of(ref), _sign(value)
    if name == "z" and _has_bias(snapshot, ref):
        name = "z_bias"
    keys = []
    for quality in (_activation(snapshot, ref), _loss(snapshot), "any"):
        keys += [
            f"meaning.{name}.{quality}.{sign}",
            f"meaning.{name}.{quality}.any",
            f"meaning.{name}.{quality}",
        ]
    keys += [f"meaning.{name}.{sign}", f"meaning.{name}", "meaning.any"]
    return say.first(keys, **names(snapshot, ref))


def kind_of(ref: Ref) -> str:
    """The quantity without what it belongs to: `slot` of `slot:v:W`."""
    return ref.quantity.partition(":")[0]


def names(snapshot: Snapshot, ref: Ref) -> dict[str, str]:
    """The symbols that sentences about `ref` speak of."""
    symbol = snapshot.symbol(ref)
    top, _, bottom = symbol.partition("/")
    found = {"symbol": symbol, "top": top.removeprefix("∂"), "bottom": bottom.removeprefix("∂")}
    name, layer, index = kind_of(ref), ref.layer, ref.index
    is_weight = name in BY_WEIGHT and len(index) == 2
    if not layer or not (is_weight or name in BY_UNIT):
        return found
    unit = index[1] if is_weight else index[0]
    found["unit"] = found["a"] = snapshot.symbol(Ref("a", layer, (unit,)))
    found["z"] = snapshot.symbol(Ref("z", layer, (unit,)))
    found["bias"] = snapshot.symbol(Ref("b", layer, (unit,)))
    if name == "E_o":
        found["target"] = snapshot.symbol(Ref("t", layer, (unit,)))
    if is_weight:
        sender = Ref("x", 0, (index[0],)) if layer == 1 else Ref("a", layer - 1, (index[0],))
        found["sender"] = snapshot.symbol(sender)
        found["weight"] = snapshot.symbol(Ref("W", layer, index))
    return found


def _sign(value: float) -> str:
    return "positive" if value > 0 else "negative" if value < 0 else "zero"


def _layers(snapshot: Snapshot) -> tuple[object, ...]:
    network = getattr(snapshot.scenario.body, "network", None)
    return tuple(getattr(network, "layers", ()))


def _place(snapshot: Snapshot, ref: Ref) -> str:
    return "output" if ref.layer == len(_layers(snapshot)) else "hidden"


def _activation(snapshot: Snapshot, ref: Ref) -> str:
    layers = _layers(snapshot)
    if kind_of(ref) in ("a", "da_dz") and 1 <= ref.layer <= len(layers):
        return str(layers[ref.layer - 1].activation.name)  # type: ignore[attr-defined]
    return "none"


def _loss(snapshot: Snapshot) -> str:
    training = getattr(snapshot.scenario.body, "training", None)
    return str(training.loss) if training is not None else "none"


def _has_bias(snapshot: Snapshot, ref: Ref) -> bool:
    layers = _layers(snapshot)
    return 1 <= ref.layer <= len(layers) and bool(layers[ref.layer - 1].bias)  # type: ignore[attr-defined]
