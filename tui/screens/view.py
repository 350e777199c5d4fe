"""What stands where on the simulator's screen, for any size, and how a moment comes to be seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise

from textual.geometry import Size
from textual.screen import Screen
from textual.widget import Widget

from dlsim.engine.numbers import fixed
from dlsim.engine.program import Op
from dlsim.engine.scenario.spec import Scenario
from dlsim.engine.snapshot import Snapshot
from dlsim.engine.text import in_language
from dlsim.tui.drawing.canvas import ASCII, UNICODE
from dlsim.tui.drawing.header import header_line
from dlsim.tui.drawing.pictures.catalogue import PICTURES
from dlsim.tui.drawing.pictures.scene import PictureLook, Scene
from dlsim.tui.drawing.reports import convention_lines, markdown_lines
from dlsim.tui.drawing.text import cut
from dlsim.tui.drawing.variants import NOTHING_BESIDE, Beside, Variant, last_of, variants, variants_of
from dlsim.tui.drawing.whole_op import op_shown, phase_shown
from dlsim.tui.session.selection import other_row
from dlsim.tui.session.session import Hint
from dlsim.tui.session.variants import Member
from dlsim.tui.session.workspace import Workspace
from dlsim.tui.widgets.keyline import CAPS, Footer, KeyLine
from dlsim.tui.widgets.moment import FormulaView, NetworkDiagram, NumberTable, PictureView, VariantsTable
from dlsim.tui.widgets.over_time import LossCurve, TimelineStrip
from dlsim.tui.widgets.prompt import Prompt
from dlsim.tui.widgets.rows import Ground, Panel, Rows, as_text, has_room_for
from dlsim.tui.words import words

SAY = words()
WIDE, LARGE = (100, 30), (165, 44)
"""Cells and lines from which on there are four panels, and six."""
LEAST_LOW = 100
"""From so many cells on, with fewer lines than for four, one panel stands beside the formula, not below it."""
ROOMY = 116
"""From so many cells on, the network gets the wider half."""
LEAST_WITH_STRIP = 20
LEAST_TABBED = 16
"""With fewer lines than this there is room for the formula alone."""
AT_ONCE_SECONDS = 0.004
"""So long a key waits for the other variants; they go the rest afterwards, bit by bit."""
SLICE_SECONDS, PAUSE_SECONDS = 0.012, 0.015
FORMS = ("large", "wide", "low", "tabbed", "small", "enlarged")
FRAMED = ("large", "wide", "low", "enlarged")
SIDE_BY_SIDE = ("large", "wide")
ORDER = ("network", "formula", "lesson", "tables", "beside", "side")
"""The panels from left to right and from above to below."""
ONLY_LARGE = ("lesson", "beside")
"""Those that come once there is room for six, and stay: each widget is a millisecond of every start."""


class View:
    """All the widgets that there will ever be: none comes or goes with a step, another size or another scenario."""

    def __init__(self, work: Workspace) -> None:
        self._work = work
        self._form = ""
        self._arranged_for = Size(0, 0)
        self._is_enlarged = False
        self._lessons: dict[str, int] = {}
        """How far the lesson of each scenario was scrolled when it was left."""
        self._reads = ""
        """The scenario whose lesson is open."""
        self._titled: tuple[object, ...] = ()
        """What the tabs and the panels on screen depend on, as it was when they were shown."""
        self._shown: Snapshot | None = None
        self._ruled: Scenario | None = None
        self._is_catching_up = False
        self.without_curve: Snapshot | None = None
        """What is on screen but for the loss curve, which is drawn with the next look at a run."""
        glyphs = ASCII if work.preferences.is_plain else UNICODE
        self._look = PictureLook(glyphs)
        self.header = Rows(id="header")
        self.banner = Rows(id="banner")
        self.strip = TimelineStrip(glyphs=glyphs, id="strip")
        self.diagram = NetworkDiagram(glyphs=glyphs, id="diagram")
        self.picture = PictureView(glyphs=glyphs, id="picture")
        self.formula = FormulaView(id="equation")
        self.table = NumberTable(id="numbers")
        self.table_beside = NumberTable(id="numbers-beside")
        self.variants = VariantsTable(id="variants")
        self.curve = LossCurve(glyphs=glyphs, id="curve")
        self.lesson, self.lesson_apart = Rows(id="lesson-text"), Rows(id="lesson-apart")
        self.rules = Rows(id="rules")
        self.keyline = KeyLine(id="keyline")
        self.prompt = Prompt(id="prompt")
        self.footer = Footer(work, self.keyline)
        contents: dict[str, Sequence[Widget]] = {
            "network": (self.diagram, self.picture),
            "formula": (self.formula,),
            "tables": (self.table, self.variants),
            "side": (self.curve, self.lesson, self.rules),
            "lesson": (self.lesson_apart,),
            "beside": (self.table_beside,),
        }
        self.panels = {name: Panel(*held, id=name, choosing="looking.panel") for name, held in contents.items()}
        self._body: Ground | None = None
        self._choose_contents()

    def widgets(self) -> Sequence[Widget]:
        """From above to below."""
        names = ORDER if self._form == "large" else [name for name in ORDER if name not in ONLY_LARGE]
        self._body = Ground(*(self.panels[name] for name in names), id="body")
        return (self.header, self.banner, self.strip, self._body, self.prompt, self.keyline)

    # arranging

    def arrange(self, screen: Widget, size: Size) -> None:
        """Choose the arrangement for the size there is, and for a panel that is enlarged."""
        tabs = self._work.tabs
        if (size, tabs.is_enlarged) == (self._arranged_for, self._is_enlarged):
            return
        self._arranged_for, self._is_enlarged = size, tabs.is_enlarged
        width, height = size
        form = "enlarged" if tabs.is_enlarged else form_for(size)
        tabs.arrange(is_wide=form in SIDE_BY_SIDE, is_large=form == "large")
        classes = {name: name == form for name in FORMS}
        classes["roomy"] = form == "wide" and width >= ROOMY
        screen.update_classes(classes, update=screen.is_mounted)  # at once: each time costs a restyling
        self.panels["formula"].styles.height = min(max((height - 2) // 2, 8), 15) if form == "tabbed" else None
        self._form = form
        if form == "large" and self._body is not None:
            self._add_panels(self._body)
        if self._shown is not None:
            self._show_all(self._shown)

    def _add_panels(self, body: Ground) -> None:
        """Those for which there is room now, each behind the one before it."""
        for before, name in pairwise(ORDER):
            if name in ONLY_LARGE and self.panels[name].parent is None:
                body.mount(self.panels[name], after=self.panels[before])

    def enlarge(self, screen: Widget) -> None:
        """The chosen panel over the whole screen, and back."""
        self._work.tabs.is_enlarged = not self._work.tabs.is_enlarged
        self.arrange(screen, self._arranged_for)
        self.tell(Hint("hint.enlarged") if self._work.tabs.is_enlarged else None)

    # showing

    def begin(self) -> None:
        """Show the lesson and the first moment of a session."""
        if self._reads:
            self._lessons[self._reads] = max(self.lesson.top, self.lesson_apart.top)
        self._reads = self._work.session.source
        lesson = in_language(self._work.session.scenario.lesson, SAY.language)
        for rows in (self.lesson, self.lesson_apart):
            rows.fill(as_text(partial(markdown_lines, lesson)), self._lessons.get(self._reads, 0))
        self.show()

    def show(self) -> None:
        """Show the moment, and what there is to say. Each widget repaints what changed of it."""
        self.without_curve = None
        self._show_all(self._work.moment)
        self.footer.show()

    def tell(self, hint: Hint | None) -> None:
        """Show the moment, and say this or nothing until the next key."""
        self.footer.tell(hint)
        self.show()

    def _show_all(self, snapshot: Snapshot) -> None:
        self.show_curve(snapshot, self.show_numbers(snapshot))

    def show_numbers(self, snapshot: Snapshot) -> tuple[Member, ...]:
        """All but the loss curve, which takes longer than all else together; the variants as they were then."""
        work, tabs, digits = self._work, self._work.tabs, self._work.digits
        self._shown = snapshot
        work.selection = work.selection.within(snapshot)
        if not work.selection:
            tabs.follow(snapshot)
        tabs.follow_curve(snapshot, has_ahead=work.session.has_ahead(snapshot))
        members = self.members_now()
        op = self.whole_op(snapshot)
        ops = self._whole_ops(snapshot, op)
        variant = self._variant_name(snapshot)
        self.header.fill(lambda cells: [header_line(SAY, snapshot, cells, variant)])
        self.strip.display = self._arranged_for.height >= LEAST_WITH_STRIP and snapshot.position.epochs > 0
        self.strip.show(snapshot, work.stops)
        self._show_banner(snapshot)
        self._show_titles(snapshot, ops)
        pictures = [title_of(tabs.picture_after(by)) for by in range(1, len(tabs.pictures))]
        self.formula.show(snapshot, work.selection, digits, pictures, ops)
        if self.panels["network"].display:
            if tabs.picture in PICTURES:
                self.picture.choose(PICTURES[tabs.picture])
                self.picture.show(snapshot, members, work.selection.ref, digits)
            else:
                self.diagram.show(snapshot, work.selection.ref, digits, op)
        if self.panels["beside"].display:
            self.table_beside.show(snapshot, tabs.chosen_in("beside"), work.selection.ref, digits, ops)
        if self.panels["tables"].display:
            table = tabs.chosen_in("tables")
            if table == "variants":
                beside = self.beside_losses(members)
                rows = variants_of(SAY, self.told(snapshot, members), work.session.apart, digits, beside)
                self.variants.show(rows, beside.head, work.selection.ref)
            else:
                self.table.show(snapshot, table, work.selection.ref, digits, ops)
        if snapshot.scenario is not self._ruled:
            self._ruled = snapshot.scenario
            self.rules.fill(as_text(partial(convention_lines, SAY, snapshot.scenario)))
        self.name_scroll_key()
        return members

    def show_curve(self, snapshot: Snapshot, members: tuple[Member, ...] | None = None) -> None:
        """The loss curve, if it is on screen."""
        if self.panels["side"].display and self._work.tabs.chosen_in("side") == "loss":
            members = self.members_now() if members is None else members
            told = self.told(snapshot, members) if members else []
            self.curve.show(snapshot, told, self._work.digits, has_ahead=self._work.session.has_ahead(snapshot))

    def whole_op(self, snapshot: Snapshot) -> Op | None:
        """What the formula panel shows whole: where a step is an op, or a phase, the last op; None where it shows one
        number.
        """
        return None if self._work.session.grain == "value" else op_shown(snapshot, self._work.selection)

    def _whole_ops(self, snapshot: Snapshot, op: Op | None) -> Sequence[Op]:
        """All that is shown whole: `op`, or of a phase every op, unless a number is selected."""
        if self._work.session.grain == "phase" and not self._work.selection:
            return phase_shown(snapshot, self._work.session.simulator.program)
        return () if op is None else (op,)

    def scrolling(self) -> Sequence[Rows]:
        """What is on screen and scrolls: the panel that was chosen last, then the others."""
        held: dict[str, Sequence[Rows]] = {
            "formula": (self.formula,),
            "lesson": (self.lesson_apart,),
            "side": (self.lesson, self.rules),
            "tables": (self.table, self.variants),
            "beside": (self.table_beside,),
        }
        first = "formula" if self._work.tabs.reads_formula else self._work.tabs.area
        areas = sorted(held, key=lambda area: area != first)
        return [one for area in areas if self.panels[area].display for one in held[area] if one.display]

    def name_scroll_key(self) -> None:
        """What the key scrolls says so; all else that holds more than it shows does not name it."""
        target: Rows | None = None
        for rows in self.scrolling():
            if target is None and not rows.is_whole:
                target = rows
            rows.name_key(CAPS["look.page-down"] if target in (None, rows) else "")

    def _show_banner(self, snapshot: Snapshot) -> None:
        trouble = snapshot.trouble
        self.banner.display = trouble is not None
        if trouble is not None:
            value = fixed(trouble.value, self._work.digits)
            text = SAY("banner.trouble", symbol=trouble.symbol, value=value, iteration=trouble.iteration)
            self.banner.fill(lambda cells: [cut(((f" {text}", "trouble"),), cells)])

    # the variants of the scenario

    def members_now(self) -> tuple[Member, ...]:
        """All variants at the moment that is shown; those that need long come after it."""
        if not self._work.running.is_running and not self._work.session.follow(AT_ONCE_SECONDS):
            self._catch_up_later()
        return self._work.running.members or self._work.session.members

    def told(self, snapshot: Snapshot, members: tuple[Member, ...]) -> list[Variant]:
        """The variants as they are drawn and told of."""
        return variants(Scene(snapshot, members, look=self._look, say=SAY))

    def beside_losses(self, members: Sequence[Member]) -> Beside:
        """How each variant does on the data that was kept back; where a batch is a part of it, on all data. On a
        surface the rate by which it moves x.
        """
        losses: Sequence[float | None] = [None] * len(members)
        if any("validation" in member.snapshot.curves for member in members):
            name = "validation"
            losses = [last_of(member.snapshot, name) for member in members]
        elif self._work.session.compares_over_all:
            name = "over_all"
            losses = losses if self._work.running.is_running else self._work.session.losses_over_all()
        elif members and members[0].snapshot.scenario.coordinates:
            return Beside("rate", [last_of(member.snapshot, "η_x") for member in members])
        else:
            return NOTHING_BESIDE
        return Beside(name, losses, next((member.snapshot.curve_numbers.get(name) for member in members), None))

    def _variant_name(self, snapshot: Snapshot) -> str:
        """What the variant under the lens is called; "" where there is one only."""
        if not self._work.tabs.has_variants:
            return ""
        return self._work.session.name_of(snapshot.scenario.variant) or self.footer.text("picture.as_written")

    def _catch_up_later(self) -> None:
        if not self._is_catching_up:
            self._is_catching_up = True
            self.header.set_timer(PAUSE_SECONDS, self._catch_up)

    def _catch_up(self) -> None:
        self._is_catching_up = False
        if self._work.running.is_running:
            return  # they go with the run
        if not self._work.session.follow(SLICE_SECONDS):
            self._catch_up_later()
        self._show_all(self._work.session.snapshot)

    # titles and tabs

    def _show_titles(self, snapshot: Snapshot, ops: Sequence[Op]) -> None:
        tabs, selected = self._work.tabs, self._work.selection.ref
        symbol = SAY("panel.formula") if snapshot.event is None else snapshot.symbol(snapshot.event.ref)
        if len(ops) == 1:
            symbol, _, _ = snapshot.tape.op_formula(ops[0])
        elif ops:
            phase = snapshot.position.phase or ""
            symbol = SAY.first([f"phase.{phase}", "phase.any"], phase=phase.upper())
        if selected is not None:
            row = other_row(snapshot, selected)
            key = "answer.selected" if row is None else "answer.selected_of_sample"
            symbol = SAY(key, symbol=snapshot.symbol(selected), sample=(row or 0) + 1)
        is_framed = self._form in FRAMED
        self.panels["formula"].entitle([("", symbol)], current=tabs.reads_formula, framed=is_framed)
        opened = tuple(tabs.chosen_in(area) for area in tabs.areas)
        chosen = (tabs.tables, tabs.pictures, tabs.has_variants, tabs.panel, *opened, tabs.reads_formula)
        titled = (self._form, self._arranged_for, *chosen)
        if titled == self._titled:
            return
        self._titled = titled
        for name, panel in self.panels.items():
            if name == "formula":
                continue
            panel.display = self._form != "small" and tabs.is_shown(name)
            if panel.display:
                is_current = is_framed and name == tabs.area and not tabs.reads_formula
                panel.entitle(self._titles_of(name), tabs.chosen_in(name), current=is_current, framed=is_framed)
        self.panels["tables"].set_class("beside" not in tabs.areas, "alone")
        self.panels["formula"].set_class(not tabs.has_lesson, "alone")
        self._choose_contents()

    def _titles_of(self, area: str) -> Sequence[tuple[str, str]]:
        """The (key, title) tabs of an area's panel; where there is room for one panel only, those of all."""
        tabs = self._work.tabs
        if tabs.is_wide:
            return [(tab, self._title_with_key(tab)) for tab in tabs.areas[area]]
        names = [tab for held in tabs.areas.values() for tab in held]
        one_for_all_pictures = [tab for tab in names if tab not in tabs.pictures or tab == tabs.picture]
        ordered = sorted(one_for_all_pictures, key=self.key_of)
        return self._with_next_picture([(tab, self._title_with_key(tab)) for tab in ordered])

    def _choose_contents(self) -> None:
        """Of what shares a panel, show the one whose tab is open."""
        tabs = self._work.tabs
        side, table = tabs.chosen_in("side"), tabs.chosen_in("tables")
        self.curve.display = side == "loss"
        self.lesson.display = side == "lesson"
        self.rules.display = side == "conventions"
        self.diagram.display = tabs.picture not in PICTURES
        self.picture.display = not self.diagram.display
        self.variants.display = table == "variants"
        self.table.display = not self.variants.display

    def _with_next_picture(self, titles: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
        """Where one tab stands for all pictures: while it is open, it says what turns to the next, and to which."""
        tabs = self._work.tabs
        if tabs.panel != tabs.picture or len(tabs.pictures) == 1:
            return titles
        key, following = CAPS["look.picture"], title_of(tabs.picture_after(1))
        for form in ("title.next_picture", "title.more_pictures"):
            told = [
                (tab, SAY(form, title=title, key=key, picture=following) if tab == tabs.picture else title)
                for tab, title in titles
            ]
            if has_room_for(told, self._arranged_for.width // (2 if self._form == "low" else 1)):
                return told
        return titles

    def _title_with_key(self, tab: str) -> str:
        """A tab's title and the key that opens it; the pictures' is for the one that was shown last."""
        tabs = self._work.tabs
        is_turned_to = tab in tabs.pictures and tab != tabs.picture
        return title_of(tab) if is_turned_to else f"{self.key_of(tab)} {title_of(tab)}"

    def key_of(self, tab: str) -> str:
        """The key that opens a tab."""
        tabs = self._work.tabs
        if tab in tabs.tables:
            return CAPS[f"look.table-{tabs.tables.index(tab) + 1}"]
        if tab in tabs.pictures:
            return CAPS["look.network"]
        return CAPS[f"look.{tab}"]


class ScreenPart:
    """A part of the simulator's screen: it answers the keys that the table of keys names after it."""

    def __init__(self, work: Workspace, view: View, screen: Screen[None]) -> None:
        self._work, self._view, self._footer, self._screen = work, view, view.footer, screen

    def _do(self, move: Callable[[], Hint | None]) -> None:
        """Pause a run that is on, do it, and show what came of it; a hint says what, or why nothing did."""
        self._work.pause()
        self._view.tell(move())


def form_for(size: Size) -> str:
    """How the panels stand in a terminal of so many cells and lines."""
    width, height = size
    if width >= LARGE[0] and height >= LARGE[1]:
        return "large"
    if width >= WIDE[0] and height >= WIDE[1]:
        return "wide"
    if height < LEAST_TABBED:
        return "small"
    return "low" if width >= LEAST_LOW else "tabbed"


def title_of(tab: str) -> str:
    """A panel's title; a table that the catalogue does not know goes by its own name."""
    return SAY(f"panel.{tab}") if f"panel.{tab}" in SAY else tab
