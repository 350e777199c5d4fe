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


COUNTED = frozenset(
    {
        *("y", "truth", "solves", "count", "before"),
        *("tried", "tried_before", "settings", "values"),
        *("taken_for", "of_class", "right", "samples", "decision"),
        *("column", "dead", "saturated", "is_dead", "is_saturated"),
        *("rows", "columns", "numbers", "parameters"),
    }
)


def kind_of(ref: Ref) -> str:
    """The quantity without what it belongs to: `slot` of `slot:v:W`."""
    return ref.quantity.partition(":")[0]


def is_counted(ref: Ref | None) -> bool:
    """Whether the number is always a whole one: an answer of 0 or 1, or how many there are."""
    return ref is not None and kind_of(ref) in COUNTED


def digits_of(ref: Ref | None, digits: int) -> int:
    """How many decimals the number has where others have `digits`: one that counts has none."""
    return 0 if is_counted(ref) else digits


Formula = tuple[str | Ref, ...]
"""A formula as data: text, and references that are shown as symbols or as numbers."""


class LeftOut(str):
    """The text that stands for the middle of a long sum; `refs` are those of the terms that are not written."""

    refs: tuple[Ref, ...]

    def __new__(cls, text: str, refs: tuple[Ref, ...]) -> LeftOut:
        """`text`, in the place of `refs`."""
        made = super().__new__(cls, text)
        made.refs = refs
        return made


def operands(tokens: Formula) -> tuple[Ref, ...]:
    """All that a formula is made of, each once, in order: what it writes, and what it leaves out."""
    found: dict[Ref, None] = {}
    for token in tokens:
        if isinstance(token, Ref):
            found[token] = None
        elif isinstance(token, LeftOut):
            found.update(dict.fromkeys(token.refs))
    return tuple(found)


def of_sample(tokens: Formula, sample: int) -> Formula:
    """The same formula of another sample: every reference that is to the one under the lens is to `sample`."""
    return tuple(_token_of_sample(token, sample) for token in tokens)


def _token_of_sample(token: str | Ref, sample: int) -> str | Ref:
    if isinstance(token, LeftOut):
        return LeftOut(token, tuple(_ref_of_sample(ref, sample) for ref in token.refs))
    return _ref_of_sample(token, sample) if isinstance(token, Ref) else token


def _ref_of_sample(ref: Ref, sample: int) -> Ref:
    return ref if ref.sample is not None else ref._replace(sample=sample)
