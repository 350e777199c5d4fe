"""What if: the selected number is edited in place, or something chosen from a list; undone, done again."""

from __future__ import annotations

from functools import partial

from dlsim.engine.errors import DlsimError
from dlsim.tui.screens.overlays import ChoosingScreen, Option, take
from dlsim.tui.screens.reports import ComparingScreen
from dlsim.tui.screens.view import ScreenPart
from dlsim.tui.session.editing import (
    NOT_A_NUMBER,
    NOT_FINITE,
    NotANumberError,
    Target,
    change,
    in_short,
    in_the_data,
    more_than_all,
    next_start,
    parsed,
    problem_with,
    randomise,
    redo,
    same_start,
    targets_of,
    undo,
)
from dlsim.tui.session.session import Hint
from dlsim.tui.widgets.keyline import CAPS, KeyCap
from dlsim.tui.widgets.prompt import Asked, Prompt
from dlsim.tui.words import words
from dlsim.tui.words.prose import in_words

SAY = words()
KEYS_WHILE_ASKED = (
    KeyCap("select.enter", CAPS["select.enter"], SAY("prompt.apply"), "editing.submit"),
    KeyCap("select.leave", CAPS["select.leave"], SAY("prompt.cancel"), "selecting.leave"),
)


class Editing(ScreenPart):
    """Asks in the prompt, and lets the session change."""

    def edit(self) -> None:
        """Edit the operand that is marked, or else what is selected; without a selection, choose what to edit."""
        snapshot = self._work.looked_at()
        refs = self._work.selected(snapshot)
        if not refs:
            self._choose_what()
            return
        target = self._work.selected_target()
        if target is not None:
            self._ask_for(in_words(SAY, target))
            return
        if len(refs) > 1:
            marked, selected = map(snapshot.symbol, refs)
            self._footer.say(Hint("hint.computed_both", {"marked": marked, "selected": selected}))
            return
        (ref,) = refs
        self._footer.say(Hint("hint.computed", {"symbol": snapshot.symbol(ref)}))

    def undo(self) -> None:
        """Undo the last edit."""
        self._do(partial(undo, self._work.session, self._work.digits))

    def redo(self) -> None:
        """Make it again."""
        self._do(partial(redo, self._work.session, self._work.digits))

    def randomise(self) -> None:
        """New random first weights."""
        self._do(partial(randomise, self._work.session, SAY("edit.weights")))

    def same_start(self) -> None:
        """The same first weights again."""
        self._do(partial(same_start, self._work.session))

    def compare(self) -> None:
        """This run beside the one that the last edit left."""
        self._work.pause()
        if not (
            self._work.session.simulator.trains and (self._work.session.edits.done or self._work.session.edits.undone)
        ):
            self._footer.say(Hint("hint.nothing_to_compare"))
            return
        self._view.tell(None)
        screen = ComparingScreen(self._work.session, self._work.digits, self.undo, self.redo)
        self._screen.app.push_screen(screen, lambda _: self._view.show())

    # asking

    def _choose_what(self) -> None:
        snapshot = self._work.session.snapshot
        targets = [in_words(SAY, target) for target in targets_of(self._work.session.simulator, snapshot)]
        if not targets:
            self._footer.say(Hint("hint.nothing_to_edit"))
            return
        does = SAY("edit.does_change")
        options = [
            Option(target.label, partial(self._ask_for, target), target.text, does, target.path or "", target.also)
            for target in targets
        ]
        self._screen.app.push_screen(ChoosingScreen(SAY("edit.title"), options), take)

    def _ask_for(self, target: Target) -> None:
        self._view.prompt.ask(
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
            start = next_start(self._work.session) if self._work.session.simulator.trains else 1
            return SAY("prompt.number_from", iteration=start) if start > 1 else SAY("prompt.number")
        is_number = isinstance(parsed(target.text), float)
        return SAY("prompt.number") if is_number else SAY("prompt.setting", value=target.text)

    def _problem_with(self, target: Target, text: str) -> str:
        problem = problem_with(self._work.session.snapshot.scenario, target, text)
        if problem == NOT_FINITE:
            return SAY("prompt.not_finite", number=text)
        return SAY("prompt.not_number") if problem == NOT_A_NUMBER else problem

    def _what_it_comes_to(self, target: Target, text: str) -> str:
        samples = more_than_all(self._work.session.snapshot.scenario, target.path, text)
        key = "prompt.whole_batch_1" if samples == 1 else "prompt.whole_batch"
        return SAY(key, samples=samples) if samples else ""

    def _accept(self, target: Target, text: str) -> str:
        try:
            hint = change(self._work.session, target, text, self._work.digits)
        except NotANumberError:
            return self._problem_with(target, text)
        except DlsimError as error:
            return in_short(error)
        self._stay_on(target)
        self._view.tell(hint)
        return ""

    def _stay_on(self, target: Target) -> None:
        """What was edited stays selected, among the data where its sample is no longer under the lens."""
        snapshot = self._work.session.snapshot
        selected = next(
            (
                ref
                for ref in self._work.selected(snapshot)
                if ref.quantity.datum is not None and not ref.quantity.names_row
            ),
            None,
        )
        if target.datum is None or selected is None:
            return
        listed = in_the_data(snapshot, selected, target.datum)
        if listed != selected:
            self._work.selection = self._work.selection.select(listed)

    # the prompt's own line of help

    async def submit(self) -> None:
        """Take what stands in the prompt, as enter does there."""
        await self._view.prompt.field.action_submit()

    def hear(self, message: Prompt.Remark) -> None:
        """Say what the prompt has to say beside the keys, or where there is no room for it, above its field."""
        prompt, keyline = self._view.prompt, self._view.keyline
        if prompt.is_open:
            fits = keyline.has_room(KEYS_WHILE_ASKED, message.text, is_trouble=message.is_trouble)
            keyline.show(KEYS_WHILE_ASKED, message.text if fits else "", is_trouble=message.is_trouble)
            prompt.spell_out("" if fits else message.text, is_trouble=message.is_trouble)
