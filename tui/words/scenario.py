"""What is said of a scenario: what it consists of, what its settings are called, and which rules hold in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from msgspec.structs import replace

from dlsim.engine import Scenario
from dlsim.engine.functions.settings import Convention
from dlsim.engine.numbers import general
from dlsim.engine.scenario.spec import in_language
from dlsim.tui.session.browsing import Choice
from dlsim.tui.session.targets import Target
from dlsim.tui.words import Words


def topics(say: Words, choice: Choice, pictures: Iterable[str]) -> str:
    """All that a filter looks for: its line of the list, its summary, what it consists of, its `pictures` and its kind
    by the names that they usually have.
    """
    scenario = choice.scenario
    if scenario is None:
        return choice.heading(say.language)
    names = [f"command.picture.usual.{picture}" for picture in pictures]
    names += [f"browser.also.{scenario.kind}"] + ["browser.also.training"] * (scenario.optimizer is not None)
    return " ".join(
        (
            choice.heading(say.language),
            in_language(scenario.summary, say.language),
            *facts(say, scenario),
            *(say(key) for key in names if key in say),
        )
    )


def facts(say: Words, scenario: Scenario) -> Iterator[str]:
    """What a scenario consists of, a short line each: its network, its data, its training, its variants."""
    network, training = scenario.network, scenario.training
    if network is not None:
        widths = "-".join(str(width) for width in network.widths)
        yield say(
            "browser.size",
            widths=widths,
            activations=_runs([layer.activation.name for layer in network.layers]),
        )
    if count := scenario.samples:
        yield say("browser.sample") if count == 1 else say("browser.samples", samples=count)
    if training is not None:
        yield say("browser.training", optimizer=training.optimizer.name, loss=training.loss.replace("_", " "))
    elif network is not None:
        yield say("browser.forward")
    if scenario.variants:
        yield say("browser.variants", names=" · ".join(scenario.variants))


def _runs(names: Sequence[str]) -> str:
    """sigmoid, sigmoid, softmax → "2 × sigmoid, softmax"."""
    counted = [(name, len(list(group))) for name, group in groupby(names)]
    return ", ".join(f"{count} × {name}" if count > 1 else name for name, count in counted)


def in_words(say: Words, target: Target) -> Target:
    """What can be changed, with words for its label: of the data called by its sample as well, where there are several;
    of a setting without its path.
    """
    if target.datum is not None and target.datum.sample is not None:
        return replace(target, label=say("edit.of_sample", symbol=target.label, sample=target.datum.sample))
    return replace(target, label=setting_name(say, target.path)) if target.label == target.path else target


def setting_name(say: Words, path: str) -> str:
    """What a setting is called: `layer 1 activation`, `learning_rate`, `sweep from`: words, and no path in a file."""
    named: list[str] = []
    match path.split("."):
        case ["network", "layers", number, *rest]:
            named.append(say("setting.layer", number=int(number) + 1))
        case ["functions", "show", number, *rest]:
            named.append(say("setting.function", number=int(number) + 1))
        case ["training", "seed"]:
            return say("setting.shuffle_seed")
        case ["training", "optimizer", *rest] if rest:
            pass
        case ["training" | "functions", *rest]:
            pass
        case rest:
            pass
    return " ".join((*named, *(say.first((f"setting.part.{part}", "column.any"), name=part) for part in rest)))


def rule_in_words(say: Words, rule: Convention) -> str:
    """A rule said: the particular sentence where one of its values has its own, else the general one."""
    values = {name: _told(name, value) for name, value in rule.values.items()}
    keys = [f"convention.{rule.key}_{value}" for value in rule.values.values() if isinstance(value, str)]
    text = say.first([*keys, f"convention.{rule.key}"], **values)
    extras = [name for name, value in rule.values.items() if value and f"convention.{rule.key}_with_{name}" in say]
    return " ".join([text, *(say(f"convention.{rule.key}_with_{name}", **values) for name in extras)])


def _told(name: str, value: float | str) -> float | str:
    """As it is said; a seed is no count, to be grouped."""
    if isinstance(value, float):
        return general(value)
    return str(value) if name == "seed" else value
