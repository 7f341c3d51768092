"""How probable the whole of a long text is that people alone read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconcile.decision.decide import decide
from reconcile.inference.long_text import MIN_LONG_WORD_COUNT
from reconcile.inference.long_text_calibration import LOGISTIC_WEIGHTS, Prose, whole_text_probability
from reconcile.inference.weigh import weigh
from reconcile.parameters.shipped import shipped_parameters
from reconcile.policy import POLICY
from tests.reconcile.made import field, form, machine, reading
from transcribe.model import Decision, FieldKey, Posterior, Reading, Task

COMMENT = form(field("comment", "text"))
KEY = FieldKey("comment")
FIELD = COMMENT.field("comment")
SHORT = "ring"
LONG = "please ring the bell twice for the dog of the lady upstairs is deaf"
OTHER = "please ring the bell thrice for the dog of the lady upstairs is deaf"


def weighed(*readings: Reading) -> Posterior:
    return weigh(COMMENT, readings, shipped_parameters(), POLICY)[KEY]


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
