"""The variants of a scenario side by side: how each is marked and called, what sets it apart, how it does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from dlsim.engine.numbers import DIGITS, fixed
from dlsim.engine.quantity import Ref
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.drawing.pictures.scene import Scene, series
from dlsim.tui.drawing.table import Columns, Sheet, roomiest
from dlsim.tui.drawing.text import ELLIPSIS, Line, Link, Owner, fit, widest, wrap
from dlsim.tui.session.selection import of_curve
from dlsim.tui.session.variants import set_apart
from dlsim.tui.words import Words

LENS = "▶"
LEAST_APART = 8
LEFT, GAP = 5, 2
LEAST_NAME, MOST_NAME = 8, 28


class Variant(Struct, frozen=True):
    """One variant of a scenario as pictures show it."""

    name: str
    mark: str
    role: str
    is_lead: bool
    snapshot: Snapshot

    def linked(self, role: str, ref: Ref) -> Link:
        """The role of a number of its own."""
        return Link(role, ref, None if self.is_lead else Owner(self.snapshot.scenario.variant))


def variants(scene: Scene) -> list[Variant]:
    """All of them, in the order of the file."""
    members = scene.all_members
    scenarios = [member.snapshot.scenario for member in members]
    lead = scene.snapshot.scenario.variant
    return [
        Variant(
            name=member.name or set_apart(scenarios) or scene.say("picture.as_written"),
            mark=scene.look.mark(number),
            role=series(number),
            is_lead=member.name == lead,
            snapshot=member.snapshot,
        )
        for number, member in enumerate(members)
    ]


# the table


class VariantRow(Struct, frozen=True):
    """A row of the table."""

    variant: str | None
    mark: str
    role: str
    name: str
    updates: str
    loss: str
    second: str  # what stands beside the loss
    apart: str
    is_lead: bool
    numbers: tuple[Ref | None, Ref | None] = (None, None)  # what the losses are
    is_part: bool = False  # the loss is that of a batch that is a part of the data

    @property
    def refs(self) -> list[Ref]:
        """The numbers that it tells."""
        return [ref for ref in self.numbers if ref is not None]


class Beside(Struct, frozen=True):
    """What stands beside the loss of each variant: the key of its head, and its numbers, None where there is none."""

    head: str = ""
    numbers: Sequence[float | None] = ()
    ref: Ref | None = None


NOTHING_BESIDE = Beside()


def last_of(snapshot: Snapshot, name: str) -> float | None:
    """The last number of one of a variant's curves; None where there is none yet."""
    curve = snapshot.curves.get(name)
    return float(curve.values[-1]) if curve is not None and len(curve) else None


def variants_of(
    say: Words,
    variants: Sequence[Variant],
    apart: Sequence[Sequence[str]],
    digits: int = DIGITS,
    beside: Beside = NOTHING_BESIDE,
) -> list[VariantRow]:
    """The rows, losses with so many decimals. One that stands where its epochs end, short of others, says so; and so
    does one that for a moment lags behind the one under the lens.
    """
    lead = next((variant.snapshot.position for variant in variants if variant.is_lead), None)
    furthest = max((variant.snapshot.position.done for variant in variants), default=0)
    seconds = [ELLIPSIS if number is None else fixed(number, digits) for number in beside.numbers] or [""] * len(
        variants
    )
    rows = []
    for variant, pieces, second in zip(variants, apart, seconds, strict=False):
        snapshot = variant.snapshot
        position, losses = snapshot.position, snapshot.curves.get("loss")
        updates = "" if snapshot.scenario.wording else f"{position.done:,}"
        loss = "" if losses is None else fixed(float(losses.values[-1]), digits) if len(losses) else ELLIPSIS
        told = second
        if snapshot.trouble is not None:
            loss, told = say("variants.trouble"), ""
        elif updates and 0 < position.end <= position.done < furthest:
            updates = say("variants.ended", done=updates)
        elif updates and lead is not None and position.done < lead.done:
            updates = say("variants.lagging", done=updates)
        rows.append(
            VariantRow(
                variant=snapshot.scenario.variant,
                mark=variant.mark,
                role=variant.role,
                name=variant.name,
                updates=updates,
                loss=loss,
                second=told,
                apart=", ".join(pieces),
                is_lead=variant.is_lead,
                numbers=(of_curve(snapshot, "loss") if loss else None, beside.ref if told else None),
                is_part=snapshot.is_part,
            )
        )
    return rows


def variants_lines(
    say: Words, variants: Sequence[VariantRow], cells: int, beside: str = "", selected: Ref | None = None
) -> list[Line]:
    """Headings and rows in `cells`; what sets one apart gets the room that is left. `beside` is the key of the head
    over what stands beside the loss.
    """
    if not variants:
        return [((f" {say('variants.none')}", "muted"),)]
    has_loss = any(variant.loss for variant in variants)
    heads = [
        say("column.variant"),
        say("column.updates") if any(variant.updates for variant in variants) else "",
        say(loss_head(variant.is_part for variant in variants)) if has_loss else "",
        say(f"column.{beside}") if beside else "",
    ]
    done, loss, second = (
        widest(texts)
        for texts in (
            (heads[1], *(variant.updates for variant in variants)),
            (heads[2], *(variant.loss for variant in variants)),
            (heads[3], *(variant.second for variant in variants)),
        )
    )
    numbers = sum(size + GAP for size in (done, loss, second) if size)
    room = max(cells - numbers - LEFT, LEAST_NAME)
    name = max(min(widest(variant.name for variant in variants), MOST_NAME, cells // 3, room), LEAST_NAME)
    apart = cells - LEFT - name - numbers - GAP
    ways = [(name, -done, loss, second), (name, -done, loss if not second else 0, second)]  # what compares stays
    columns = roomiest([Columns((*way, apart if apart >= LEAST_APART else 0), gap=GAP) for way in ways], cells - LEFT)
    heads.append(fit(say("column.differs"), apart))
    lines: list[Line] = [((" " * LEFT, ""), *columns.line(*((head, "muted") for head in heads)))]
    for variant in variants:
        role = "strong" if variant.is_lead else ""
        told, beside_it = (_role_of(ref, role, variant, selected) for ref in variant.numbers)
        row = columns.line(
            (fit(variant.name, name), role),
            (variant.updates, role),
            (variant.loss, told),
            (variant.second, beside_it),
            (fit(variant.apart, apart), role),
        )
        lines.append(((f" {LENS if variant.is_lead else ' '} ", "accent"), (f"{variant.mark} ", variant.role), *row))
    return lines


def _role_of(ref: Ref | None, role: str, variant: VariantRow, selected: Ref | None) -> str:
    """How a number of a variant is written."""
    if ref is None:
        return role
    return Link("chosen" if variant.is_lead and ref == selected else role, ref)


def notes_on(say: Words, variants: Sequence[VariantRow], lines: Sequence[Line], cells: int, room: int) -> list[Line]:
    """What sets variants apart, of those whose row in `lines` does not say all of it; in so many lines at most, of the
    one under the lens alone if it has to be.
    """
    cut = [variant for variant, line in zip(variants, lines, strict=True) if not _says_all(line, variant.apart)]
    for told in (cut, [variant for variant in cut if variant.is_lead]):
        notes: list[Line] = [((" " * LEFT + say("column.differs"), "muted"),)]
        for variant in told:
            first, *more = wrap([(variant.apart, "")], max(cells - LEFT, 1))
            notes += [((f"   {variant.mark} ", variant.role), *first), *(((" " * LEFT, ""), *rest) for rest in more)]
        if told and len(notes) <= room:
            return notes
    return []


def _says_all(line: Line, apart: str) -> bool:
    return "".join(text for text, _ in line).rstrip().endswith(f"  {apart}" if apart else "")


def loss_head(are_parts: Iterable[bool]) -> str:
    """The key of the head over the losses, by whether the batch of each variant is a part of its data."""
    return "column.variant_batch_loss" if any(are_parts) else "column.variant_loss"


def sheet_of_variants(
    say: Words, variants: Sequence[Variant], apart: Sequence[Sequence[str]], beside: Beside = NOTHING_BESIDE
) -> Sheet:
    """The variants of a scenario side by side: their updates, their losses and what stands beside these on screen, and
    what sets them apart.
    """
    heads = [
        say("column.variant"),
        say("column.updates"),
        say(loss_head(variant.snapshot.is_part for variant in variants)),
    ]
    heads += [say(f"column.{beside.head}")] if beside.head else []
    rows = []
    for number, (variant, pieces) in enumerate(zip(variants, apart, strict=False)):
        losses = variant.snapshot.curves.get("loss")
        loss = repr(float(losses.values[-1])) if losses is not None and len(losses) else ""
        row = [variant.name, str(variant.snapshot.position.done), loss]
        if beside.head:
            second = beside.numbers[number]
            row.append("" if second is None else repr(float(second)))
        rows.append([*row, ", ".join(pieces)])
    return Sheet([*heads, say("column.differs")], rows, words=1)
