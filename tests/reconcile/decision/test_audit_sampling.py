"""Audits are drawn by lot: the right share, the same for ever."""

from __future__ import annotations

from reconcile.decision.audit_sampling import draw_audit, may_need_second_look
from tests.reconcile.made import both, expert, field, ink, posterior, reading
from transcribe.model import FieldKey

TOTAL = field("total", "amount")
CONFIRMS = expert("total", "15.80")


def test_the_share_drawn_is_the_share_asked_for() -> None:
    drawn = sum(draw_audit(f"scan {number}", FieldKey("total"), 1, 0.04) for number in range(20_000))
    assert 700 < drawn < 900


def test_the_same_decision_is_drawn_or_not_for_ever() -> None:
    lots = {draw_audit("scan", FieldKey("lines.quantity", 3), 2, 0.5) for _ in range(10)}
    assert len(lots) == 1


def test_nothing_is_drawn_at_no_share_and_everything_at_the_whole() -> None:
    assert not draw_audit("scan", FieldKey("total"), 1, 0.0)
    assert draw_audit("scan", FieldKey("total"), 1, 1.0)


def test_an_expert_who_reads_what_is_improbable_even_with_their_word_is_heard_a_second_time_by_another() -> None:
    said = [*both("total", "15.60"), reading("total", "ana", "15.60"), reading("total", "ben", "15.60")]
    assert may_need_second_look(posterior(TOTAL, *said, expert("total", "15.80")))
    assert not may_need_second_look(posterior(TOTAL, *said))
    assert not may_need_second_look(posterior(TOTAL, *said, expert("total", "15.60")))
    assert not may_need_second_look(
        posterior(TOTAL, *both("total", "15.60"), reading("total", "ana", "15.80"), CONFIRMS)
    )
    assert not may_need_second_look(posterior(TOTAL, ink("total", ""), expert("total", "")))


def test_two_experts_are_enough_whatever_they_read() -> None:
    other = reading("total", "other expert", "15.90", kind="expert", minute=10)
    assert not may_need_second_look(posterior(TOTAL, *both("total", "15.60"), expert("total", "15.80"), other))
