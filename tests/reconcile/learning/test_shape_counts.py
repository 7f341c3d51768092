"""What makes a shape: values that people read, on several scans, by more than one of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from reconcile.decision import Known, answers
from reconcile.inference.weigh import weigh
from reconcile.learning.learn import learn
from reconcile.learning.proposal import propose
from reconcile.learning.shape_counts import learn_shapes
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters.parameters import read_parameters, without_shapes
from reconcile.parameters.shipped import shipped_parameters
from reconcile.policy import POLICY
from tests.reconcile.made import both, expert, field, form, reading
from transcribe.codes import EvidenceCode, Method, Reason
from transcribe.model import Decision, FieldKey, Form, Parameters, Reading, Task

CODE = form(field("ref", "code"))
PATTERN = form(field("ref", "code", pattern=r"[A-Z]{2}-\d{4}"))
ROWS = form(columns=(field("lines.ref", "code"),))
KEY = FieldKey("ref")


def scan(number: int, text: str, *people: str, engines: str = "", of: Form = CODE, expert_says: str = "") -> ScanFacts:
    """A code that these people read, engines too, and an expert in an audit."""
    readings = [reading(KEY, person, text, minute=at) for at, person in enumerate(people)]
    readings += both(KEY, engines or text)
    readings += [expert(KEY, expert_says)] if expert_says else []
    return ScanFacts(
        form=of,
        readings=[later(each, number) for each in readings],
        truths={KEY: expert_says} if expert_says else {},
        decisions=[] if people else [by_machines(engines or text)],
        audited=frozenset({KEY} if expert_says else ()),
    )


def later(of: Reading, number: int) -> Reading:
    return replace(of, scan=f"scan {number}", id=f"{number} {of.id}", at=of.at + timedelta(hours=number))


def by_machines(text: str) -> Decision:
    return Decision(
        key=KEY,
        value=text,
        text=text,
        probability=0.999,
        method=Method.MACHINES,
        evidence=(),
        readings=(),
        parameters=0,
    )


def learnt(*scans: ScanFacts) -> dict[str, Any]:
    """What is kept of the field: shapes with their counts, and the rest."""
    kept: Any = learn_shapes(scans, read_parameters(shipped_parameters()), POLICY)
    found: dict[str, Any] = kept.get("test: ref", {})
    return {shape: each["count"] for shape, each in found.get("counts", {}).items()}


def codes(count: int, *people: str, start: int = 0) -> list[ScanFacts]:
    """So many codes of one shape, read by these people by turns."""
    return [scan(at, f"AB-{1000 + 37 * at}", people[at % len(people)]) for at in range(start, start + count)]


def test_codes_that_several_people_read_make_a_shape() -> None:
    found = learnt(*codes(12, "ana", "ben", "eve"))
    assert found.keys() == {"AA-9999"}
    assert 10 < found["AA-9999"] <= 12


def test_one_persons_values_alone_make_no_shape() -> None:
    assert learnt(*codes(40, "ana")) == {}
    mostly = learnt(*codes(40, "ana"), *codes(2, "ben", start=40))
    assert mostly["AA-9999"] <= 4, "no one person makes more than half of it"


def test_what_one_person_adds_does_not_drive_out_what_others_read() -> None:
    junk = [scan(100 + at, f"{at:03}X", "eve") for at in range(200)]
    assert learnt(*codes(30, "ana", "ben"), *junk)["AA-9999"] > 20


def test_two_scans_make_no_shape_and_audits_bear_out_one_persons() -> None:
    assert learnt(*codes(2, "ana", "ben")) == {}
    audits = [scan(50 + at, f"AB-{2000 + at}", expert_says=f"AB-{2000 + at}") for at in range(4)]
    assert learnt(*codes(4, "ana"), *audits)["AA-9999"] > 7


def test_engines_agreement_counts_where_audits_bear_it_out() -> None:
    alone = [scan(at, f"AB-{1000 + at}") for at in range(60)]
    right = [scan(100 + at, f"AB-{3000 + at}", expert_says=f"AB-{3000 + at}") for at in range(30)]
    few = learnt(*alone, *right[:5])
    assert few["AA-9999"] <= 5
    assert learnt(*alone, *right)["AA-9999"] > 40
    wrong = [
        scan(200 + at, f"AB-{4000 + at}", engines=f"A8-{4000 + at}", expert_says=f"AB-{4000 + at}") for at in (1, 2)
    ]
    wrong += [
        scan(210 + at, f"AB-{5000 + at}", engines=f"A8-{5000 + at}", expert_says=f"AB-{5000 + at}") for at in (1, 2)
    ]
    assert learnt(*alone, *right, *wrong)["AA-9999"] < 35


def test_a_shape_that_engines_alone_read_since_is_no_news_and_supports_nothing() -> None:
    parameters, scans = read_parameters(shipped_parameters()), codes(12, "ana", "ben")
    first: Any = learn_shapes([*scans, scan(20, "1/2")], parameters, POLICY)
    assert first["test: ref"]["seen"] == []
    kept: Any = learn_shapes([*scans, scan(20, "1/2"), scan(90, "77/20")], parameters, POLICY, first)["test: ref"]
    assert kept["seen"] == ["99/99"]
    assert kept["counts"].keys() == {"AA-9999"}


def test_a_new_shape_becomes_usual_and_the_old_one_fades() -> None:
    old = codes(60, "ana", "ben")
    new = [scan(100 + at, f"{at:03}/26", ("ana", "eve")[at % 2]) for at in range(80)]
    soon, late = learnt(*old, *new[:8]), learnt(*old, *new)
    assert soon["999/99"] > 5
    assert soon["AA-9999"] > 30
    assert late["999/99"] > 4 * late["AA-9999"]
    assert late["AA-9999"] >= 10, "what it settled stays settled"


def test_shapes_speak_of_scans_too_that_were_read_before_they_were_learnt() -> None:
    """A thousand orders may come in at once: what people read on the first ones spares them the others."""
    scans, early = codes(20, "ana", "ben", "eve"), scan(-1, "AO-4781")
    assert weigh(CODE, early.readings, shipped_parameters(), POLICY)[KEY].standing.trouble == Reason.LOOKALIKE
    shaped = replace(
        shipped_parameters(), version=2, content=learn([*scans, early], shipped_parameters(), POLICY).content
    )
    assert not weigh(CODE, early.readings, shaped, POLICY)[KEY].standing.trouble
    broken = scan(-2, "A8-4711")
    assert weigh(CODE, broken.readings, shaped, POLICY)[KEY].standing.trouble == Reason.NEW_SHAPE


def test_shapes_that_are_learnt_again_were_first_learnt_when_they_were() -> None:
    scans = codes(20, "ana", "ben", "eve")
    first = learn(scans, shipped_parameters(), POLICY)
    again = learn(
        [*scans, scan(40, "A8-4711")], replace(shipped_parameters(), version=2, content=first.content), POLICY
    )
    kept: list[Any] = [first.content["shapes"], again.content["shapes"]]
    since = [each["test: ref"]["since"] for each in kept]
    assert since[0] == since[1]


def test_prompted_readings_and_unlikely_ones_make_no_shape() -> None:
    shown = [
        replace(each, readings=[replace(r, shown=r.text) if r.kind == "person" else r for r in each.readings])
        for each in codes(12, "ana", "ben")
    ]
    assert learnt(*shown) == {}
    against = [scan(at, f"Z{at}", ("ana", "ben")[at % 2], engines=f"QQ-77{at:02}") for at in range(12)]
    assert learnt(*against) == {}


def test_rows_of_a_table_are_pooled_and_one_scan_counts_once() -> None:
    scans = []
    for at in range(6):
        said = [
            later(replace(reading(FieldKey("lines.ref", row), ("ana", "ben")[at % 2], f"A{at}{row}"), id=f"{row}"), at)
            for row in range(4)
        ]
        scans.append(ScanFacts(form=ROWS, readings=said))
    kept: Any = learn_shapes(scans, read_parameters(shipped_parameters()), POLICY)["test: lines.ref"]
    assert 5 < kept["counts"]["A99"]["count"] <= 6


def test_a_form_that_says_the_pattern_needs_no_shapes() -> None:
    scans = [scan(at, f"AB-{1000 + at}", ("ana", "ben")[at % 2], of=PATTERN) for at in range(12)]
    assert learn_shapes(scans, read_parameters(shipped_parameters()), POLICY) == {}


def test_what_is_kept_is_about_no_single_scan() -> None:
    kept: Any = learn_shapes(codes(12, "ana", "ben"), read_parameters(shipped_parameters()), POLICY)["test: ref"]
    characters = kept["counts"]["AA-9999"]["characters"]
    assert characters[0].keys() == {"A"}
    assert characters[1].keys() == {"B"}
    assert all(count >= 3 for place in characters for count in place.values())


def test_shapes_come_into_force_without_any_known_truth_and_reopen_nothing() -> None:
    """Though engines decided a code that the shape now speaks against."""
    wrong = scan(30, "A8-4766")
    proposal = propose([*codes(20, "ana", "ben", "eve"), wrong], shipped_parameters(), POLICY, 0.05)
    assert proposal.is_accepted
    assert proposal.content["shapes"]
    assert not proposal.changed.reopened


def test_a_version_that_reopens_what_truths_speak_against_leaves_what_only_shapes_do() -> None:
    wrong = scan(30, "A8-4766")
    (was,) = [replace(each, readings=tuple(read.id for read in wrong.readings)) for each in wrong.decisions]
    content = learn([*codes(20, "ana", "ben", "eve"), wrong], shipped_parameters(), POLICY).content
    shaped = replace(shipped_parameters(), version=2, content=content)

    def said(parameters: Parameters, known: Known) -> Decision | Task:
        return answers(CODE, weigh(CODE, wrong.readings, parameters, POLICY), POLICY, known=known)[KEY]

    def again(plain: Parameters) -> Decision | Task:
        return said(shaped, Known(standing={KEY: was}, reopening=2, unshaped=lambda: {KEY: said(plain, Known())}))

    assert isinstance(said(shaped, Known()), Task)
    assert again(without_shapes(shaped)) == was
    assert isinstance(again(shaped), Task)


def test_learning_says_which_shapes_are_usual_now() -> None:
    scans = codes(20, "ana", "ben", "eve")
    first = learn(scans, shipped_parameters(), POLICY)
    told = [each.numbers for each in first.changes if each.code == EvidenceCode.NEW_SHAPE]
    assert [(each["field"], each["shape"]) for each in told] == [("test: ref", "AA-9999")]
    shaped = replace(shipped_parameters(), version=2, content=first.content)
    assert EvidenceCode.NEW_SHAPE not in {each.code for each in learn(scans, shaped, POLICY).changes}
    drift = [scan(100 + at, f"{at:03}/26", ("ana", "eve")[at % 2]) for at in range(30)]
    told = [
        each.numbers for each in learn([*scans, *drift], shaped, POLICY).changes if each.code == EvidenceCode.NEW_SHAPE
    ]
    assert [each["shape"] for each in told] == ["999/99"]


def test_learning_keeps_shapes_with_the_parameters_and_learning_again_changes_nothing() -> None:
    scans = codes(20, "ana", "ben", "eve")
    first = learn(scans, shipped_parameters(), POLICY)
    assert first.content["shapes"]
    again = learn(scans, replace(shipped_parameters(), version=2, content=first.content), POLICY)
    assert again.content["shapes"] == first.content["shapes"]
