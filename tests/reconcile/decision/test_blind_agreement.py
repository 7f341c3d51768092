"""Values that are known by an expert and two people who read alike, each blind."""

from __future__ import annotations

from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from reconcile.decision.blind_agreement import agreed_blind
from tests.examples import examples
from tests.reconcile.made import field, form, machine, reading
from transcribe.codes import Flag
from transcribe.model import FieldKey, Reading

FORM = form(field("total", "amount"))
TOTAL = FieldKey("total")

Role = Literal["person", "expert"]
DRAWN = st.lists(
    st.tuples(
        st.sampled_from(["ana", "ben", "eve", "zoe"]),
        st.sampled_from(["person", "expert"]),
        st.sampled_from(["12.50", "12,50", "12.80", None]),
        st.sampled_from([None, "12.50"]),
        st.booleans(),
    ),
    max_size=7,
)


def read(who: str, text: str | None, kind: Role = "person", minute: int = 0) -> Reading:
    return reading("total", who, text, kind=kind, minute=minute)


def known(*readings: Reading) -> list[tuple[FieldKey, str]]:
    return list(agreed_blind(FORM, readings))


def test_an_expert_and_two_people_make_a_value_known_and_fewer_do_not() -> None:
    expert, ana, ben = read("eve", "12.50", "expert"), read("ana", "12,50"), read("ben", "12.50")
    assert known(expert, ana, ben) == [(TOTAL, "12.50")]
    assert known(expert, ana, machine("total", "tesseract 5.5.0 eng", "12.50")) == []
    assert known(read("zoe", "12.50"), ana, ben) == []
    assert known(expert, ana, ben, read("zoe", "12.80")) == []
    assert known(expert, ana, read("ana", "12.50", minute=1)) == []


@examples(60)
@given(drawn=DRAWN)
def test_what_is_known_was_read_blind_by_three_sources_and_nobody_blind_read_it_otherwise(
    drawn: list[tuple[str, Role, str | None, str | None, bool]],
) -> None:
    readings = [
        reading(
            "total",
            who,
            text,
            kind=kind,
            minute=minute,
            shown=shown,
            flags=frozenset({Flag.SAW_ALL_READINGS}) if saw else frozenset(),
        )
        for minute, (who, kind, text, shown, saw) in enumerate(drawn)
    ]
    last = {each.source: each for each in readings}.values()
    blind = [each for each in last if each.shown is None and not each.flags]
    texts = {(each.text or "").replace(",", ".") for each in blind}
    experts = sum(each.kind == "expert" for each in blind)
    expected = experts > 0 and len(blind) - experts >= 2 and len(texts) == 1 and texts != {""}
    assert bool(known(*readings)) is expected
