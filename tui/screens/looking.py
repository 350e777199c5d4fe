"""Ways to look at a run: panels and pictures, the variants of a scenario, decimals and scales; gradients checked."""

from __future__ import annotations

from textual.screen import Screen

from dlsim.engine.scenario.spec import Scenario
from dlsim.tui.drawing.diagram.focus import shape_of
from dlsim.tui.drawing.pictures.catalogue import PICTURES, pictures_of
from dlsim.tui.screens.footer import CAPS
from dlsim.tui.screens.reports import GradientScreen
from dlsim.tui.screens.view import View, title_of
from dlsim.tui.session.session import Hint
from dlsim.tui.session.settings import MOST_DIGITS
from dlsim.tui.session.workspace import Workspace


class Looking:
    """Its keys change what is looked at, and never what is computed."""

    def __init__(self, work: Workspace, view: View, screen: Screen[None]) -> None:
        self._work, self._view, self._footer, self._screen = work, view, view.footer, screen

    # panels

    def panel(self, tab: str) -> None:
        """Show a panel, and choose it."""
        tabs = self._work.tabs
        if tab == "variants" and not tabs.has_variants:
            self._footer.say(Hint("hint.no_variants"))
            return
        self._footer.tell(tabs.choose(tab, title_of(tab), self._view.key_of(tab)))
        self._view.show()

    def table(self, number: int) -> None:
        """Show one of the tables."""
        tables = self._work.tabs.tables
        if number < len(tables):
            self.panel(tables[number])
        else:
            self._footer.say(Hint("hint.no_table"))

    def scroll(self, by: int) -> None:
        """Scroll the chosen panel by about its height; where that shows all it holds, another that does not."""
        cut = [rows for rows in self._view.scrolling() if not rows.is_whole]
        if cut:
            cut[0].scroll_pages(by)
        else:
            self._footer.say(Hint("hint.all_shown"))

    # pictures

    def picture(self, by: int) -> None:
        """Show the first panel: the picture it holds, or the next one."""
        tabs = self._work.tabs
        before, has_more = tabs.panel, len(tabs.pictures) > 1
        picture = tabs.turn(by)
        hint = None if has_more or not by else Hint("hint.one_picture")
        if by and has_more and not tabs.is_wide:
            hint = Hint("hint.picture", {"picture": title_of(picture)})
        if not by and has_more and before == picture:
            following = title_of(tabs.picture_after(1))
            hint = Hint("hint.more_pictures", {"key": CAPS["look.picture"], "picture": following})
        self._footer.tell(hint)
        self._view.show()

    def view(self, by: int) -> None:
        """Show another view of the picture."""
        name = self._view.picture.turn(by) if self._work.tabs.picture in PICTURES else ""
        self._footer.tell(Hint("hint.view", {"view": name}) if name else Hint("hint.one_view"))
        self._view.show()

    # the variants of the scenario

    def next_variant(self) -> None:
        """The same moment in the next variant."""
        self._work.pause()
        self._footer.tell(self._work.session.next_variant())
        self._view.show()

    def choose_variant(self, variant: str | None) -> None:
        """The same moment in a variant that stands in their table."""
        self._work.pause()
        self._work.tabs.panel = "variants"
        self._footer.tell(self._work.session.choose_variant(variant))
        self._view.show()

    # numbers

    def digits(self, by: int) -> None:
        """Fewer or more decimals, here and the next time."""
        preferences, digits = self._work.preferences, self._work.digits + by
        if 0 <= digits <= MOST_DIGITS:
            preferences.choose(digits=digits)
            self._footer.tell(Hint("hint.digits", {"digits": digits}))
        else:
            self._footer.tell(Hint("hint.fewest_digits" if by < 0 else "hint.most_digits", {"most": MOST_DIGITS}))
        self._view.show()
        problem = preferences.notice()
        if problem:
            self._footer.notify(problem)

    def log(self) -> None:
        """Logarithmic or linear loss."""
        if self._work.session.scenario.wording:
            self._footer.tell(Hint("hint.no_curve"))
        else:
            self._view.curve.toggle_log()
            self._footer.tell(None)
        self._view.show()

    def check(self) -> None:
        """Check the gradients."""
        self._work.pause()
        has_gradients = self._work.session.simulator.has_gradients
        self._footer.tell(None if has_gradients else Hint("hint.no_check"))
        self._view.show()
        if has_gradients:
            self._screen.app.push_screen(GradientScreen(self._work.session, self._work.digits))


def pictures_offered(scenario: Scenario) -> tuple[str, ...]:
    """The tabs of the first panel: the network where there is one, then the pictures."""
    pictures = tuple(picture.key for picture in pictures_of(scenario))
    return ("network", *pictures) if shape_of(scenario) is not None or not pictures else pictures
