"""Ways to look at a run: pictures in the first panel, the variants of a scenario side by side, the timeline strip."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on

from dlsim.engine.numbers import fixed
from dlsim.engine.scenario.spec import Scenario
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.drawing.diagram.shape import shape_of
from dlsim.tui.drawing.pictures.catalogue import PICTURES, pictures_of
from dlsim.tui.drawing.variants import NOTHING_BESIDE, Beside
from dlsim.tui.screens.acting import Acting
from dlsim.tui.screens.moment import CAPS
from dlsim.tui.screens.view import title_of
from dlsim.tui.session.selection import HELD_LOSS, LOSS_OVER_ALL
from dlsim.tui.session.session import Hint
from dlsim.tui.session.settings import MOST_DIGITS
from dlsim.tui.session.variants import Member
from dlsim.tui.widgets.loss_curve import LossCurve
from dlsim.tui.widgets.table import NumberTable
from dlsim.tui.widgets.timeline_strip import TimelineStrip

AT_ONCE_SECONDS = 0.004
"""So long a key waits for the other variants; they go the rest afterwards, bit by bit."""
SLICE_SECONDS, PAUSE_SECONDS = 0.012, 0.015


class Looking(Acting, is_layer=True):
    """Its keys change what is looked at, and never what is computed, but for scrubbing, which goes there."""

    _is_catching_up = False

    # the variants of the scenario

    def members_now(self) -> tuple[Member, ...]:
        """All variants at the moment that is shown; those that need long come after it."""
        if not self.running.is_running and not self.session.follow(AT_ONCE_SECONDS):
            self._catch_up_later()
        return self.running.members

    def variant_name(self, snapshot: Snapshot) -> str:
        """What the variant under the lens is called; "" where there is one only."""
        if not self.tabs.has_variants:
            return ""
        return self.session.name_of(snapshot.scenario.variant) or self.say("picture.as_written")

    def apart(self) -> Sequence[Sequence[str]]:
        """What sets each variant of the scenario apart."""
        return self.session.apart

    def beside_losses(self, members: Sequence[Member]) -> Beside:
        """How each variant does on the data that was kept back; where a batch is a part of it, on all data."""
        curves = [member.snapshot.curves.get("validation") for member in members]
        if any(curve is not None for curve in curves):
            numbers = [float(curve.values[-1]) if curve is not None and len(curve) else None for curve in curves]
            return Beside("validation", numbers, HELD_LOSS)
        if not self.session.compares_over_all:
            return NOTHING_BESIDE
        losses = [None] * len(members) if self.running.is_running else self.session.losses_over_all()
        return Beside("over_all", losses, LOSS_OVER_ALL)

    def _catch_up_later(self) -> None:
        if not self._is_catching_up:
            self._is_catching_up = True
            self.set_timer(PAUSE_SECONDS, self._catch_up)

    def _catch_up(self) -> None:
        self._is_catching_up = False
        if self.running.is_running:
            return  # they go with the run
        if not self.session.follow(SLICE_SECONDS):
            self._catch_up_later()
        self.show(self.session.snapshot)

    def action_variant(self) -> None:
        """The same moment in the next variant."""
        self._pause()
        self._tell(self.session.next_variant())
        self._show()

    # pictures

    def action_picture(self, by: int) -> None:
        """Show the first panel: the picture it holds, or the next one."""
        before, has_more = self.tabs.panel, len(self.tabs.pictures) > 1
        picture = self.tabs.turn(by)
        self._tell(None if has_more or not by else Hint("hint.one_picture"))
        if by and has_more and not self.tabs.is_wide:
            self._tell(Hint("hint.picture", {"picture": title_of(picture)}))
        if not by and has_more and before == picture:
            following = title_of(self.tabs.picture_after(1))
            self._tell(Hint("hint.more_pictures", {"key": CAPS["look.picture"], "picture": following}))
        self._show()

    def action_view(self, by: int) -> None:
        """Show another view of the picture."""
        name = self.picture.turn(by) if self.tabs.picture in PICTURES else ""
        self._tell(Hint("hint.view", {"view": name}) if name else Hint("hint.one_view"))
        self._show()

    # numbers

    def action_digits(self, by: int) -> None:
        """Fewer or more decimals, here and the next time."""
        digits = self.digits + by
        if 0 <= digits <= MOST_DIGITS:
            self.preferences.choose_digits(digits)
            self._tell(Hint("hint.digits", {"digits": digits}))
        else:
            self._tell(Hint("hint.fewest_digits" if by < 0 else "hint.most_digits", {"most": MOST_DIGITS}))
        self._show()
        problem = self.preferences.notice()
        if problem:
            self.notify_of(problem)

    # time

    def action_scrub(self, by: int) -> None:
        """Along the timeline by a part of what has been run."""
        self._move(lambda: self.session.scrub(by))

    @on(TimelineStrip.Scrubbed)
    def _scrub(self, message: TimelineStrip.Scrubbed) -> None:
        self._move(lambda: self.session.scrub_to(message.iteration))

    @on(NumberTable.SamplePicked)
    def _look_at_sample(self, message: NumberTable.SamplePicked) -> None:
        self.tabs.panel = self.tabs.table
        self._move(lambda: self.session.look_at(message.row))

    @on(LossCurve.Sought)
    def _go_along_curve(self, message: LossCurve.Sought) -> None:
        self._move(lambda: self.session.scrub_to(message.iteration))
        losses = self.session.snapshot.curves.get("loss")
        if losses is not None and len(losses):
            loss = fixed(float(losses.values[-1]), self.digits)
            key = "hint.batch_loss_at" if self.session.snapshot.is_part else "hint.loss_at"
            self._tell(Hint(key, {"iteration": len(losses), "loss": loss}))
            self._show_keys()


def pictures_offered(scenario: Scenario) -> tuple[str, ...]:
    """The tabs of the first panel: the network where there is one, then the pictures."""
    pictures = tuple(picture.key for picture in pictures_of(scenario))
    return ("network", *pictures) if shape_of(scenario) is not None or not pictures else pictures
