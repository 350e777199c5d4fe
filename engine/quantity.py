"""What a number is (`Quantity`), the address of one (`Ref`), and a formula made of such (`Formula`).

A `Quantity` is the one definition of a number: how it is read, named and made; whose it is; what it is shown with and
what it is about. Each kind of scenario has its own, as constants of its modules. A `Ref` is one number of a quantity:
of which layer, at which index. The tape reads it, formulas are made of it, tables list it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from typing import Any, NamedTuple, TypeVar, overload


class Ref(NamedTuple):
    """One number. `layer` counts from 1 (0: inputs, or none), `index` counts from 0. `sample` is a row of the batch,
    counted from 0; None means the one under the lens. `Simulator.model.find("∂E/∂W5")` gives one by its symbol.
    """

    quantity: Quantity
    layer: int = 0
    index: tuple[int, ...] = ()  # type: ignore[assignment]  # shadows tuple.index, which nobody calls on it
    sample: int | None = None


Formula = tuple[str | Ref, ...]
"""A formula as data: text, and references that are shown as symbols or as numbers."""
Worked = tuple[str | Ref | float, ...]
"""The same partly worked out: numbers stand in it that no reference has."""


Tokens = TypeVar("Tokens", Formula, Worked)


class Opened(NamedTuple):
    """How a formula is opened up: other ways in which it is `written` with symbols, and the lines in which its numbers
    are `worked` out, the first as it is written last. Empty where there is nothing to open.
    """

    written: tuple[Formula, ...] = ()
    worked: tuple[Worked, ...] = ()


UNOPENED = Opened()
POWERS = ("²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "^")


class Whose(Enum):
    """Whose a number is."""

    SAMPLE = "sample"
    """Each sample of the batch has its own."""
    BATCH = "batch"
    """An op of the iteration makes one for the whole batch."""
    GIVEN = "given"
    """No op makes it: it belongs to the data, to the parameters or to the settings, or derives from other numbers."""


class Shown(NamedTuple):
    """A number is on screen once so many values of a quantity in a layer are revealed; 0 stands for all of them."""

    quantity: Quantity
    layer: int | None
    count: int  # type: ignore[assignment]  # shadows tuple.count, which nobody calls on it


class Quantity(ABC):
    """What a number is. A kind's numbers are subclasses of this; each is made once, so that it is equal to itself only.

    `key` is its name in documents and messages, say "dE_dW" or "new_slot:v:W": nobody takes it apart. `name` is the
    same without what it belongs to ("new_slot"), and its sentences stand under `words`, the most particular first.
    `tape` is the kind's own tape wherever it is asked for.
    """

    whose: Whose = Whose.GIVEN
    phase: str | None = None
    """The phase that the arrows of a picture belong to where it is selected: forward, loss, backward or none."""
    is_count = False
    """Whether it is always a whole number: an answer of 0 or 1, or how many there are."""
    is_never_negative = False
    """Whether it is a sum of squares, or of logarithms of probabilities. A surface's f, its loss, may lie below 0."""
    is_activation = False
    """Whether it is what a unit makes of its z, and so within the bounds of its activation."""
    is_parameter = False
    """Whether it is a number that is trained, as an iteration reads it."""
    is_new = False
    """Whether it is what an update makes of a parameter."""
    is_learnt = False
    """Whether an earlier update has left it: a parameter, or what an optimizer remembers."""
    of_forward_pass = False
    """Whether a forward pass is enough to know it: no iteration has to be done."""
    of_old_parameters = False
    """Whether it is made with the parameters that the iteration reads, so that an update leaves it behind."""
    names_row = False
    """Whether it is a cell of the data table: its index begins with the row."""
    of_one_sample = False
    """Whether it is made of one sample by itself, whose row its index begins with."""
    datum: str | None = None
    """Where the scenario sets it: "inputs", "targets" or not among its data."""
    is_of_unit = False
    """Whether each unit has one for each sample, and a picture of the unit shows it."""
    row: str | None = None
    """The row of a unit in a picture in which it is written: a, z, E, gradient or b."""

    is_sum_over_ways = False
    """Whether its formula may add up what comes back over several ways, and is spelt out where it is an operand."""
    is_way = False
    """Whether it is one of these ways."""
    is_of_others = False
    """Whether it is what the other samples of the batch contribute, in one number."""

    short: tuple[str, ...] = ()
    """Shorter forms of its symbol where a unit's box is narrow; {a} is what its layer's outputs are called."""

    before: Quantity | None = None
    """Of a parameter at any moment: the quantity of it that the iteration reads."""
    now: Quantity | None = None
    """The same as it is at the moment: the old one, and once the update has landed the new one."""
    new: Quantity | None = None
    """The same as the update makes it."""

    def __init__(self, key: str, *, name: str | None = None, words: Sequence[str] = ()) -> None:
        self.key = key
        self.name = key if name is None else name
        self.words = tuple(words) or (self.name,)

    def __repr__(self) -> str:
        return self.key

    # the number

    @abstractmethod
    def value(self, tape: Any, ref: Ref, sample: Any) -> Any:
        """The number at `ref`; `sample` is a row of the batch, or a slice of rows, for an array (rows,) of theirs.

        Raises LookupError where there is no such number.
        """

    def symbol(self, tape: Any, ref: Ref) -> str:
        """How formulas write it."""
        return self.key

    def formula(self, tape: Any, ref: Ref, sample: int) -> Formula:
        """What it is made of; empty for what is given."""
        return ()

    def opened(self, tape: Any, ref: Ref, sample: int) -> Opened:
        """The formula opened up, where a function in it would say nothing of how it is worked out."""
        return UNOPENED

    def whole(self, tape: Any, op: Any) -> tuple[str, str]:
        """(formula with matrices, the same with their shapes) of an op of it."""
        return "", ""

    # where it belongs

    def shown_with(self, tape: Any, ref: Ref) -> Shown | None:
        """After which values of the iteration it is on screen; None: always."""
        return None if self.whose is Whose.GIVEN else Shown(self, ref.layer or None, tape.place(ref) + 1)

    def about(self, ref: Ref) -> Ref:
        """The parameter, unit or coordinate that it is about: ∂E/∂W5 and W5⁺ are about W5."""
        return ref if ref.sample is None else ref._replace(sample=None)

    def edge(self, ref: Ref) -> tuple[int, int, int] | None:
        """(layer, sender, unit) of the weight in whose line of a picture it is written; None for what is in none."""
        return None

    def sender(self, ref: Ref) -> tuple[int, int] | None:
        """(layer, unit) whose output it is called the slope of: that of ∂z3/∂W5; None for any other number."""
        return None

    def step(self, ref: Ref) -> int | None:
        """The step of a sequence that it belongs to, from 0; None where it belongs to none."""
        return None

    def path(self, tape: Any, ref: Ref) -> str | None:
        """Where the scenario sets it; None for what is not set there, and for the cells of its matrices."""
        return None

    def is_absent(self, tape: Any, ref: Ref) -> bool:
        """Whether it is never computed in this iteration: an output for a sample that is not in the batch."""
        return False

    def in_network(self, tape: Any, ref: Ref, sample: int) -> Ref:
        """The number in the network that it is where it is of the `sample` under the lens: a cell of the data table is
        an input there. Itself where it is none.
        """
        return ref._replace(sample=None) if self.is_of_unit and ref.sample == sample else ref

    def row_of(self, tape: Any, ref: Ref) -> int | None:
        """The row of the training data that it names; None where it is of the sample under the lens, or of none."""
        return None if ref.sample is None else int(tape.rows[ref.sample])

    # what is said of it

    def said_as(self, tape: Any, ref: Ref) -> Sequence[str]:
        """Under which words its sentences stand, the most particular first."""
        return self.words

    def names(self, tape: Any, ref: Ref) -> dict[str, str]:
        """The symbols that sentences about it speak of, by their place in the sentence: {unit}, {weight} and so on."""
        return {}

    def qualities(self, tape: Any, ref: Ref) -> Iterable[str]:
        """What sets it apart from others of its quantity in sentences: the activation, the loss and so on."""
        return ()


def about(ref: Ref) -> Ref:
    """The parameter, unit or coordinate that a number is about."""
    return ref.quantity.about(ref)


def present(parameter: Ref) -> Ref:
    """A parameter as it is at the moment."""
    assert parameter.quantity.now is not None, "a parameter"
    return parameter._replace(quantity=parameter.quantity.now)


def is_counted(ref: Ref | None) -> bool:
    """Whether the number is always a whole one."""
    return ref is not None and ref.quantity.is_count


def digits_of(ref: Ref | None, digits: int) -> int:
    """How many decimals the number has where others have `digits`: one that counts has none."""
    return 0 if is_counted(ref) else digits


class LeftOut(str):
    """The text that stands for the middle of a long sum; `refs` are those of the terms that are not written."""

    refs: tuple[Ref, ...]

    def __new__(cls, text: str, refs: tuple[Ref, ...]) -> LeftOut:
        """`text`, in the place of `refs`."""
        made = super().__new__(cls, text)
        made.refs = refs
        return made


def operands(tokens: Worked) -> tuple[Ref, ...]:
    """All that a formula is made of, each once, in order: what it writes, and what it leaves out."""
    found: dict[Ref, None] = {}
    for token in tokens:
        if isinstance(token, Ref):
            found[token] = None
        elif isinstance(token, LeftOut):
            found.update(dict.fromkeys(token.refs))
    return tuple(found)


def leads(text: str) -> bool:
    """Whether a number after `text` is the first of something, so that its minus needs no parentheses."""
    return not text or text.endswith(("(", "|", "[", ", "))


def is_raised(tokens: Sequence[str | Ref | float], place: int) -> bool:
    """Whether what follows the token at `place` is a power."""
    following = tokens[place + 1] if place + 1 < len(tokens) else ""
    return isinstance(following, str) and following[:1] in POWERS


def of_sample(tokens: Tokens, sample: int) -> Tokens:
    """The same formula of another sample: every reference that is to the one under the lens is to `sample`."""
    found: list[Any] = [_token_of_sample(token, sample) for token in tokens]
    return tuple(found)


def _token_of_sample(token: str | Ref | float, sample: int) -> str | Ref | float:
    if isinstance(token, LeftOut):
        return LeftOut(token, tuple(_ref_of_sample(ref, sample) for ref in token.refs))
    return _ref_of_sample(token, sample) if isinstance(token, Ref) else token


def _ref_of_sample(ref: Ref, sample: int) -> Ref:
    return ref if ref.sample is not None else ref._replace(sample=sample)


TERMS = 12
"""A sum of more terms than this is shown with its middle left out."""
FOLLOWED = 1024
"""Of so many of the terms that are left out one is told what they are: as many as a unit can have senders."""


def total(terms: Sequence[Tokens], limit: int = TERMS) -> Tokens:
    """The terms joined by plus signs; of more than `limit`, the middle is left out."""
    return series(terms.__getitem__, len(terms), limit=limit)


def series(term: Callable[[int], Tokens], count: int, by: str = " + ", limit: int = TERMS) -> Tokens:
    """So many terms, each made when it is needed, joined by a sign; of more than `limit` the middle is left out, and
    of that no more than FOLLOWED terms are told of.
    """
    terms: list[Any] = [term(place) for place in range(min(count, limit))]
    if count > limit:
        left_out = range(limit - 2, min(count - 1, limit - 2 + FOLLOWED))
        middle = operands(tuple(token for place in left_out for token in term(place)))
        terms = [*terms[: limit - 2], (LeftOut("…", middle),), term(count - 1)]
    joined: list[Any] = []
    for number, each in enumerate(terms):
        if number:
            joined.append(by)
        joined.extend(each)
    return tuple(joined)


@overload
def fill(notation: str, operands: Mapping[str, Ref | str]) -> Formula: ...


@overload
def fill(notation: str, operands: Mapping[str, Ref | str | float | Worked]) -> Worked: ...


def fill(notation: str, operands: Mapping[str, Ref | str | float | Worked]) -> Worked:
    """`notation` cut at its {names}, each replaced by its operand: a reference, text, a number, or a whole formula.

    >>> fill("max({alpha}·{z}, {z})", {"z": Ref(Z), "alpha": "0.1"})
    ('max(0.1·', Ref(quantity=z, ...), ', ', Ref(quantity=z, ...), ')')

    KeyError for a name that has no operand.
    """
    tokens: list[str | Ref | float] = []
    rest = notation
    while rest:
        text, brace, rest = rest.partition("{")
        found: list[str | Ref | float] = [text] if text else []
        if brace:
            name, _, rest = rest.partition("}")
            operand = operands[name]
            found += operand if isinstance(operand, tuple) and not isinstance(operand, Ref) else [operand]
        for token in found:
            if tokens and isinstance(token, str) and isinstance(tokens[-1], str) and not isinstance(token, LeftOut):
                tokens[-1] += token
            else:
                tokens.append(token)
    return tuple(tokens)
