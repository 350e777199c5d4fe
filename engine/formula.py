"""Formulas as people read them: with symbols, with the numbers filled in, operand by operand."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from dlsim.engine.model import Reader
from dlsim.engine.numbers import DIGITS, as_operand
from dlsim.engine.reference import Formula, LeftOut, Ref, of_sample, operands

POWERS = ("²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "^")
TERMS = 12
"""A sum of more terms than this is shown with its middle left out."""
FOLLOWED = 1024
"""Of so many of the terms that are left out one is told what they are: as many as a unit can have senders."""


class Explanation(Struct, frozen=True):
    """One number explained. `operands` are the references in its formula, each once, in order; in a long sum, also
    those that the formula leaves out.
    """

    ref: Ref
    symbol: str
    value: float
    formula: str
    substituted: str
    tokens: Formula
    operands: tuple[Ref, ...]


def symbolic(tape: Reader, tokens: Formula) -> str:
    """The formula with symbols; a derivative that is raised to a power stands in parentheses."""
    text = ""
    for place, token in enumerate(tokens):
        if isinstance(token, str):
            text += token
            continue
        symbol = tape.symbol(token)
        text += f"({symbol})" if "/" in symbol and is_raised(tokens, place) else symbol
    return text


def substituted(tape: Reader, tokens: Formula, sample: int, digits: int = DIGITS) -> str:
    """The formula with every symbol's number in its place, each made from the full number."""
    text = ""
    for place, token in enumerate(tokens):
        if isinstance(token, str):
            text += token
        else:
            is_leading = leads(text) and not is_raised(tokens, place)
            text += as_operand(tape.value(token, sample), digits, leading=is_leading)
    return text


def leads(text: str) -> bool:
    """Whether a number after `text` is the first of something, so that its minus needs no parentheses."""
    return not text or text.endswith(("(", "|", "[", ", "))


def is_raised(tokens: Sequence[str | Ref], place: int) -> bool:
    """Whether what follows the token at `place` is a power."""
    following = tokens[place + 1] if place + 1 < len(tokens) else ""
    return isinstance(following, str) and following[:1] in POWERS


def explain(tape: Reader, ref: Ref, sample: int, digits: int = DIGITS) -> Explanation:
    """What the number at `ref` is made of: of another sample's, that one's numbers."""
    tokens = tape.formula(ref, sample)
    if ref.sample is not None:
        tokens = of_sample(tokens, ref.sample)
    return Explanation(
        ref=ref,
        symbol=tape.symbol(ref),
        value=tape.value(ref, sample),
        formula=symbolic(tape, tokens),
        substituted=substituted(tape, tokens, sample, digits),
        tokens=tokens,
        operands=operands(tokens),
    )


def total(terms: Sequence[Formula], limit: int = TERMS) -> Formula:
    """The terms joined by plus signs; of more than `limit`, the middle is left out."""
    return series(terms.__getitem__, len(terms), limit=limit)


def series(term: Callable[[int], Formula], count: int, by: str = " + ", limit: int = TERMS) -> Formula:
    """So many terms, each made when it is needed, joined by a sign; of more than `limit` the middle is left out, and
    of that no more than FOLLOWED terms are told of.
    """
    terms = [term(place) for place in range(min(count, limit))]
    if count > limit:
        left_out = range(limit - 2, min(count - 1, limit - 2 + FOLLOWED))
        middle = operands(tuple(token for place in left_out for token in term(place)))
        terms = [*terms[: limit - 2], (LeftOut("…", middle),), term(count - 1)]
    joined: list[str | Ref] = []
    for number, each in enumerate(terms):
        if number:
            joined.append(by)
        joined.extend(each)
    return tuple(joined)
