"""What stands over the columns of a table, on screen, in a copy, and where a table is read out."""

from __future__ import annotations

from dlsim.engine.model import Table
from dlsim.engine.text import breadth
from dlsim.tui.words import Words


def label_head(say: Words, table: Table) -> str:
    """What stands over the labels of the rows."""
    return say(f"column.{table.labels}") if table.labels else ""


def column_head(say: Words, name: str, cells: int | None = None) -> str:
    """What stands over a column: the catalogue's word, and a name of the scenario's own as it is; over a column of
    fewer `cells` the name alone, or the word's shorter form, where it has one.
    """
    word, is_named, own = name.partition("=")
    head = say.first([f"column.{word}", "column.any"], name=word) if word else ""
    if is_named:
        head = f"{head} {own}".strip()
    if cells is None or breadth(head) <= cells:
        return head
    return own if is_named else say.first([f"column.short.{name}", f"column.{name}", "column.any"], name=name)


def old_head(say: Words, name: str, cells: int) -> str:
    """The same over numbers that the weights from before the update have made: it says so in as many words as fit."""
    whole, short = column_head(say, name), column_head(say, name, 0)
    keys = (
        ("column.before_update", whole),
        ("column.short.before_update", whole),
        ("column.short.before_update", short),
    )
    forms = (say(key, column=head) for key, head in keys)
    return next((form for form in forms if breadth(form) <= cells), column_head(say, name, cells))
