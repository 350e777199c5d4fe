"""What was changed: from which value to which, and what that brought along. No Textual here."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, field

from dlsim.engine.numbers import DIGITS, plain, typed_number
from dlsim.engine.reference import Ref
from dlsim.engine.scenario.spec import Scenario
from dlsim.tui.session.targets import OPTIMIZER, Target, parsed, settings_in, written


class Edited(Struct, frozen=True):
    """One change that was made, for the hints and the comparison. `along` is what it brought along, settings of another
    optimizer or the other targets of a sample: name, value before (None where there was none), value after.
    """

    label: str
    before: str
    after: str
    iteration: int
    ref: Ref | None = None
    along: Sequence[tuple[str, str | None, str]] = ()


class EditLog(Struct):
    """The changes of a run, in the order in which they were made; undone ones wait to be made again."""

    done: list[Edited] = field(default_factory=list)
    undone: list[Edited] = field(default_factory=list)

    def add(self, edited: Edited) -> None:
        """A change was made: what was undone before is gone."""
        self.done.append(edited)
        self.undone.clear()

    def undo(self) -> Edited | None:
        """The last one was undone."""
        return self._exchange(self.done, self.undone)

    def redo(self) -> Edited | None:
        """The last one that was undone was made again."""
        return self._exchange(self.undone, self.done)

    @staticmethod
    def _exchange(source: list[Edited], target: list[Edited]) -> Edited | None:
        if not source:
            return None
        target.append(source.pop())
        return target[-1]


def brief(text: str, digits: int = DIGITS) -> str:
    """A value as hints say it: a whole number in groups, another number to so many decimals."""
    number = None if "/" in text else typed_number(text)
    if number is None:
        return text
    return f"{number:,}" if isinstance(number, int) else plain(number, digits)


def brought_along(
    before: Scenario, after: Scenario, target: Target, text: str
) -> Sequence[tuple[str, str | None, str]]:
    """The optimizer's settings that have another value because it is another one, or the targets that share what is
    left beside the one that is now `text`; see Edited.
    """
    if target.datum is not None:
        return tuple(
            (name, brief(written(old)), brief(written(new))) for name, old, new in target.followers(parsed(text))
        )
    if target.path != OPTIMIZER or before.optimizer is None or after.optimizer is None:
        return ()
    old, new = settings_in(before.optimizer), settings_in(after.optimizer)
    return tuple(
        (name, written(old[name]) if name in old else None, written(value))
        for name, value in new.items()
        if value != old.get(name)
    )


def in_words(edited: Edited, *, only_changed: bool = False) -> str:
    """What an edit brought along, as one types it: `learning_rate 0.001 (it was 0.5), beta_1 0.9`. Of these perhaps
    only what the optimizer before had as well.
    """
    return ", ".join(
        f"{name} {after}" if before is None else f"{name} {after} (it was {before})"
        for name, before, after in edited.along
        if before is not None or not only_changed
    )
