"""Laws of weighing and deciding that hold for any field, readings and parameters, shipped, learnt or extreme.

Long texts that are weighed word by word have laws of their own (see `test_long_text.py`). Of an engine's first reading
of a page it is not only what it says that is new, but also how bad the page is: where an engine is added, one has
read the page before. One that nearly read something else agrees only in part (see `test_circumstances.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, assume, given, reject
from hypothesis import strategies as st

from reconcile.decision.decide import decide
from reconcile.forms.prepared_form import PreparedField, prepared
from reconcile.inference.long_text import is_long
from reconcile.inference.noisy_channel import SILENCE, log_sum
from reconcile.inference.posterior import weigh_field
from reconcile.inference.votes import comparable_text, is_null, null_of, votes
from reconcile.inference.weigh import weigh
from reconcile.parameters import SHARED_CONFUSIONS, misreading_probability
from reconcile.parameters.parameters import read_parameters
from reconcile.parameters.shipped import shipped_parameters
from reconcile.policy import POLICY
from tests.examples import SOAK, examples
from tests.reconcile.drawn import (
    CONFIDENCES,
    ENGINES,
    KEY,
    LINES,
    NULL_FLAGS,
    NUMBER_TYPES,
    PARTS,
    PEOPLE,
    PICTURE_FLAGS,
    UNLIKE,
    World,
    lines,
    parameters,
    with_shapes,
    worlds,
)
from tests.reconcile.made import field, form, reading
from transcribe.codes import Flag
from transcribe.model import INK, READ, Decision, FieldKey, Parameters, Posterior, Reading, Rule
from transcribe.values import with_day_as_month, without_accents

EXAMPLES = 250 if SOAK else 100
"""Examples of a law in a test run; 10,000 in `make soak`."""

LAW = examples(EXAMPLES, HealthCheck.filter_too_much, derandomize=not SOAK)
"""The same examples in every test run, so that one that passes says something; others in each `make soak`."""

ROUNDING = 1e-9

SLACK = 1e-4
"""By so little, as a share, a value may move against its law where texts are read that may stand beside the field."""

CUT_SLACK = 1e-5
"""By so little a value may gain by a reading of something else: ways that add less than a millionth are cut off."""

IMPROBABLE = 1e-6
"""Shares less than this are of values that nobody would take: what they do is not looked at."""

NOISE_SLACK = 1e-3
"""By so little, as a share, a noisier source may count more: where it nearly always follows others (0.98) and errs more
often than not, what it adds is cut to what it adds where it does not follow. Found once in 10,000 examples."""

LEAST_LIKENESS = 1e-4
"""Texts that are taken for one another as often as this among misreadings look alike: one character apart, or two."""

MAX_ERROR_BETTER_THAN_CHANCE = 0.5
"""Whose readings are wrong more often than this say nothing, and have a law of their own."""


def weighed(world: World, readings: Sequence[Reading] | None = None) -> Posterior:
    return weigh(world.form, world.readings if readings is None else readings, world.parameters, POLICY)[KEY]


def spot_of(world: World) -> PreparedField:
    return prepared(world.form).fields[KEY.name]


def error_of(world: World) -> float:
    """How often the source of the last reading errs."""
    last, type_name = world.readings[-1], world.form.fields[0].type
    source = last.source.partition(" ")[0]
    return read_parameters(world.parameters).source_model(source, last.kind, type_name).error


def share(posterior: Posterior, says: str) -> float:
    return next((each.probability for each in posterior.candidates if each.normal == says), 0.0)


def read_texts(posterior: Posterior) -> list[str]:
    return [each.normal for each in posterior.candidates if each.origin in READ]


def share_of_read(posterior: Posterior, says: str) -> float:
    """How probable a value is, given that somebody read what is written."""
    return share(posterior, says) / sum(share(posterior, each) for each in read_texts(posterior))


def share_of_written(posterior: Posterior, says: str) -> float:
    """How probable a value is, given that there is one: a coin too says that something is written."""
    nothing = sum(each.probability for each in posterior.candidates if is_null(each.normal))
    return share(posterior, says) / (1 - nothing)


def first_read(posterior: Posterior) -> str:
    """The likeliest text that somebody read: `probability` is its."""
    return next(each.normal for each in posterior.candidates if each.origin in READ)


def may_be_misread(world: World, written: str, says: str) -> bool:
    """Whether a text may be a misreading of another one."""
    if is_null(written) or is_null(says):
        return False
    return misreading_probability(read_parameters(world.parameters).characters, "glyphs", written, says) > 0


def before_and_after(world: World) -> tuple[Posterior, Posterior, str]:
    """A field without its last reading and with it, and what that one says."""
    *before, last = world.readings
    spot = spot_of(world)
    assume(before)
    assume(last.kind != "machine" or any(each.kind == "machine" for each in before))
    assume(not any(is_long(spot, votes(spot, some)) for some in (before, world.readings)))
    return weighed(world, before), weighed(world), comparable_text(spot, last)


@LAW
@given(world=worlds(least=2))
def test_a_reading_that_agrees_never_makes_its_value_less_probable(world: World) -> None:
    before, after, says = before_and_after(world)
    assume(any(comparable_text(spot_of(world), each) == says for each in world.readings[:-1]))
    assert share(after, says) >= share(before, says) * (1 - SLACK) - IMPROBABLE
    if first_read(before) == says:
        assert first_read(after) == says
        assert after.probability >= before.probability * (1 - SLACK) - ROUNDING


@LAW
@given(world=worlds(least=2, types=tuple(UNLIKE)), unlike=st.booleans())
def test_a_reading_of_something_else_never_makes_a_value_likelier_than_another_that_was_read(
    world: World, unlike: bool
) -> None:
    if unlike:
        text = UNLIKE[world.form.fields[0].type]
        world = world.with_readings(*world.readings[:-1], replace(world.readings[-1], text=text))
    spot, says = spot_of(world), comparable_text(spot_of(world), world.readings[-1])
    others = {comparable_text(spot, each) for each in world.readings[:-1]}
    assume(says not in others and not any(may_be_misread(world, text, says) for text in others))  # evidence for it
    assume(error_of(world) <= MAX_ERROR_BETTER_THAN_CHANCE)
    before, after, _ = before_and_after(world)
    best = first_read(before)
    found = weigh_field(spot, votes(spot, world.readings), read_parameters(world.parameters))
    assume(best in found.terms)  # else only machines fell silent before
    at = [vote.id for vote in found.votes].index(world.readings[-1].id)
    rivals = [says for says in read_texts(before) if says != best and says in found.terms]
    alone = {says: log_sum(found.ways[says], [at]) for says in (best, *rivals)}
    assume(rivals and all(alone[best] <= alone[rival] for rival in rivals))  # it is no likelier a misreading of it
    assert share_of_read(after, best) <= share_of_read(before, best) * (1 + CUT_SLACK) + ROUNDING


def careless(world: World, source: str, wrong: float, of: float = 400.0) -> Parameters:
    """The parameters of a world in which this source was wrong so often on fields of this type."""
    content: dict[str, Any] = dict(world.parameters.content)
    type_name = world.form.fields[0].type
    content["sources"] = {**content["sources"], source: {type_name: [wrong, of]}}
    return Parameters(version=world.parameters.version + 1, content=content)


@LAW
@given(world=worlds(least=1, types=("checkbox",)), text=st.sampled_from(["true", "false"]), wrong=st.floats(204, 400))
def test_a_source_no_better_than_chance_counts_nothing(world: World, text: str, wrong: float) -> None:
    new = reading(KEY, "coin", text)
    noisy = replace(world, parameters=careless(world, "coin", wrong, 400.0))
    before, after = weighed(noisy), weighed(noisy, [*world.readings, new])
    for each in ("true", "false"):
        if share(before, each) > 0:
            assert abs(share_of_written(after, each) - share_of_written(before, each)) < 0.02


@LAW
@given(world=worlds(least=1), less=st.floats(0, 400), more=st.floats(0, 400))
def test_a_source_that_errs_more_never_counts_more(world: World, less: float, more: float) -> None:
    less, more = sorted((less, more))
    last = world.readings[-1]
    spot = spot_of(world)
    assume(not is_long(spot, votes(spot, world.readings)))
    says, source = comparable_text(spot, last), last.source.partition(" ")[0]
    careful, noisy = (replace(world, parameters=careless(world, source, wrong)) for wrong in (less, more))
    assert share(weighed(noisy), says) <= share(weighed(careful), says) * (1 + NOISE_SLACK) + ROUNDING


@LAW
@given(world=worlds(least=2), order=st.permutations(range(6)), names=st.permutations(PEOPLE))
def test_order_names_and_repeating_change_nothing(world: World, order: list[int], names: list[str]) -> None:
    name = dict(zip(PEOPLE, names, strict=True))
    renamed = [
        replace(each, source=name.get(each.source, each.source), id=f"other {each.id}") for each in world.readings
    ]
    mixed = [renamed[at] for at in order if at < len(renamed)]
    again = [*mixed, *mixed[:1]]
    content: dict[str, Any] = dict(world.parameters.content)
    for part in ("sources", "unrelated"):
        content[part] = {name.get(source, source): tallies for source, tallies in content[part].items()}
    other = replace(world, parameters=Parameters(version=world.parameters.version, content=content))
    one, two = weighed(world), weighed(other, again)
    assert abs(one.probability - two.probability) < ROUNDING
    for each in one.candidates:
        assert abs(each.probability - share(two, each.normal)) < ROUNDING


@LAW
@given(world=worlds(least=1), text=st.integers(0, 5), count=st.integers(2, 4), data=st.data())
def test_people_who_agree_decide(world: World, text: int, count: int, data: st.DataObject) -> None:
    """Two where nothing speaks against it, three whatever engines say, unless it is known to be wrong for its type."""
    spot = spot_of(world)
    said = [*world.texts, "", None][text % (len(world.texts) + 2)]
    flags = frozenset({data.draw(st.sampled_from(NULL_FLAGS))}) if said is None else frozenset[str]()
    people = [reading(KEY, source, said, flags=flags) for source in PEOPLE[:count]]
    says = comparable_text(spot, people[0])
    assume(is_null(says) or not spot.faults(says))
    shipped = data.draw(with_shapes(world.form.fields[0].type))
    engines = [each for each in world.readings if each.kind == "machine"]
    if count == POLICY.people_to_agree:
        heard = [(each, comparable_text(spot, each)) for each in engines]  # what is struck out speaks against a blank
        engines = [each for each, text in heard if text == says or null_of(text) in SILENCE]
    posterior = weigh(world.form, [*people, *engines], shipped, POLICY)[KEY]
    answer = decide(world.form.fields[0], posterior, POLICY)
    likeliest = posterior.candidates[0]
    if any(each.flags.intersection(PICTURE_FLAGS) for each in engines):
        return  # what people saw may have been cut, or of another place
    if likeliest.normal == says:
        assert isinstance(answer, Decision), posterior
    else:  # a shared confusion or a habit of people speaks against it
        assert not is_null(says)
        characters = read_parameters(shipped).characters
        looks = misreading_probability(characters, SHARED_CONFUSIONS, likeliest.normal, says)
        alike = looks >= LEAST_LIKENESS or likeliest.normal == with_day_as_month(says)
        checked = spot.facts.has_check_digit and likeliest.origin != "read"
        assert alike or checked or without_accents(likeliest.normal) == says, posterior


@LAW
@given(
    world=worlds(least=1, people_only=True), flag=st.sampled_from(["illegible", "absent"]), engines=st.integers(1, 2)
)
def test_what_a_machine_could_not_read_says_nothing_against_people(world: World, flag: str, engines: int) -> None:
    before = weighed(world)
    assume(isinstance(decide(world.form.fields[0], before, POLICY), Decision))
    silent = [
        reading(KEY, source, None, kind="machine", flags=frozenset({flag}), conditions={"fit": 1.0, "quality": 1.0})
        for source in ENGINES[:engines]
    ]
    after = weighed(world, [*world.readings, *silent])
    assert after.candidates[0].normal == before.candidates[0].normal
    assert isinstance(decide(world.form.fields[0], after, POLICY), Decision), after


@LAW
@given(world=worlds(least=1), ink=st.sampled_from([None, "true", "false", ""]), barcode=st.booleans(), data=st.data())
def test_a_careful_person_who_agrees_makes_nothing_decided_a_question(
    world: World, ink: str | None, barcode: bool, data: st.DataObject
) -> None:
    """Also where ink or a barcode had decided it alone, and the person was asked all the same."""
    sure = [reading(KEY, INK, ink, kind="machine", confidence=0.9999)] if ink is not None else []
    if barcode:
        text = data.draw(st.sampled_from(world.texts))
        sure.append(reading(KEY, "zxing 3", text, kind="machine", flags=frozenset({Flag.CHECKS_ITSELF})))
    known = [*world.readings, *sure]
    assume(not is_long(spot_of(world), votes(spot_of(world), known)))
    before = decide(world.form.fields[0], weighed(world, known), POLICY)
    if not isinstance(before, Decision) or before.null not in (None, "blank"):
        reject()
    agreeing = reading(KEY, "new", before.text)
    after = decide(world.form.fields[0], weighed(world, [*known, agreeing]), POLICY)
    assert isinstance(after, Decision), (before, after)
    assert after.text == before.text


LAW_OF_RULES = examples(EXAMPLES, HealthCheck.filter_too_much, derandomize=not SOAK)
"""As in `test_laws.py`."""


NAMES = tuple(f"lines.{name}" for name in ("a", "middle", "z"))
"""Other names of the fields: how they are sorted depends on which one gets which."""


def one_more(alike: Reading, source: str, sure: float | None) -> Reading:
    """What this reading says, by another source."""
    machine = source in ENGINES
    return replace(
        alike,
        id="new",
        source=source,
        kind="machine" if machine else "person",
        confidence=sure if machine else None,
        conditions={"fit": 1.0, "quality": 1.0} if machine else {},
        flags=frozenset() if alike.text is not None else alike.flags,
    )


@LAW_OF_RULES
@given(
    readings=lines(),
    learnt=parameters(*NUMBER_TYPES),
    key=st.sampled_from(PARTS),
    source=st.sampled_from((*ENGINES, *PEOPLE)),
    sure=CONFIDENCES,
)
def test_a_reading_that_agrees_never_makes_its_value_less_probable_under_rules(
    readings: list[Reading], learnt: Parameters, key: FieldKey, source: str, sure: float | None
) -> None:
    own = [each for each in readings if each.key == key]
    assume(own and source not in {each.source for each in own})
    assume(source not in ENGINES or any(each.kind == "machine" for each in own))
    before = weigh(LINES, readings, learnt, POLICY)[key]
    best = before.candidates[0]
    spot = prepared(LINES).fields[key.name]
    alike = [each for each in own if comparable_text(spot, each) == best.normal]
    assume(alike)
    after = weigh(LINES, [*readings, one_more(alike[0], source, sure)], learnt, POLICY)[key]
    assert share(after, best.normal) >= best.probability * (1 - SLACK)
    assert after.probability >= before.probability * (1 - SLACK)


def renamed(learnt: Parameters, field_names: Mapping[str, str], people: Mapping[str, str]) -> Parameters:
    """The same parameters of fields and people with other names."""
    content: dict[str, Any] = dict(learnt.content)
    for part in ("words", "covered"):
        content[part] = {field_names.get(name, name): kept for name, kept in content.get(part, {}).items()}
    for part in ("sources", "unrelated"):
        content[part] = {people.get(name, name): kept for name, kept in content[part].items()}
    return Parameters(version=learnt.version, content=content)


@LAW_OF_RULES
@given(
    readings=lines(),
    learnt=parameters(*NUMBER_TYPES),
    names=st.permutations(NAMES),
    people=st.permutations(PEOPLE),
    order=st.randoms(use_true_random=False),
)
def test_names_of_fields_rules_and_people_and_the_order_of_readings_change_nothing(
    readings: list[Reading], learnt: Parameters, names: list[str], people: list[str], order: Any
) -> None:
    assume(readings)
    named = {key.name: name for key, name in zip(PARTS, names, strict=True)}
    person = dict(zip(PEOPLE, people, strict=True))
    other = form(
        columns=[
            field(named[key.name], kind) for key, kind in zip(PARTS, ("integer", "amount", "amount"), strict=True)
        ],
        rules=(Rule(name="another", check=f"{names[2]} == {names[0]} * {names[1]}"),),
    )
    again = [
        replace(
            each,
            id=f"other {each.id}",
            key=FieldKey(named[each.key.name], each.key.row),
            source=person.get(each.source, each.source),
        )
        for each in readings
    ]
    order.shuffle(again)
    one = weigh(LINES, readings, learnt, POLICY)
    two = weigh(other, again, renamed(learnt, named, person), POLICY)
    for key, posterior in one.items():
        same = two[FieldKey(named[key.name], key.row)]
        assert abs(posterior.probability - same.probability) < ROUNDING
        for each in posterior.candidates:
            assert abs(each.probability - share(same, each.normal)) < ROUNDING


ROWS_THAT_HOLD = (("3", "12.50", "37.50"), ("8", "12.50", "100.00"), ("1", "12.50", "12.50"), ("3", "1250", "3750"))


@LAW_OF_RULES
@given(readings=lines(), row=st.sampled_from(ROWS_THAT_HOLD), count=st.integers(3, 5))
def test_three_people_who_agree_on_a_row_that_holds_decide_it_whatever_machines_say(
    readings: list[Reading], row: tuple[str, ...], count: int
) -> None:
    machines = [each for each in readings if each.kind == "machine"]
    people = [reading(key, source, text) for key, text in zip(PARTS, row, strict=True) for source in PEOPLE[:count]]
    for key, posterior in weigh(LINES, [*people, *machines], shipped_parameters(), POLICY).items():
        if not any(each.key == key and each.flags.intersection(PICTURE_FLAGS) for each in machines):
            answer = decide(LINES.field(key.name), posterior, POLICY)
            assert isinstance(answer, Decision), posterior
            assert posterior.candidates[0].normal == prepared(LINES).fields[key.name].normal(answer.text)
