"""How many rows and columns the matrices of each layer have, and how many numbers that makes: X·W + b = Z."""

from __future__ import annotations

from dlsim.engine.formula import total
from dlsim.engine.kinds.network.statistics import LayerShapes, layer_shapes
from dlsim.engine.kinds.network.summaries import Needs
from dlsim.engine.kinds.network.tape import NetworkTape
from dlsim.engine.reference import Formula, Ref


class Sizes:
    """See engine/kinds/network/summaries.py. Of layer 2, X is Y[1], what layer 1 puts out."""

    def __init__(self, tape: NetworkTape) -> None:
        self._layers = tape.structure.layers
        self._shapes = layer_shapes(tape.structure, tape.batch.size)

    def value(self, ref: Ref, sample: int) -> float:
        """The number at `ref`."""
        kind, _, matrix = ref.quantity.partition(":")
        if kind == "parameters":
            return float(sum(each.parameters for each in self._shapes if ref.layer in (0, each.layer)))
        shapes = self._shapes[ref.layer - 1]
        if kind == "numbers":
            return float(shapes.weights[0] * shapes.weights[1])
        return float(_of_matrix(shapes, matrix)[kind == "columns"])

    def symbol(self, ref: Ref) -> str:
        """How formulas write it."""
        kind, _, matrix = ref.quantity.partition(":")
        if kind == "parameters":
            return f"parameters[{ref.layer}]" if ref.layer else "parameters"
        if matrix == "X":
            return f"{kind}(X)" if ref.layer == 1 else f"{kind}(Y[{ref.layer - 1}])"
        if kind == "numbers":
            return f"count({'∂E/∂' if matrix == 'dE_dW' else ''}W[{ref.layer}])"
        return f"{kind}({matrix}[{ref.layer}])"

    def formula(self, ref: Ref) -> Formula:
        """From which others a size follows; that of X, and how many units a layer has, are given."""
        kind, _, matrix = ref.quantity.partition(":")
        rows, columns = Ref("rows:W", ref.layer), Ref("columns:W", ref.layer)
        match kind, matrix:
            case "rows" | "columns", "X" if ref.layer > 1:
                return (Ref(f"{kind}:Z", ref.layer - 1),)
            case "rows", "W":
                return (Ref("columns:X", ref.layer),)
            case "rows", "b":
                return ("1",)
            case "rows", "Z":
                return (Ref("rows:X", ref.layer),)
            case "columns", "b" | "Z":
                return (columns,)
            case "numbers", _:
                return (rows, "·", columns)
            case "parameters", _ if not ref.layer:
                return total([(Ref("parameters", layer.number),) for layer in self._layers])
            case "parameters", _:
                has_bias = self._layers[ref.layer - 1].biases is not None
                return (rows, "·", columns, *((" + ", Ref("columns:b", ref.layer)) if has_bias else ()))
        return ()

    def needs(self, ref: Ref) -> Needs:
        """They are known before anything is computed."""
        return None


def _of_matrix(shapes: LayerShapes, matrix: str) -> tuple[int, int]:
    if matrix == "b":
        if shapes.biases is None:
            raise LookupError("a layer without biases")
        return shapes.biases
    return {"X": shapes.x, "W": shapes.weights, "Z": shapes.y}[matrix]
