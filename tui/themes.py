"""Themes of our own. One is safe for eyes that do not tell red from green: all that differs is blue or orange."""

from __future__ import annotations

from textual.theme import Theme

BLUE_ORANGE = Theme(
    name="blue-orange",
    primary="#4AA8E8",
    secondary="#8E9BFF",
    accent="#FFC247",
    warning="#FFD480",
    error="#F07F2E",
    success="#A8DCFF",
    foreground="#E6E9EE",
    background="#10141A",
    surface="#1A2029",
    panel="#222A35",
)
OWN_THEMES = (BLUE_ORANGE,)
