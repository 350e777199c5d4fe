"""A formula read the way a student would: its text, numbers filled in, worked out with nothing of the engine's."""

from __future__ import annotations

import math
import re

WRITTEN = {
    "e^(": "exp(",
    "«": "(",
    "»": ")",
    "·": "*",
    "−": "-",
    "½": "0.5",
    "≥": ">=",
    " = ": " == ",
    "[": "(",
    "]": ")",
    "^": "**",
}
POWERS = "²³⁴⁵⁶⁷⁸"
NAMES = {
    "exp": lambda power: math.exp(power) if power < 709 else math.inf,
    "ceil": math.ceil,
    "log": math.log,
    "sqrt": math.sqrt,
    "tanh": math.tanh,
    "max": max,
    "abs": abs,
    "inf": math.inf,
    "argmax": lambda *numbers: 1 + numbers.index(max(numbers)),
    "within": lambda number, low, high: low - 5e-5 <= number <= high + 5e-5,  # both are written with four decimals
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
}


def worked_out(text):
    """The number that a formula comes to, say `0.3·0.1 + √(0.25 + 1e-7)`; of a bracket [0.3 < 0.5] 1 where it holds."""
    text = re.sub(r"\|([^|]*)\|", r"abs(\1)", text)
    text = re.sub(r"\[([^][]*) in (\S+) to (\S+)\]", r"within(\1, \2, \3)", text)
    text = re.sub(f"[{POWERS}]", lambda power: f"**{POWERS.index(power[0]) + 2}", text)
    for written, meant in WRITTEN.items():
        text = text.replace(written, meant)
    text = re.sub(r"√([0-9.]+(?:e-?[0-9]+)?)", r"√(\1)", text).replace("√", "sqrt")
    text = re.sub(r"ln (-?[0-9.]+(?:e-?[0-9]+)?)", r"ln(\1)", text).replace("ln (", "ln(").replace("ln(", "log(")
    return eval(text, {"__builtins__": {}, **NAMES})
