"""How what one types finds something: by words, by others that mean the same in English or Korean, by section.

`same` in the catalogue lists words of one meaning; `notes` what the sections of the lecture notes are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from msgspec import Struct

from dlsim.engine.scenario.spec import Scenario
from dlsim.engine.text import in_language
from dlsim.tui.session.sessions import Choice
from dlsim.tui.words import Words, has_all
from dlsim.tui.words.prose import facts

SECTION = re.compile(r"\d(\.\d{0,2})?")
"""What a section is typed as, also before it is whole."""
SHORTEST = 4
"""Letters of a word that a lesson is searched for: shorter ones stand in every lesson."""
BY_HEADING, BY_TOPIC, BY_LESSON = 0, 1, 2
"""How well something fits, the best first."""


def fits(say: Words, text: str, wanted: str) -> bool:
    """Whether the text has every word of `wanted`, or others that mean the same."""
    if has_all(text, wanted):
        return True
    if any(has_all(text, other) for other in same_as(say, wanted)):
        return True
    words = wanted.split()
    return len(words) > 1 and all(any(has_all(text, one) for one in (word, *same_as(say, word))) for word in words)


def same_as(say: Words, wanted: str) -> Sequence[str]:
    """What else means the same as `wanted`; of Korean, two syllables may stand for the rest."""
    typed = _folded(wanted)
    meanings = _meanings(say)
    found = [meanings[typed]] if typed in meanings else []
    if not found and len(typed) > 1 and not typed.isascii():
        found = [same for word, same in meanings.items() if word.startswith(typed)]
    return list(dict.fromkeys(other for same in found for other in same))


@cache
def _meanings(say: Words) -> Mapping[str, tuple[str, ...]]:
    """The words of one meaning by each of them, without blanks."""
    groups = [tuple(word.strip() for word in say(key).split(",")) for key in say if key.startswith("same.")]
    found: dict[str, tuple[str, ...]] = {}
    for group in groups:
        for word in map(_folded, group):
            found[word] = (*found.get(word, ()), *group)
    return found


def _folded(text: str) -> str:
    return "".join(text.casefold().split())


# scenarios


class Findable(Struct, frozen=True):
    """A scenario of a list, and what it is found by: its line of the list, what it is about, its lesson."""

    choice: Choice
    heading: str
    topics: str = ""
    lesson: str = ""
    sections: Sequence[str] = ()


def findable(say: Words, choice: Choice, pictures: Iterable[str]) -> Findable:
    """What a filter looks for: its line of the list, its summary, what it consists of, its `pictures` and its kind by
    the names that they usually have, its section, and its lesson.
    """
    scenario = choice.scenario
    if scenario is None:
        return Findable(choice, choice.heading(say.language))
    keys = [f"command.picture.usual.{picture}" for picture in pictures]
    keys += [f"browser.also.{scenario.kind}"] + ["browser.also.training"] * (scenario.optimizer is not None)
    keys += [f"browser.also.scenario.{scenario.name}"]
    sections = sections_of(say, scenario)
    keys += [f"notes.sections.{section}" for section in sections]
    told = (
        in_language(scenario.summary, say.language),
        *facts(say, scenario),
        *(say(key) for key in keys if key in say),
    )
    lesson = in_language(scenario.lesson, say.language)
    return Findable(choice, choice.heading(say.language), " ".join(told), lesson, sections)


def found_in(say: Words, listed: Iterable[Findable], wanted: str) -> list[tuple[int, Choice]]:
    """(how well it fits, scenario) of those that do, the best first, else as they are listed."""
    ranked = [(_rank(say, one, wanted.strip()), one.choice) for one in listed]
    return [(rank, choice) for rank in (BY_HEADING, BY_TOPIC, BY_LESSON) for fit, choice in ranked if fit == rank]


def _rank(say: Words, one: Findable, wanted: str) -> int | None:
    """How well it fits, None for not at all. A section is looked for among sections alone."""
    if SECTION.fullmatch(wanted):
        return BY_HEADING if any(section.startswith(wanted) for section in one.sections) else None
    if fits(say, one.heading, wanted):
        return BY_HEADING
    if fits(say, f"{one.heading} {one.topics}", wanted):
        return BY_TOPIC
    lesson = one.lesson.casefold()
    words = wanted.casefold().split()
    is_told = all(len(word) >= SHORTEST and re.search(rf"\b{re.escape(word)}", lesson) for word in words)
    return BY_LESSON if is_told else None


# sections of the lecture notes


def sections_of(say: Words, scenario: Scenario) -> list[str]:
    """The section that it belongs to, and those that it shows besides."""
    own = [scenario.section] if scenario.section else []
    prefix = "notes.shown_by."
    besides = [key.removeprefix(prefix) for key in say if key.startswith(prefix)]
    return [*own, *(section for section in besides if scenario.name in say(f"{prefix}{section}").split())]


def section_told(say: Words, section: str) -> str:
    """A section with what it is about and where it is, as far as that is known."""
    title, page = f"notes.sections.{section}", notes_page(say, section)
    if title not in say or not page:
        return say("browser.section", section=section)
    return say("notes.section", section=section, title=say(title), page=page)


def notes_page(say: Words, section: str) -> str:
    """The address of a section of the notes, "" where none is known."""
    keys = [f"notes.pages.{one}" for one in (section, section.partition(".")[0])]
    return next((say("notes.page", page=say(key)) for key in keys if key in say), "")
