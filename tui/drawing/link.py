"""What a text on screen stands for, told with the role it is written in. No Textual here."""

from __future__ import annotations

from msgspec import Struct

from dlsim.engine.reference import Ref


class Owner(Struct, frozen=True):
    """The variant of the scenario that a number is of."""

    variant: str | None


class Link(str):
    """A role whose text stands for a number: a click on it leads there. `of` tells whose it is that is not of the
    variant under the lens.
    """

    __slots__ = ("of", "ref")
    ref: Ref
    of: Owner | None

    def __new__(cls, role: str, ref: Ref, of: Owner | None = None) -> Link:
        """`role` as it is, with the number."""
        link = super().__new__(cls, role)
        link.ref, link.of = ref, of
        return link


class Press(str):
    """A role whose text is pressed like a key: a click on it does the `action`, and so does every cell that the mouse
    is dragged over where it `drags`.
    """

    __slots__ = ("action", "drags")
    action: str
    drags: bool

    def __new__(cls, role: str, action: str, *, drags: bool = False) -> Press:
        """`role` as it is, with what it does."""
        press = super().__new__(cls, role)
        press.action, press.drags = action, drags
        return press
