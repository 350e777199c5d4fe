"""The address of one number: which quantity, of which layer, at which index.

Every number that dlsim shows has a reference; the tape reads it, formulas are made of it, tables list it.
"""

from __future__ import annotations

from typing import NamedTuple


class Ref(NamedTuple):
    """One number. `quantity` names what it is (`z`, `dE_dW` …: each kind lists its own), `layer` counts from
    1 (0: inputs, or none), `index` counts from 0. `sample` is a row of the batch, counted from 0; None means
    the one under the lens.
    """

    quantity: str
    layer: int = 0
    index: tuple[int, ...] = ()  # type: ignore[assignment]  # shadows tuple.index, which nobody calls on it
    sample: int | None = None


Formula = tuple[str | Ref, ...]
"""A formula as data: text, and references that are shown as symbols or as numbers."""
