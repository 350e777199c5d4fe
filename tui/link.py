"""What a text on screen stands for, told with the role it is written in. No Textual here."""

from __future__ import annotations

from dlsim.engine.reference import Ref


class Link(str):
    """A role whose text stands for a number: a click on it leads there."""

    __slots__ = ("ref",)
    ref: Ref

    def __new__(cls, role: str, ref: Ref) -> Link:
        """`role` as it is, with the number."""
        link = super().__new__(cls, role)
        link.ref = ref
        return link
