"""The simulator: a run one can step through, forwards and backwards, or let go at full speed.

It is put together from standing.py (where it stands), results.py (what has come of it), moving.py (going elsewhere)
and what_if.py (edits); here it shows itself: the snapshot that a screen is made of.
"""

from __future__ import annotations

from dlsim.engine.moving import GRAINS, Grain, Moving
from dlsim.engine.program import Program
from dlsim.engine.scenario.spec import Scenario
from dlsim.engine.snapshot import Snapshot
from dlsim.engine.standing import build
from dlsim.engine.what_if import WhatIf

__all__ = ["GRAINS", "MOST_ITERATIONS", "Grain", "Simulator", "program"]

MOST_ITERATIONS = 1_000_000_000
"""So far a run can be sent: losses are kept, 8 bytes an iteration."""


def program(scenario: Scenario) -> Program:
    """The ops of one iteration of `scenario`, in order."""
    return build(scenario).program


class Simulator(Moving, WhatIf):
    """One run of one scenario.

    It stands at an iteration (the one on the tape, from 1) with so many of its values revealed. Where all are,
    the iteration is done; nothing revealed is the very start. Entering an iteration computes its whole tape.
    """

    def snapshot(self) -> Snapshot:
        """Everything that a screen shows at this moment, frozen."""
        tape = self.model.freeze(landed=self._is_landed)
        revealed = self.program.revealed(self._cursor)
        order = {(op.quantity, op.layer): op.size for op in self.program}
        error = tape.error
        is_loss_shown = error is not None and revealed.get((error.quantity, None), 0) > 0
        return Snapshot(
            scenario=self.scenario,
            position=self.position,
            sample=self.sample,
            row=int(tape.rows[self.sample]),
            op=self.program[self.program.locate(self._cursor)[0]] if self._cursor else None,
            event=self.event,
            next_symbol=self._next_symbol(),
            trouble=self.trouble,
            is_part=self.model.data_calendar.batches > 1,
            loss=float(self._timeline.losses.values[self._timeline.iteration - 1]) if is_loss_shown else None,
            curves=self.curves,
            epochs=self._timeline.epochs,
            known=self._timeline.losses.head(self._timeline.finished),
            returned=self._branches.returned,
            returned_history=self._branches.present.whole_history,
            ghosts=self._branches.ghosts,
            scenarios=self._branches.scenarios,
            edits=self.edits,
            checkpoints=self._timeline.checkpoints.places,
            history=self._timeline.history,
            tables=self.model.tables,
            revealed=revealed,
            order=order,
            tape=tape,
        )

    def _next_symbol(self) -> str | None:
        if self._cursor >= self._limit and not (self._is_whole and self.trains):
            return None
        op, value = self.program.locate(self._cursor % self.program.values + 1)
        return self.model.tape.symbol(self.program[op].ref(value))
