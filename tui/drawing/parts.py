"""Parts of a panel that share its height: each in the roomiest form that lets all of them fit."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from dlsim.tui.drawing.text import Line


class Part(Struct, frozen=True):
    """Some lines in their forms, from the roomiest to the tersest; () leaves them out.

    `costs` says of every form but the last what is lost by going on to the next one. Where the lines speak `about` a
    sign and no other part has it on screen, `otherwise` stands there instead.
    """

    forms: tuple[tuple[Line, ...], ...]
    costs: tuple[float, ...] = ()
    about: str = ""
    otherwise: tuple[tuple[Line, ...], ...] = ()


def gap(cost: float = 1) -> Part:
    """An empty line, where there is room for one."""
    return Part((((),), ()), (cost,))


def dispensable(lines: Sequence[Line], cost: float) -> Part:
    """Lines that are shown or left out."""
    return Part((tuple(lines), ()), (cost,))


def fitted(parts: Sequence[Part], height: int) -> list[Line]:
    """All parts in at most `height` lines; what costs least gives way first, and returns where room is left."""
    chosen = [0] * len(parts)

    def size() -> int:
        return sum(len(part.forms[form]) for part, form in zip(parts, chosen, strict=True))

    gave_way: list[tuple[float, int]] = []
    while size() > height:
        costs = [(part.costs[form], number) for number, (part, form) in _shrinkable(parts, chosen)]
        if not costs:
            break
        cost, number = min(costs, key=lambda found: (found[0], -found[1]))
        chosen[number] += 1
        gave_way.append((cost, number))
    for _, number in sorted(gave_way, key=lambda found: -found[0]):
        chosen[number] -= 1
        if size() > height:
            chosen[number] += 1
    shown = [part.forms[form] for part, form in zip(parts, chosen, strict=True)]
    true = _true(parts, shown)
    if true is not None:
        return fitted(true, height)
    lines = [line for lines in shown for line in lines]
    return lines[-height:] if height > 0 else []


def whole(parts: Sequence[Part]) -> list[Line]:
    """All parts in their roomiest forms, however many lines that takes."""
    shown = [part.forms[0] for part in parts]
    lines = [line for part in _true(parts, shown) or parts for line in part.forms[0]]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _true(parts: Sequence[Part], shown: Sequence[tuple[Line, ...]]) -> Sequence[Part] | None:
    """The parts without what speaks of a sign that is nowhere in these lines of theirs; None where all may stay."""

    def is_there(part: Part) -> bool:
        others = (lines for other, lines in zip(parts, shown, strict=True) if other is not part)
        return any(part.about in text for lines in others for line in lines for text, _ in line)

    wrong = [number for number, part in enumerate(parts) if part.about and not is_there(part)]
    if not wrong:
        return None
    return [Part(part.otherwise, part.costs) if number in wrong else part for number, part in enumerate(parts)]


def _shrinkable(parts: Sequence[Part], chosen: Sequence[int]) -> list[tuple[int, tuple[Part, int]]]:
    pairs = zip(parts, chosen, strict=True)
    return [(number, pair) for number, pair in enumerate(pairs) if pair[1] < len(pair[0].costs)]
