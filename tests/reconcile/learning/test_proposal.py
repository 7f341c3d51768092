"""Learning proposes, evidence decides: laws over drawn stores, and each reason to come into force or be refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.decision import Known, answers
from reconcile.decision.decide import decide
from reconcile.inference.weigh import weigh
from reconcile.learning import proposal
from reconcile.learning.learn import learn
from reconcile.learning.proposal import MIN_JUDGING_COUNT, Proposal, propose
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters.shipped import shipped_parameters
from reconcile.policy import POLICY
from tests.examples import SOAK, examples
from tests.reconcile.made import both, expert, field, form, machine, reading
from transcribe.codes import Reason, Verdict
from transcribe.forms import load
from transcribe.model import Decision, FieldKey, Parameters, Reading, Task

SHIPPED = shipped_parameters()
SHARE = 0.05
EXAMPLES = 60 if SOAK else 10
"""Examples of a law in a test run; 2,400 in `make soak`. Each learns a store five times over."""

TEXTS = {"amount": ("15.60", "75.60", "15.66"), "date": ("05/03/2025", "06/03/2025"), "name": ("Dupont", "Dupond")}
ENGINES = ("tesseract 5.5.0 eng", "rapidocr 3.10.0")
PEOPLE = ("ana", "ben", "eve")
FORMS = {kind: form(field("total", kind)) for kind in TEXTS} | {
    f"searched {kind}": replace(form(field("total", kind)), name="receipt") for kind in TEXTS
}
KEY = FieldKey("total")


def numbered(scan: str, readings: Sequence[Reading]) -> list[Reading]:
    return [replace(each, id=f"{scan}/{each.id}", scan=scan) for each in readings]


@st.composite
def scan_facts(draw: st.DrawFn, number: int, *, truths: bool) -> ScanFacts:
    """A scan of one field: any sources say any of a few texts, in a place of any confidence or where a form has it."""
    name = draw(st.sampled_from(sorted(FORMS)))
    texts = TEXTS[name.removeprefix("searched ")]
    place = draw(st.sampled_from([0.3, 0.7, 0.95])) if name.startswith("searched") else None
    conditions = {"quality": draw(st.sampled_from([1.0, 0.5])), **({} if place is None else {"place": place})}
    said = [
        replace(machine("total", source, draw(st.sampled_from(texts)), draw(st.sampled_from([0.5, 0.95, 0.999]))),
                conditions=conditions)
        for source in ENGINES
    ]  # fmt: skip
    people = draw(st.lists(st.sampled_from(PEOPLE), max_size=3, unique=True))
    said += [reading("total", who, draw(st.sampled_from(texts))) for who in people]
    known = {KEY: draw(st.sampled_from(texts))} if truths and draw(st.booleans()) else {}
    audited = frozenset(known) if draw(st.booleans()) else frozenset[FieldKey]()
    appealed = frozenset(known) if draw(st.booleans()) else frozenset[FieldKey]()
    return ScanFacts(
        form=FORMS[name], readings=numbered(f"scan {number}", said), truths=known, audited=audited, appealed=appealed
    )


@st.composite
def stores(draw: st.DrawFn, *, truths: bool) -> list[ScanFacts]:
    """A few kinds of scans, each of which comes several times."""
    kinds = draw(st.lists(st.integers(1, 20), min_size=1, max_size=5))
    found: list[ScanFacts] = []
    for many in kinds:
        model = draw(scan_facts(0, truths=truths))
        for _ in range(many):
            name = f"scan {len(found)}"
            found.append(replace(model, readings=numbered(name, model.readings)))
    return found


def outcomes(facts: ScanFacts, parameters: Parameters) -> dict[FieldKey, Decision | Task]:
    """What is decided and asked of each field."""
    return {
        key: decide(facts.form.field(key.name), posterior, POLICY)
        for key, posterior in weigh(facts.form, facts.readings, parameters, POLICY).items()
    }


def decisions(facts: ScanFacts, parameters: Parameters = SHIPPED) -> list[Decision]:
    return [each for each in outcomes(facts, parameters).values() if isinstance(each, Decision)]


def reopened(store: Sequence[ScanFacts], found: Proposal, before: Parameters = SHIPPED) -> list[str]:
    """The decided fields that are asked again or decided otherwise once the store is weighed under what is in force."""
    after = Parameters(version=before.version + 1, content=found.content) if found.is_accepted else before
    reopening = after.version if found.reopens else before.version
    again = []
    for facts in store:
        posteriors = weigh(facts.form, facts.readings, after, POLICY)
        was = decisions(facts, before)
        known = Known(standing={each.key: each for each in was}, reopening=reopening)
        now = answers(facts.form, posteriors, POLICY, known=known)
        again += [facts.scan for each in was if (it := now[each.key]) != each and text_of(it) != each.text]
    return again


def text_of(answer: Decision | Task) -> str | None:
    return answer.text if isinstance(answer, Decision) else None


@examples(EXAMPLES)
@given(stores(truths=False))
def test_law_without_a_truth_learning_reopens_nothing(store: list[ScanFacts]) -> None:
    assert reopened(store, propose(store, SHIPPED, POLICY, 1.0)) == []


@examples(EXAMPLES)
@given(stores(truths=True))
def test_law_what_is_reopened_has_a_truth_that_says_so(store: list[ScanFacts]) -> None:
    found = propose(store, SHIPPED, POLICY, 1.0)
    if reopened(store, found):
        compared = found.comparison
        assert compared is not None
        assert compared.fields >= MIN_JUDGING_COUNT
        assert compared.mended > compared.newly_wrong or compared.loss_after < compared.loss_before


@examples(EXAMPLES)
@given(stores(truths=True), st.sampled_from([0.0, 0.02, 0.1]))
def test_law_no_more_is_reopened_than_is_set(store: list[ScanFacts], share: float) -> None:
    decided = sum(len(decisions(facts)) for facts in store)
    assert len(reopened(store, propose(store, SHIPPED, POLICY, share))) <= share * decided


def leaves(tree: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(tree, Mapping):
        for name, branch in tree.items():
            yield from leaves(branch, (*path, name))
    else:
        yield path, tree


@examples(EXAMPLES)
@given(stores(truths=True))
def test_law_nothing_that_shipped_is_dropped(store: list[ScanFacts]) -> None:
    content = propose(store, SHIPPED, POLICY, 1.0).content
    assert {path for path, _ in leaves(SHIPPED.content)} <= {path for path, _ in leaves(content)}


@examples(EXAMPLES)
@given(stores(truths=False))
def test_law_agreement_alone_moves_nothing_that_shipped(store: list[ScanFacts]) -> None:
    content = dict(leaves(propose(store, SHIPPED, POLICY, 1.0).content))
    assert {path: content[path] for path, _ in leaves(SHIPPED.content)} == dict(leaves(SHIPPED.content))


@examples(EXAMPLES)
@given(stores(truths=True), st.randoms(use_true_random=False))
def test_law_the_order_of_scans_decides_nothing(store: list[ScanFacts], lot: Any) -> None:
    mixed = list(store)
    lot.shuffle(mixed)
    one, other = (propose(some, SHIPPED, POLICY, SHARE) for some in (store, mixed))
    assert (one.verdict, set(one.changed.fields)) == (other.verdict, set(other.changed.fields))


PLACES = {path for path, _ in leaves(SHIPPED.content) if path[0] == "places"}
TOTAL = form(field("total", "amount"))
AT = FieldKey("total")


def store_of(count: int, says: str, truth: str | None, *, audited: bool = False, name: str = "scan") -> list[ScanFacts]:
    """So many scans of one amount on which both engines agree, of some of which the truth is known."""
    known = {} if truth is None else {AT: truth}
    return [
        ScanFacts(
            form=TOTAL,
            readings=numbered(f"{name} {number}", [*both("total", says), *([expert("total", truth)] if truth else [])]),
            truths=known,
            audited=frozenset(known) if audited else frozenset(),
        )
        for number in range(count)
    ]


def test_too_little_truth_moves_only_what_did_not_ship() -> None:
    said = [*both("total", "15.60"), *(reading("total", who, "15.60") for who in ("ana", "ben"))]
    said += [reading("total", "eve", "19.60")]
    store = [ScanFacts(form=TOTAL, readings=numbered(f"scan {number}", said)) for number in range(60)]
    found = propose(store, SHIPPED, POLICY, SHARE)
    assert found.verdict == Verdict.TOO_LITTLE_TRUTH
    held, free = dict(leaves(found.content)), dict(leaves(learn(store, SHIPPED, POLICY).content))
    eve, engine = ("sources", "eve", "amount"), ("sources", "tesseract", "amount")
    assert held[eve] == free[eve]
    assert held[engine] == dict(leaves(SHIPPED.content))[engine] != free[engine]


def test_audits_that_find_decisions_wrong_speak_for_asking_again() -> None:
    store = [
        *store_of(40, "15.60", "15.60", audited=True, name="right"),
        *store_of(12, "15.60", "15.80", audited=True, name="wrong"),
        *store_of(20, "15.60", None, name="decided"),
    ]
    found = propose(store, SHIPPED, POLICY, 1.0)
    assert found.verdict == Verdict.BETTER
    assert found.comparison is not None
    assert found.comparison.wrong_before == 12
    assert found.comparison.wrong_after == 0
    assert {each.scan for each in found.changed.reopened} == {f"decided {number}" for number in range(20)}
    assert propose(store, SHIPPED, POLICY, SHARE).verdict == Verdict.REOPENS_TOO_MANY


def test_appeals_do_not_judge_and_say_nothing_of_machines() -> None:
    plain = store_of(60, "15.60", None)
    contested = [replace(each, truths={AT: "19.60"}, appealed=frozenset({AT})) for each in plain]
    found = propose(contested, SHIPPED, POLICY, 1.0)
    assert (found.judging, found.comparison) == (0, None)
    assert learn(contested, SHIPPED, POLICY).content["sources"] == SHIPPED_SOURCES


SHIPPED_SOURCES = learn([], SHIPPED, POLICY).content["sources"]


def test_what_was_drawn_by_lot_judges_though_it_was_contested_too() -> None:
    store = [replace(each, appealed=frozenset({AT})) for each in store_of(40, "15.60", "15.60", audited=True)]
    assert propose(store, SHIPPED, POLICY, SHARE).judging == 40


def test_a_version_that_is_worse_on_known_truths_is_refused_whatever_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eve agrees with everybody where it is easy, and is believed for it; where the truth is known she is wrong."""
    easy = [*both("total", "15.60"), reading("total", "eve", "15.60")]
    misled = learn(
        [ScanFacts(form=TOTAL, readings=numbered(f"easy {each}", easy)) for each in range(500)], SHIPPED, POLICY
    )
    hard = [reading("total", "ana", "15.60"), reading("total", "eve", "15.80")]
    store = [ScanFacts(form=TOTAL, readings=numbered(f"hard {each}", hard), truths={AT: "15.60"}) for each in range(40)]
    monkeypatch.setattr(proposal, "learn", lambda scans, before, policy: misled)
    found = propose(store, SHIPPED, POLICY, 1.0)
    assert found.comparison is not None
    assert found.comparison.loss_after > found.comparison.loss_before
    assert (found.verdict, found.is_accepted) == (Verdict.WORSE, False)


def test_forms_of_free_layout_keep_what_shipped_of_their_places() -> None:
    """Without a truth `learn` dropped it all, and of five invoices all that was decided was asked again."""
    free = form(load("receipt").field("date"))
    said = [replace(each, conditions={"quality": 1.0, "place": 0.95}) for each in both("date", "24/03/2025")]
    store = [ScanFacts(form=free, readings=numbered(f"scan {number}", said)) for number in range(12)]
    assert all(len(decisions(facts)) == 1 for facts in store)
    assert learn(store, SHIPPED, POLICY).content["places"] == learn([], SHIPPED, POLICY).content["places"]
    for learnt in (learn(store, SHIPPED, POLICY).content, propose(store, SHIPPED, POLICY, SHARE).content):
        assert {path for path, _ in leaves(learnt) if path[0] == "places"} == PLACES
        assert all(len(decisions(facts, Parameters(version=1, content=learnt))) == 1 for facts in store)


def test_what_is_asked_again_says_that_it_is_less_sure_only_where_it_is() -> None:
    facts = ScanFacts(form=FORMS["amount"], readings=both("total", "15.60"))
    posteriors = weigh(facts.form, facts.readings, SHIPPED, POLICY)
    (was,) = decisions(facts)
    troubled = replace(posteriors[KEY], standing=posteriors[KEY].standing._replace(trouble=Reason.NEW_SHAPE))
    known = Known(standing={KEY: replace(was, text="15.61")}, reopening=SHIPPED.version + 1)
    for probability, reason in ((0.98, Reason.BELOW_TARGET), (POLICY.target, Reason.NEW_SHAPE)):
        found = {KEY: replace(troubled, probability=probability, parameters=SHIPPED.version + 1)}
        now = answers(facts.form, found, POLICY, known=known)[KEY]
        assert isinstance(now, Task)
        assert now.reason == reason
