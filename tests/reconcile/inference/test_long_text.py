"""Long text of a form: put together from words that were each read, with the probability of the whole."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from reconcile.decision.decide import decide
from reconcile.forms.prepared_form import prepared
from reconcile.inference.long_text import MIN_LONG_WORD_COUNT, is_long
from reconcile.inference.long_text_calibration import LOGISTIC_WEIGHTS, Prose, whole_text_probability
from reconcile.inference.weigh import weigh
from reconcile.learning.learn import learn
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters.parameters import read_parameters
from reconcile.parameters.shipped import shipped_parameters
from reconcile.policy import POLICY, Policy
from tests.examples import examples
from tests.reconcile.made import expert, field, form, machine, reading
from transcribe.i18n.evidence_messages import say
from transcribe.model import Decision, FieldKey, Parameters, Posterior, Reading, Task

COMMENT = form(field("comment", "text"))
KEY = FieldKey("comment")
FIELD = COMMENT.field("comment")
FIRST = "Please ring the bell twice, the dog is deaf"
SECOND = "please rinq the bell twice the dog is deaf"
THIRD = "Please ring the bell twice, the fog is deaf"
FOURTH = "Please ring the bell twice, the dog is deof"
WHOLE = "please ring the bell twice the dog is deaf"
EACH_ERRS = [
    reading("comment", "ann", SECOND),
    reading("comment", "ben", THIRD),
    reading("comment", "cleo", FOURTH),
]
SENTENCES = st.lists(
    st.lists(st.sampled_from("please ring the bell twice dog cat deaf".split()), min_size=5, max_size=9).map(" ".join),
    min_size=1,
    max_size=5,
)


def weighed(*readings: Reading) -> Posterior:
    return weigh(COMMENT, readings, shipped_parameters(), POLICY)[KEY]


def test_a_text_that_nobody_wrote_whole_is_put_together_from_words_that_somebody_read() -> None:
    found = weighed(*EACH_ERRS)
    best = found.candidates[0]
    assert (best.normal, best.origin) == (WHOLE, "words")
    assert best.text == "Please ring the bell twice, the dog is deaf"
    assert [each.code for each in found.evidence].count("each word") == 1
    assert "each of its 9 words was read by somebody" in " ".join(say(each) for each in found.evidence)


def test_the_decision_says_that_somebody_read_it_or_that_each_of_its_words_was() -> None:
    lenient = Policy(target=0.1, reading_cost_share=0.9)
    composed = decide(FIELD, weighed(*EACH_ERRS), lenient)
    assert isinstance(composed, Decision)
    assert composed.text == FIRST
    assert composed.proposal is None
    assert "each word" in {each.code for each in composed.evidence}
    whole = decide(FIELD, weighed(reading("comment", "dan", FIRST), *EACH_ERRS), lenient)
    assert isinstance(whole, Decision)
    assert "read whole" in {each.code for each in whole.evidence}


def test_where_every_reader_errs_elsewhere_an_expert_is_still_asked() -> None:
    asked = decide(FIELD, weighed(*EACH_ERRS), POLICY)
    assert isinstance(asked, Task)
    assert asked.kind == "adjudicate"


def test_an_expert_has_the_last_word_on_a_long_text_too() -> None:
    found = weighed(*EACH_ERRS, expert("comment", "Ring the bell twice, the dog is deaf!"))
    assert found.candidates[0].text == "Ring the bell twice, the dog is deaf!"
    assert found.candidates[0].origin == "read"


def test_short_text_or_two_readings_are_weighed_whole() -> None:
    spot = prepared(COMMENT).fields["comment"]
    assert weighed(*EACH_ERRS[:2]).candidates[0].origin == "read"
    assert not is_long(spot, ())
    short = [
        reading("comment", who, text) for who, text in (("ann", "ring twice"), ("ben", "ring twice"), ("cleo", "ring"))
    ]
    assert {each.origin for each in weighed(*short).candidates} <= {"read", "composed"}


def test_two_people_who_typed_all_of_it_alike_decide_it_whatever_engines_made_of_it() -> None:
    noise = [machine("comment", "tesseract 5", SECOND, 0.5), machine("comment", "rapidocr 3", FOURTH, 0.4)]
    alike = [reading("comment", who, FIRST) for who in ("ann", "ben")]
    answer = decide(FIELD, weighed(*noise, *alike), POLICY)
    assert isinstance(answer, Decision)
    assert (answer.text, answer.method) == (FIRST, "people")
    unlike = [reading("comment", "ann", FIRST), reading("comment", "ben", THIRD)]
    assert isinstance(decide(FIELD, weighed(*noise, *unlike), POLICY), Task)


def test_one_person_who_typed_all_of_it_as_an_engine_read_it_decides_it_whatever_another_engine_made_of_it() -> None:
    alone = [
        machine("comment", "tesseract", "Cf as ring 71 bell IC dog 4", 0.05),
        machine("comment", "rapidocr", FIRST, 0.9),
    ]
    answer = decide(FIELD, weighed(*alone, reading("comment", "ann", FIRST)), POLICY)
    assert isinstance(answer, Decision)
    assert (answer.text, answer.method) == (FIRST, "person and machine")
    slip = decide(FIELD, weighed(*alone, reading("comment", "ann", THIRD)), POLICY)
    assert isinstance(slip, Task), "a slip of one word is not taken for the same"


def test_of_a_short_text_that_no_majority_reads_alike_nobody_needs_to_be_right() -> None:
    said = (("ann", "hurrah broadcast"), ("ben", "hurrah crutcross"), ("cleo", "hurrah cadcras"))
    alone = [reading("comment", who, text) for who, text in said]
    assert weighed(*alone).probability < 0.6
    split = weighed(*alone, machine("comment", "tesseract 5", "hurrah cried"))
    assert "each word" not in {each.code for each in split.evidence}


def test_of_a_long_text_nearly_the_same_is_not_as_good_as_the_same() -> None:
    found = weighed(*EACH_ERRS, reading("comment", "dan", FIRST))
    assert found.probability <= found.candidates[0].probability


def test_more_readers_are_believed_more_but_not_each_as_much() -> None:
    same = [reading("comment", f"p{number}", FIRST) for number in range(6)]
    three = weighed(*same[:2], EACH_ERRS[0]).probability
    seven = weighed(*same, EACH_ERRS[0]).probability
    assert three < seven < 0.999


def test_lines_of_an_address_stay_lines_when_it_is_put_together() -> None:
    address = form(field("address", "address"))
    told = [
        reading("address", who, text)
        for who, text in (
            ("ann", "Mme Hélène Dupomt\n12 rue de la Gare\n69003 Lyon"),
            ("ben", "Mme Hélène Dupont\n12 rue de la Gore\n69003 Lyon"),
            ("cleo", "Mme Hélène Dupont\n12 rue de la Gare\n69008 Lyon"),
        )
    ]
    best = weigh(address, told, shipped_parameters(), POLICY)[FieldKey("address")].candidates[0]
    assert best.text == "Mme Hélène Dupont\n12 rue de la Gare\n69003 Lyon"
    assert best.origin == "words"


def test_blank_keeps_its_share_beside_a_long_text() -> None:
    found = weighed(*EACH_ERRS, reading("comment", "dan", ""))
    assert "" in {each.normal for each in found.candidates}
    assert found.candidates[0].normal == WHOLE


def test_who_saw_a_text_before_reading_is_not_counted_with_those_who_read_it() -> None:
    shown = reading("comment", "dan", SECOND, shown=SECOND)
    assert weighed(*EACH_ERRS, shown).candidates[0].normal == WHOLE


def test_who_leaves_words_out_is_known_by_it() -> None:
    facts = [
        ScanFacts(
            form=COMMENT,
            readings=[
                machine("comment", "tesseract 5", FIRST),
                reading("comment", "ann", FIRST),
                reading("comment", "ben", FIRST),
                reading("comment", "eve", "ring the bell the dog"),
            ],
        )
    ] * 20
    content = learn(facts, shipped_parameters(), POLICY).content
    done = read_parameters(Parameters(version=1, content=content)).lines
    assert done["ann"][0] > 150
    assert done["eve"][2] > 70
    learnt = Parameters(version=1, content=content)
    doubt = [reading("comment", who, text) for who, text in (("ann", FIRST), ("eve", "ring bell twice the dog is"))]
    unlike = [*doubt, reading("comment", "new", "Please ring the bell twice, the cat is deaf")]
    best = weigh(COMMENT, unlike, learnt, POLICY)[KEY].candidates[0]
    assert best.normal == WHOLE


@examples(60)
@given(texts=SENTENCES, order=st.randoms(use_true_random=False))
def test_shares_are_a_probability_and_do_not_depend_on_the_order(texts: list[str], order: Random) -> None:
    readings = [reading("comment", f"p{number}", text, minute=number) for number, text in enumerate(texts)]
    found = weighed(*readings)
    assert 0.999 < sum(each.probability for each in found.candidates) + found.none < 1.001
    mixed = list(readings)
    order.shuffle(mixed)
    again = weighed(*mixed)
    assert [(each.normal, each.probability) for each in again.candidates] == [
        (each.normal, each.probability) for each in found.candidates
    ]
    spoken = {word for text in texts for word in text.split()}
    assert all(set(each.normal.split()) <= spoken for each in found.candidates if each.origin == "words")


@given(words=st.lists(st.text("qxzwvk", min_size=1, max_size=9), min_size=6, max_size=400), by_people_too=st.booleans())
@examples(60)
def test_a_text_of_other_words_weighs_no_more_the_longer_it_is(words: list[str], by_people_too: bool) -> None:
    others = [machine("comment", "tesseract", FIRST, 0.9), machine("comment", "rapidocr", FIRST, 0.9)]
    if by_people_too:
        others.append(reading("comment", "ben", FIRST))
    short = weighed(*others, reading("comment", "ann", words[0]))
    long = weighed(*others, reading("comment", "ann", " ".join(words)))
    assert long.candidates[0].normal == short.candidates[0].normal == WHOLE
    assert long.probability >= short.probability - 0.001


@given(words=st.lists(st.text("qxzwvk", min_size=1, max_size=9), min_size=6, max_size=400))
@examples(60)
def test_a_text_of_other_words_takes_no_part_in_what_is_put_together(words: list[str]) -> None:
    without, beside = weighed(*EACH_ERRS), weighed(*EACH_ERRS, reading("comment", "zoe", " ".join(words)))
    assert beside.candidates[0].text == without.candidates[0].text
    assert beside.candidates[0].probability >= without.candidates[0].probability - 0.01


SHORT = "ring"
LONG = "please ring the bell twice for the dog of the lady upstairs is deaf"
OTHER = "please ring the bell thrice for the dog of the lady upstairs is deaf"


def test_one_readers_long_text_is_seldom_right_throughout_and_their_word_mostly() -> None:
    assert weighed(reading("comment", "ann", LONG)).probability < 0.5
    assert weighed(reading("comment", "ann", SHORT)).probability > 0.8


def test_two_who_type_a_long_text_alike_decide_it_with_the_probability_that_it_has() -> None:
    found = weighed(reading("comment", "ann", LONG), reading("comment", "ben", LONG))

    assert 0.6 < found.probability < 0.95
    answer = decide(FIELD, found, POLICY)
    assert isinstance(answer, Decision)
    assert (answer.method, answer.probability) == ("people", found.probability)


def test_two_who_type_a_long_text_otherwise_leave_it_open() -> None:
    found = weighed(reading("comment", "ann", LONG), reading("comment", "ben", OTHER))

    assert found.probability < 0.5
    answer = decide(FIELD, found, POLICY)
    assert isinstance(answer, Task)
    assert answer.reason == "readers disagree"


def test_where_an_engine_reads_it_too_it_is_weighed_as_anything_else() -> None:
    alone = weighed(reading("comment", "ann", LONG), reading("comment", "ben", LONG))
    beside = weighed(
        reading("comment", "ann", LONG), reading("comment", "ben", LONG), machine("comment", "tesseract 5", LONG, 0.9)
    )
    assert beside.probability > max(alone.probability, 0.99)


def test_a_person_who_saw_a_value_is_no_second_reader() -> None:
    alone = weighed(reading("comment", "ann", LONG))
    copied = weighed(reading("comment", "ann", LONG), reading("comment", "ben", LONG, shown=LONG))
    assert copied.probability <= max(alone.probability, 0.5)


@given(st.integers(min_value=MIN_LONG_WORD_COUNT, max_value=60), st.integers(min_value=2, max_value=9))
def test_the_longer_a_text_the_less_probable_and_the_more_wrote_it_alike_the_more(words: int, readers: int) -> None:
    here = whole_text_probability(1.0, Prose("alike", words, readers, readers))
    assert whole_text_probability(1.0, Prose("alike", words + 1, readers, readers)) < here
    assert whole_text_probability(1.0, Prose("alike", words, readers + 1, readers + 1)) > here


@given(
    st.sampled_from(sorted(LOGISTIC_WEIGHTS)),
    st.floats(min_value=0.001, max_value=0.999),
    st.integers(min_value=MIN_LONG_WORD_COUNT, max_value=60),
    st.integers(min_value=3, max_value=9),
)
def test_what_words_come_to_never_counts_against_the_whole(origin: str, share: float, words: int, readers: int) -> None:
    seen = Prose(origin, words, readers, 1)  # type: ignore[arg-type]  # drawn from the maps' own names
    assert whole_text_probability(min(0.999, 1.1 * share), seen) >= whole_text_probability(share, seen)
