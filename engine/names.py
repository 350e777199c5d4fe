"""What a name may have meant: one of ours as Keras, PyTorch or scikit-learn call it, one of theirs that is not here, or
one that is near.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Protocol
from unicodedata import normalize

from msgspec import Struct

LONGEST_COMPARED = 100
"""Characters of a name that are looked at for what it may have meant."""
SHORTEST_NEAR = 6
"""Letters of a usual name to which another may be near: eta0 is near too many."""
KINDS_OF_NAMES = ("loss", "optimizer", "initializer", "initialiser", "activation", "function")
"""What others put behind a name to say what it names: MSELoss, zeros_initializer."""


class Entry(Protocol):
    """An entry of a table: `also` is what other libraries call it."""

    @property
    def also(self) -> tuple[str, ...]:
        """Its usual names elsewhere."""


class Names(Struct, frozen=True):
    """The names that mean something in one place: ours, each with what other libraries call it; and `absent`, what they
    have and dlsim has not, so that nothing near is taken for it.
    """

    known: Mapping[str, tuple[str, ...]]
    absent: tuple[str, ...] = ()

    @classmethod
    def of(cls, entries: Mapping[str, Entry], absent: Iterable[str] = ()) -> Names:
        """Those of a table of entries."""
        return cls({name: entry.also for name, entry in entries.items()}, tuple(absent))

    @classmethod
    def listed(cls, names: Iterable[str] | Names) -> Names:
        """Names that nobody calls otherwise; Names as they are."""
        return names if isinstance(names, Names) else cls(dict.fromkeys(names, ()))

    def __or__(self, other: Names) -> Names:
        """These and others."""
        return Names({**self.known, **other.known}, (*self.absent, *other.absent))

    def exactly(self, name: str) -> tuple[str, ...]:
        """Those of ours that are called so, here or elsewhere, however it is spelt; () for none."""
        for compared in (_compared, _without_kind):  # kernel_initializer is no kernel where it is called so itself
            wanted = compared(name)
            found = tuple(ours for ours, also in self.known.items() if wanted in map(compared, (ours, *also)))
            if wanted and found:
                return found
        return ()

    def lacks(self, name: str) -> bool:
        """Whether others have what is called so, and dlsim has not."""
        return _without_kind(name) in map(_without_kind, self.absent)

    def meant(self, name: str) -> tuple[str, ...]:
        """Those of ours that `name` most likely meant, () for none: what others call so, else the nearest."""
        if found := self.exactly(name):
            return found
        if self.lacks(name):
            return ()
        spellings = {
            spelling.lower(): ours
            for ours, also in self.known.items()
            for spelling in (*(each for each in also if len(each) >= SHORTEST_NEAR), ours)
        }
        near = nearest(name, spellings)
        return () if near is None else (spellings[near],)

    def suggestion(self, name: str) -> str:
        """`did you mean 'mse'?`; "" where nothing is likely."""
        found = self.meant(name)
        return f"did you mean {' or '.join(repr(ours) for ours in found)}?" if found else ""

    def unknown(self, what: str, name: str, shown: str) -> str:
        """What is wrong with a `name` that none here has; `what` it should name, `shown` as messages repeat it."""
        return f"dlsim has no {what} {shown}" if self.lacks(name) else f"no {what} is called {shown}"


def _compared(name: str) -> str:
    """A name as it is compared: of `torch.nn.MSELoss()` mseloss; of β₁ and beta-1 the letters and digits."""
    last = name[:LONGEST_COMPARED].partition("(")[0].rstrip(". ").rpartition(".")[2]
    return "".join(sign for sign in normalize("NFKC", last).casefold() if sign.isalnum())


def _without_kind(name: str) -> str:
    """The same without the word at its end that says what it names: of MSELoss mse."""
    plain = _compared(name)
    kind = next((kind for kind in KINDS_OF_NAMES if plain.endswith(kind) and plain != kind), "")
    return plain.removesuffix(kind)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that `name` most likely meant, the same in other cases first, or None when nothing is near."""
    known = tuple(known)
    if same := next((one for one in known if one.casefold() == name.casefold()), None):
        return same
    matches = get_close_matches(name[:LONGEST_COMPARED].lower(), known, n=1, cutoff=0.6)
    return matches[0] if matches else None
