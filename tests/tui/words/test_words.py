"""Everything that can be said has words: quantities, keys, columns, activations."""

from __future__ import annotations

import re
import string
import tomllib
from contextlib import suppress
from importlib.resources import files
from itertools import islice, product

import pytest
from support.numbers import constants
from support.scenarios import FORWARD_ONLY, each_scenario

from dlsim.cli.walk_text import Spoken
from dlsim.engine import Simulator, builtin_scenarios, load
from dlsim.engine.functions.activations import ACTIVATIONS, can_die
from dlsim.engine.functions.initialisers import INITIALISERS, DrawnLayer
from dlsim.engine.functions.losses import LOSSES
from dlsim.engine.functions.optimizers import OPTIMIZERS, Optimizer
from dlsim.engine.kinds import KINDS
from dlsim.engine.kinds.layered.quantities import LayerSetting
from dlsim.engine.quantity import Quantity, Ref
from dlsim.tui.session.keys import ALL_KEYS
from dlsim.tui.words import words
from dlsim.tui.words.lookalikes import in_encoding
from dlsim.tui.words.prose import meaning, names, question


@each_scenario(besides=[FORWARD_ONLY])
def test_every_number_of_every_scenario_has_its_own_question_and_meaning(name):
    say = words()
    simulator = Simulator(load(name))
    for op in simulator.program:
        snapshot, ref = simulator.snapshot(), op.ref(0)
        general = names(snapshot, ref)
        assert question(say, snapshot, ref) != say("question.any", **general), ref.quantity.key
        for value in (0.0, 0.5):
            assert meaning(say, snapshot, ref, value) != say("meaning.any", **general), ref.quantity.key


@pytest.mark.parametrize("value", [-0.5, 0.0, 0.5, float("nan")])
def test_a_sentence_exists_whatever_the_sign(value):
    say = words()
    simulator = Simulator(load("xor-train"))
    snapshot = simulator.snapshot()
    for op in simulator.program:
        assert meaning(say, snapshot, op.ref(0), value)


def test_the_old_weight_is_said_to_count_only_until_the_new_one_has_taken_its_place():
    say, simulator = words(), Simulator(load("backprop-2-2-2"))
    new = simulator.model.find("W5⁺")
    simulator.run(1)
    assert meaning(say, simulator.snapshot(), new, 1.0).endswith("It has replaced the old W5.")
    simulator.back()
    still = "The old W5 is in use until all new values replace the old ones."
    assert meaning(say, simulator.snapshot(), new, 1.0).endswith(still)


@pytest.mark.parametrize("key", ALL_KEYS, ids=lambda key: key.id)
def test_every_key_says_what_it_does(key):
    say = words()
    assert say(f"key.{key.id}.name")
    assert say(f"key.{key.id}.text").endswith(".")
    assert say(f"group.{key.id.partition('.')[0]}")


@each_scenario(besides=[FORWARD_ONLY])
def test_every_table_column_has_a_heading(name):
    say = words()
    for table in Simulator(load(name)).snapshot().tables:
        assert f"panel.{table.key}" in say
        for column in table.columns:
            word = column.partition("=")[0]
            assert not word or f"column.{word}" in say


@pytest.mark.parametrize(
    ("given", "said"), [(7, "iteration 7"), (31_760, "iteration 31,760"), ("soon", "iteration soon")]
)
def test_whole_numbers_are_grouped_wherever_they_are_said(given, said):
    assert words()("header.iteration", iteration=given) == said


def test_a_language_that_is_not_there_speaks_english():
    assert words("xx")("panel.network") == words("en")("panel.network")


def test_a_catalogue_is_plain_text_with_named_placeholders():
    text = files("dlsim.tui.words").joinpath("en.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text)
    for key in words():
        for _, field, _, _ in string.Formatter().parse(words()(key)):
            assert field is None or field.isidentifier(), key


def test_words_are_readable_without_textual():
    import subprocess
    import sys

    code = "import dlsim.tui.words, sys; dlsim.tui.words.words(); sys.exit('textual' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_tables_that_are_parsed_one_by_one_say_what_the_files_say():
    def flat(tables, prefix=""):
        for key, value in tables.items():
            yield from flat(value, f"{prefix}{key}.") if isinstance(value, dict) else [(prefix + key, value)]

    say = words()
    for file in files("dlsim.tui.words").iterdir():
        if file.name.endswith(".toml"):
            texts = dict(flat(tomllib.loads(file.read_text(encoding="utf-8"))))
            assert {key: say(key) for key in texts} == texts


def test_what_nobody_has_said_is_a_mistake():
    with pytest.raises(KeyError, match=r"panel\.nonsense"):
        words()("panel.nonsense")


def test_no_sentence_depends_on_how_many_epochs_there_are():
    """“1 epochs” is what a student would see."""
    say = words()
    assert not [key for key in say if re.search(r"\{epochs?\} epochs", say(key))]


def test_words_for_what_is_not_trained_and_other_names_belong_to_words_that_there_are():
    say = words()
    for key in say:
        general = re.sub(r"^(forward|functions)\.", "", key)
        if general.startswith("also."):
            name = general.removeprefix("also.")
            assert name in say or f"{name}.name" in say, key
        else:
            assert general in say, key


@pytest.mark.parametrize("case", ["forward", "functions"])
def test_words_for_what_is_not_trained_are_filled_in_with_what_the_others_are(case):
    def fields(text):
        return {field for _, field, _, _ in string.Formatter().parse(text) if field}

    say = words()
    for key in say:
        if key.startswith(f"{case}.") and not key.startswith((f"{case}.also.", f"{case}.header.")):
            general = key.removeprefix(f"{case}.")
            assert fields(say(key)) <= fields(say(general)) | {"undo", "redo", "edit", "random", "run", "compare"}, key


# every activation, loss and optimizer


def languages():
    """The codes of all catalogues."""
    return sorted({file.name.partition(".")[0].partition("_")[0] for file in files("dlsim.tui.words").glob("*.toml")})


def catalogue(language):
    """What a language itself says, by key: nothing of English fills its gaps."""

    def flat(tables, prefix=""):
        for key, value in tables.items():
            yield from flat(value, f"{prefix}{key}.") if isinstance(value, dict) else [(prefix + key, value)]

    texts = {}
    for file in files("dlsim.tui.words").glob("*.toml"):
        if file.name.partition(".")[0].partition("_")[0] == language:
            texts |= flat(tomllib.loads(file.read_text(encoding="utf-8")))
    return texts


def has_sentence(texts, key, signs=("positive", "zero")):
    """One for all, or one for each sign that the number may have."""
    return key in texts or f"{key}.any" in texts or all(f"{key}.{sign}" in texts for sign in signs)


def rules_of(conventions):
    """(what is wanted, keys of which one will do) for the rules of an entry."""
    for rule in conventions:
        values = [value for name, value in rule.values.items() if name != "activation" and isinstance(value, str)]
        particular = [f"convention.{rule.key}_{value}" for value in values]
        yield f"rule {rule.key}", (*particular, f"convention.{rule.key}")


def wanted_of_activations():
    for name, entry in ACTIVATIONS.items():
        wanted = [f"meaning.a.{name}", f"meaning.functions_f.{name}"]
        if entry.is_trainable:
            wanted.append(f"meaning.da_dz.{name}")
        if not can_die(entry):
            wanted.append(f"meaning.dead.{name}")
        if entry.derivative is not None and entry.steepest is None:
            wanted.append(f"meaning.saturated.{name}")
        for key in wanted:
            yield name, "sentence", (key,)
        for setting in entry.settings:
            if setting.range != "flag":
                yield name, f"setting {setting.name}", (f"meaning.setting.{name}_{setting.name}",)
        defaults = {setting.name: setting.default for setting in entry.settings}
        for changed in ({}, *({setting.name: 1.0} for setting in entry.settings), {"alpha": 0.5, "beta": 0.5}):
            for rule, keys in rules_of(entry.conventions({**defaults, **changed}, name)):
                yield name, rule, keys


def wanted_of_losses():
    for name, entry in LOSSES.items():
        yield name, "sentence", (f"meaning.functions_f.{name}",)
        for rule, keys in rules_of(entry.conventions()):
            yield name, rule, keys


def forms_of(entry):
    """The optimizer as it comes, and in each of its other forms: sgd with momentum, with Nesterov as well."""
    for number in range(len(entry.forms) + 1):
        yield entry(dict.fromkeys((*list(entry.forms)[:number], "decay"), 0.5))


def wanted_of_optimizers():
    for entry in OPTIMIZERS.values():
        for optimizer in forms_of(entry):
            form = optimizer.form
            yield form, "sentence", (f"meaning.new.{form}",)
            if entry.rate is not Optimizer.rate:
                yield form, "step size", (f"meaning.rate.{form}",)
            for slot in optimizer.slots:
                for head in ("question", "meaning"):
                    yield form, f"{head} of {slot}", (f"{head}.new_slot.{form}_{slot}",)
            for setting in optimizer.settings:
                if setting.range != "flag":
                    keys = (f"meaning.setting.{form}_{setting.name}", f"meaning.setting.{setting.name}")
                    yield form, f"setting {setting.name}", keys
            for rule, keys in rules_of(optimizer.conventions()):
                yield form, rule, keys
        for form in entry.forms:
            yield form, "rule", (f"convention.optimizer.{entry.name}_with_{form}",)
        flags = {setting.name for setting in entry.settings if setting.range == "flag"}
        assert flags <= set(entry.forms), (
            f"{entry.name}: a flag makes another optimizer of it, so it is one of its forms"
        )


def wanted_of_initialisers():
    for name, entry in INITIALISERS.items():
        for rule, keys in rules_of([entry.convention(DrawnLayer(2, 3, 0.05), 1, 0)]):
            yield name, rule, keys


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize(
    "wanted", [wanted_of_activations, wanted_of_losses, wanted_of_optimizers, wanted_of_initialisers]
)
def test_every_entry_and_each_of_its_settings_has_its_words_in_every_language(language, wanted):
    texts = catalogue(language)
    missing = []
    for name, what, keys in wanted():
        least, _ = ACTIVATIONS[name].span if name in ACTIVATIONS else (0.0, 0.0)
        signs = ("positive", "zero", "negative") if least < 0 else ("positive", "zero")
        if not any(has_sentence(texts, key, signs) for key in keys):
            missing.append(f"{name}, {what}: no words in {language!r} at {' or '.join(keys)}")
    assert not missing, "\n".join(dict.fromkeys(missing))


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("name", [*ACTIVATIONS, *OPTIMIZERS])
def test_every_entry_is_found_by_its_name_among_what_can_be_changed(language, name):
    assert name in catalogue(language)["also.key.edit.change"].split(), f"{name} is not in also.key.edit.change"


def written_of(entry):
    """All that formulas write of an entry: its notations, the symbols of its settings and of its memory."""
    settings = getattr(entry, "settings", ())
    texts = [entry.notation, *(text for setting in settings for text in (setting.symbol, *(setting.signs or ())))]
    if entry.name in ACTIVATIONS:
        texts += [entry.derivative_notation, entry.definition]
    elif entry.name in LOSSES:
        texts += [entry.slope_notation, entry.slope_by_output_notation]
    else:
        texts += [*entry.slots, *entry.slot_notation.values(), entry.rate_notation]
    return re.sub(r"{[^}]*}", "x", " ".join(texts))


ENTRIES = [*ACTIVATIONS.values(), *LOSSES.values()]
ENTRIES += [optimizer for entry in OPTIMIZERS.values() for optimizer in forms_of(entry)]


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: getattr(entry, "form", entry.name))
def test_every_sign_of_an_entry_can_be_written_in_ascii_and_spoken(language, entry):
    written = written_of(entry)
    no_ascii = {sign for sign in written if "?" in in_encoding(sign, "ascii")}
    assert not no_ascii, f"no ASCII for {no_ascii}: add it to tui/words/lookalikes.py"
    spoken = Spoken(words(language))(written)
    unsaid = {sign for sign in written if not sign.isascii() and sign in spoken}
    assert not unsaid, f"no word in {language!r} for {unsaid}: add it under [spoken]"


# every quantity


def reached(snapshot, program):
    """A number of each quantity that a scenario shows, or that one of these is made of."""
    cells = [cell for table in snapshot.tables for row in table.rows[:1] for cell in row.cells if cell is not None]
    asked, found = [*(op.ref(0) for op in program), *cells, *islice(snapshot.tape.besides(), 400)], {}
    while asked:
        ref = asked.pop()
        if ref.quantity not in found and snapshot.knows(ref):
            found[ref.quantity] = ref
            asked += snapshot.explain(ref).operands
    return found


INDICES = ((), *((place,) for place in range(20)), (0, 0), (0, 0, 0), (9, 0, 1))


def any_number_of(snapshot, quantity):
    """One that nothing shown is made of; None where there is none."""
    last = len(snapshot.scenario.network.layers) if snapshot.scenario.network else 0
    for layer, index, sample in product(dict.fromkeys((last, 1, 0)), INDICES, (None, 0)):
        with suppress(LookupError, ValueError, TypeError):  # it has not such an index
            ref = Ref(quantity, layer, index, sample)
            if snapshot.knows(ref) and snapshot.explain(ref).symbol:
                return ref
    return None


@pytest.mark.parametrize("language", languages())
@each_scenario(besides=[FORWARD_ONLY, "over-and-underfitting", "losses"])
def test_every_quantity_has_a_question_a_meaning_an_origin_and_a_form_in_ascii_and_aloud(name, language):
    say, simulator = words(language), Simulator(load(name))
    simulator.step("iteration")
    snapshot, kind, spoken = simulator.snapshot(), simulator.scenario.kind, Spoken(words(language))
    listed = list(KINDS[kind].quantities(simulator.scenario.body))
    assert len({of.key for of in listed}) == len(listed)
    shown = reached(snapshot, simulator.program)
    assert not shown.keys() - set(listed), f"`quantities` in engine/kinds/{kind}/kind.py forgets them"
    forgotten = set()
    for of in listed:
        ref = shown.get(of) or any_number_of(snapshot, of)
        if ref is None:
            forgotten.add(f"a number of {of}: `quantities` lists it, and {name} has none")
            continue
        told, general = snapshot.explain(ref), names(snapshot, ref)
        if question(say, snapshot, ref) == say("question.any", **general):
            forgotten.add(f"question.{of.words[0]}")
        values = (told.value,) if of.is_count else (0.0, 0.5) if of.is_never_negative else (-0.5, 0.0, 0.5)
        if any(meaning(say, snapshot, ref, value) == say("meaning.any", **general) for value in values):
            forgotten.add(f"meaning.{of.words[0]}")
        if not any(key in say for key in (f"origin.{kind}_{of.name}", f"origin.{of.name}")):
            forgotten.add(f"origin.{of.name}")
        if "?" in in_encoding(told.symbol, "ascii").removesuffix("?"):
            forgotten.add(f"{told.symbol} in tui/words/lookalikes.py")
        if unsaid := {sign for sign in spoken(told.symbol) if not sign.isascii()}:
            forgotten.add(f"{unsaid} under [spoken]")
    assert not forgotten


def with_settings_of_layers():
    """Scenarios whose activations have settings."""
    yield load("xor-train", overrides={"network.layers.0.activation": "swish"})
    yield load("feedforward-or-recurrent", overrides={"recurrent.activation": "swish"})


def test_no_quantity_is_in_no_registry():
    coupled = load("xor-train", overrides={"network.layers.0.activation": "softmax"})
    scenarios = [*map(load, builtin_scenarios()), *with_settings_of_layers(), coupled]
    listed = [of for scenario in scenarios for of in KINDS[scenario.kind].quantities(scenario.body)]
    families = {(type(of), of.name) for of in listed}
    made = [of for kind in KINDS for of in constants(kind).values()]
    assert not {of for of in made if (type(of), of.name) not in families}
    ours = {each for each in leaves(Quantity) if each.__module__.startswith("dlsim.")}
    assert not ours - {type(of) for of in listed}


def leaves(kind):
    """The classes below that have none below themselves."""
    for each in kind.__subclasses__():
        yield from leaves(each) if each.__subclasses__() else (each,)


@pytest.mark.parametrize("scenario", with_settings_of_layers(), ids=lambda scenario: scenario.kind)
def test_a_setting_of_a_layer_has_its_words_and_the_path_at_which_the_scenario_sets_it(scenario):
    snapshot, say = Simulator(scenario).snapshot(), words()
    (of,) = (each for each in KINDS[scenario.kind].quantities(scenario.body) if isinstance(each, LayerSetting))
    ref = Ref(of, 1)
    path = {"network": "network.layers.0.activation.beta", "recurrent": "recurrent.activation.beta"}[scenario.kind]
    assert of.path(snapshot.tape, ref) == path
    changed = load(scenario.name, overrides={path.rpartition(".")[0]: {"name": "swish", "beta": 2.0}})
    assert changed.network.layers[0].activation.settings["beta"] == 2.0
    general = names(snapshot, ref)
    assert question(say, snapshot, ref) != say("question.any", **general)
    assert meaning(say, snapshot, ref, 1.0) != say("meaning.any", **general)
    assert f"origin.{of.name}" in say
