"""Everything that is written can be read: in the light theme, the dark one, our own, and all that Textual brings."""

from __future__ import annotations

import pytest
from rich.style import Style
from support.scenarios import thinned
from textual.color import Color

from dlsim.tui.widgets.rows import Rows
from dlsim.tui.widgets.styles import GROUNDS, LINES, OWN_THEMES, STYLES

TEXT, LINE = 4.5, 3.0
OURS = [theme.name for theme in OWN_THEMES]
THEMES = ["textual-light", "textual-dark", *OURS]
OTHERS = ["nord", "gruvbox", "solarized-light", "catppuccin-latte", "tokyo-night"]
ON_PICTURES = ("", "mark", "boundary", "lens", "symbol", "text", "muted", "axis", "active", "series-3")


def contrast(one: Color, other: Color) -> float:
    """By the formula of WCAG 2.1, written out."""

    def luminance(colour: Color) -> float:
        parts = []
        for part in (colour.r, colour.g, colour.b):
            share = part / 255
            parts.append(share / 12.92 if share <= 0.03928 else ((share + 0.055) / 1.055) ** 2.4)
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def colours(style: Style, ground: Color) -> tuple[Color, Color]:
    """What is written, and what it stands on."""
    front = Color.from_rich_color(style.color)
    return front, ground if style.bgcolor is None else Color.from_rich_color(style.bgcolor)


@thinned("theme", [*THEMES, *OTHERS], [*THEMES, "nord"])
async def test_text_has_a_contrast_of_at_least_four_and_a_half_on_whatever_it_stands(theme, open_at):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        app.theme = theme
        await pilot.pause()
        faint = []
        for ground, widget in {rows.background_colors[1]: rows for rows in app.screen.query(Rows)}.items():
            fronts = [role for role, look in STYLES.items() if role not in GROUNDS and "color" in look]
            on_pictures = [f"{role}@{level}" for level in GROUNDS for role in ON_PICTURES if role]
            for role in (*fronts, *on_pictures):
                front, under = colours(widget.style_of(role), ground)
                least = LINE if role.partition("@")[0] in LINES else TEXT
                if contrast(front, under) < least:
                    faint.append((role, round(contrast(front, under), 2)))
            plain, under = colours(widget.style_of(""), ground)
            assert theme in OTHERS or contrast(plain, under) >= TEXT
        assert not faint


SCREENS = {
    "browser": ("", []),
    "worked example": ("backprop-2-2-2", ["i", "space", "space", "down"]),
    "plane of classes": ("xor-train", ["e", "p"]),
    "surface": ("optimizers", ["i", "i"]),
    "help": ("backprop-2-2-2", ["question_mark"]),
    "palette": ("backprop-2-2-2", ["ctrl+p", "s"]),
    "prompt": ("backprop-2-2-2", ["colon"]),
    "gradients": ("backprop-2-2-2", ["i", "c"]),
}


@thinned("theme", THEMES, OURS)
@pytest.mark.parametrize("screen", SCREENS)
async def test_every_letter_and_figure_on_a_screen_can_be_read(screen, theme, open_at):
    scenario, keys = SCREENS[screen]
    app = open_at(scenario or None)
    async with app.run_test(size=(120, 40)) as pilot:
        app.theme = theme
        await pilot.press(*keys)
        await pilot.pause()
        strips = app.screen._compositor.render_strips()
        if screen == "palette":  # what it covers is in its shade
            await app.workers.wait_for_complete()
            await pilot.pause()
            regions = [app.screen.query_one(name).region for name in ("CommandInput", "CommandList")]
            whole = app.screen._compositor.render_strips()
            strips = [whole[y].crop(r.x, r.right) for r in regions for y in range(r.y, min(r.bottom, len(whole)))]
            assert any("Step" in strip.text for strip in strips)
        faint = set()
        for segment in (segment for strip in strips for segment in strip):
            style = segment.style
            if style is None or style.color is None or not any(map(str.isalnum, segment.text)):
                continue
            front, under = Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor)
            if style.dim or contrast(front, under) < TEXT:
                faint.add((segment.text.strip(), round(contrast(front, under), 2), style.dim))
        assert not faint
