"""Which sentence goes with a number: the question it answers and what it means. No Textual here.

A kind of scenario whose quantities are not named below gets the catalogue's general sentences until it has its own.
"""

from __future__ import annotations

from dlsim.engine.reference import Ref
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.words import Words

PLUS = "⁺"


def question(say: Words, snapshot: Snapshot, ref: Ref) -> str:
    """The question that the number answers."""
    name = kind_of(ref)
    own = f"question.{snapshot.scenario.kind}_{name}"
    keys = [own, f"question.{name}.{_place(snapshot, ref)}", f"question.{name}", "question.any"]
    return say.first(keys, **names(snapshot, ref))


def meaning(say: Words, snapshot: Snapshot, ref: Ref, value: float) -> str:
    """One plain sentence of what the number means."""
    name, sign = kind_of(ref), _sign(value)
    if name == "z" and _has_bias(snapshot, ref):
        name = "z_bias"
    own = f"meaning.{snapshot.scenario.kind}_{name}"
    keys = [f"{own}.{sign}", own]
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
    """The symbols that sentences about `ref` speak of: what it is the change of, of which unit, weight or bias."""
    symbol = snapshot.symbol(ref)
    top, _, bottom = (part.removeprefix("∂") for part in symbol.partition("/"))
    found = {"symbol": symbol, "top": top, "bottom": bottom}

    def other(quantity: str) -> str:
        return snapshot.symbol(ref._replace(quantity=quantity))

    match kind_of(ref):
        case "z":
            found |= {"z": symbol, "unit": other("a")}
            if _has_bias(snapshot, ref):
                found["bias"] = other("b")
        case "a":
            found |= {"unit": symbol, "z": other("z")}
        case "E_o":
            found |= {"unit": other("a"), "target": other("t")}
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
        case "new_W" | "new_b":
            found |= {"weight": symbol.removesuffix(PLUS), "bias": symbol.removesuffix(PLUS)}
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
