"""A formula read the way a student would: its text, numbers filled in, worked out with nothing of the engine's."""

from __future__ import annotations

import math
import re

WRITTEN = {"«": "(", "»": ")", "·": "*", "−": "-", "²": "**2", "½": "0.5", "≥": ">=", "^": "**"}
NAMES = {
    "exp": math.exp,
    "log": math.log,
    "sqrt": math.sqrt,
    "tanh": math.tanh,
    "max": max,
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
}


def worked_out(text):
    """The number that a formula comes to, say `0.3·0.1 + √(0.25 + 1e-7)`."""
    for written, meant in WRITTEN.items():
        text = text.replace(written, meant)
    text = re.sub(r"√([0-9.]+(?:e-?[0-9]+)?)", r"√(\1)", text).replace("√", "sqrt")
    text = re.sub(r"ln (-?[0-9.]+(?:e-?[0-9]+)?)", r"ln(\1)", text).replace("ln(", "log(")
    return eval(text, {"__builtins__": {}, **NAMES})
