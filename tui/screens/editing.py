"""What if: the selected number is edited in place, or something chosen from a list; undone, done again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from textual import on

from dlsim.engine.errors import DlsimError
from dlsim.engine.reference import Ref
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.screens.moment import CAPS
from dlsim.tui.screens.selecting import Selecting
from dlsim.tui.session.changing import NotANumberError, change, next_start, randomise, redo, same_start, undo
from dlsim.tui.session.judging import NOT_A_NUMBER, NOT_FINITE, in_short, more_than_all, problem_with
from dlsim.tui.session.session import Hint
from dlsim.tui.session.targets import Target, in_the_data, parsed, target_of, targets_of
from dlsim.tui.widgets.keyline import KeyCap
from dlsim.tui.widgets.prompt import Asked, Prompt
from dlsim.tui.words import words
from dlsim.tui.words.scenario import in_words

SAY = words()
KEYS_WHILE_ASKED = (
    KeyCap("select.enter", CAPS["select.enter"], SAY("prompt.apply"), "submit"),
    KeyCap("select.leave", CAPS["select.leave"], SAY("prompt.cancel"), "leave"),
)


class Editing(Selecting, is_layer=True):
    """Asks in the prompt, and lets the session change."""

    def action_edit(self) -> None:
        """Edit the operand that is marked, or else what is selected; without a selection, choose what to edit."""
        snapshot = self._looked_at()
        refs = self._selected(snapshot)
        if not refs:
            self._choose_what()
            return
        target = self.selected_target()
        if target is not None:
            self._ask_for(in_words(SAY, target))
            return
        if len(refs) > 1:
            marked, selected = map(snapshot.symbol, refs)
            self._say(Hint("hint.computed_both", {"marked": marked, "selected": selected}))
            return
        (ref,) = refs
        self._say(Hint("hint.computed", {"symbol": snapshot.symbol(ref)}))

    def _selected(self, snapshot: Snapshot) -> Sequence[Ref]:
        """The operand that is marked, then the number that is selected: as many of them as there are."""
        found = (self.selection.marked(snapshot), self.selection.ref)
        return [ref for ref in found if ref is not None]

    def selected_target(self) -> Target | None:
        """What to change so that the number that is marked changes itself, or where it is computed the one that is
        selected; None where none is, or they are computed.
        """
        snapshot = self.session.snapshot
        targets = (target_of(self.session.simulator, snapshot, ref) for ref in self._selected(snapshot))
        return next((target for target in targets if target is not None), None)

    def action_undo(self) -> None:
        """Undo the last edit."""
        self._change(partial(undo, self.session, self.digits))

    def action_redo(self) -> None:
        """Make it again."""
        self._change(partial(redo, self.session, self.digits))

    def action_randomise(self) -> None:
        """New random first weights."""
        self._change(partial(randomise, self.session, SAY("edit.weights")))

    def action_same_start(self) -> None:
        """The same first weights again."""
        self._change(partial(same_start, self.session))

    def action_compare(self) -> None:
        """This run beside the one that the last edit left."""
        self._pause()
        if not (self.session.simulator.trains and (self.session.edits.done or self.session.edits.undone)):
            self._say(Hint("hint.nothing_to_compare"))
            return
        self._tell(None)
        self._show()
        from dlsim.tui.screens.comparing import ComparingScreen  # noqa: PLC0415 -- the first paint does without

        screen = ComparingScreen(self.session, self.digits, self.action_undo, self.action_redo)
        self.app.push_screen(screen, lambda _: self._show())

    # asking

    def _choose_what(self) -> None:
        from dlsim.tui.screens.choosing import ChoosingScreen, Option  # noqa: PLC0415 -- no start waits for it

        snapshot = self.session.snapshot
        targets = [in_words(SAY, target) for target in targets_of(self.session.simulator, snapshot)]
        if not targets:
            self._say(Hint("hint.nothing_to_edit"))
            return
        does = SAY("edit.does_change")
        options = [
            Option(str(number), target.label, target.text, does, target.path or "")
            for number, target in enumerate(targets)
        ]

        def chosen(key: str | None) -> None:
            if key is not None:
                self._ask_for(targets[int(key)])

        self.app.push_screen(ChoosingScreen(SAY("edit.title"), options), chosen)

    def _ask_for(self, target: Target) -> None:
        self.prompt.ask(
            Asked(
                label=target.label,
                text=target.text,
                note=self._note(target),
                accept=partial(self._accept, target),
                check=partial(self._problem_with, target),
                choices=target.choices,
                follow=partial(self._what_it_comes_to, target),
            )
        )

    def _note(self, target: Target) -> str:
        """What may be written, and where it makes a difference, when it will hold."""
        if target.choices:
            choices = ", ".join(target.choices)
            return SAY("prompt.choices", up=CAPS["select.up"], down=CAPS["select.down"], choices=choices)
        if target.datum is not None:
            return SAY("prompt.shared" if target.datum.is_shared else "prompt.number")
        if target.ref is not None:
            start = next_start(self.session) if self.session.simulator.trains else 1
            return SAY("prompt.number_from", iteration=start) if start > 1 else SAY("prompt.number")
        is_number = isinstance(parsed(target.text), float)
        return SAY("prompt.number") if is_number else SAY("prompt.setting", value=target.text)

    def _problem_with(self, target: Target, text: str) -> str:
        problem = problem_with(self.session.snapshot.scenario, target, text)
        if problem == NOT_FINITE:
            return SAY("prompt.not_finite", number=text)
        return SAY("prompt.not_number") if problem == NOT_A_NUMBER else problem

    def _what_it_comes_to(self, target: Target, text: str) -> str:
        samples = more_than_all(self.session.snapshot.scenario, target.path, text)
        key = "prompt.whole_batch_1" if samples == 1 else "prompt.whole_batch"
        return SAY(key, samples=samples) if samples else ""

    def _accept(self, target: Target, text: str) -> str:
        try:
            hint = change(self.session, target, text, self.digits)
        except NotANumberError:
            return self._problem_with(target, text)
        except DlsimError as error:
            return in_short(error)
        self._stay_on(target)
        self._say(hint)
        self._show()
        return ""

    def _stay_on(self, target: Target) -> None:
        """What was edited stays selected, among the data where its sample is no longer under the lens."""
        snapshot = self.session.snapshot
        selected = next((ref for ref in self._selected(snapshot) if ref.quantity in ("x", "t")), None)
        if target.datum is None or selected is None:
            return
        listed = in_the_data(snapshot, selected, target.datum)
        if listed != selected:
            self.selection = self.selection.select(listed)

    def _change(self, do: partial[Hint]) -> None:
        self._pause()
        self._say(do())
        self._show()

    def _say(self, hint: Hint) -> None:
        """Say this, at once."""
        self._tell(hint)
        self._show_keys()

    async def action_submit(self) -> None:
        """Take what stands in the prompt, as enter does there."""
        await self.prompt.field.action_submit()

    # the prompt's own line of help

    @on(Prompt.Told)
    def _hear(self, message: Prompt.Told) -> None:
        if self.prompt.is_open:
            fits = self.keyline.has_room(KEYS_WHILE_ASKED, message.text, is_trouble=message.is_trouble)
            self.keyline.show(KEYS_WHILE_ASKED, message.text if fits else "", is_trouble=message.is_trouble)
            self.prompt.spell_out("" if fits else message.text, is_trouble=message.is_trouble)

    @on(Prompt.Closed)
    def _close_prompt(self) -> None:
        self._show_keys()
