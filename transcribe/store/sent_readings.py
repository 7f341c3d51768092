"""A reading that somebody sends, as it is kept: its marks and conditions, and whether it is a correction."""

from __future__ import annotations

from dataclasses import replace

from transcribe.codes import Flag
from transcribe.store.drivers.database import Row
from transcribe.store.facts import SentReading
from transcribe.store.offering.routing import EXPERT_FLAGS, is_expert
from transcribe.store.row_mapping import text


def is_last_word(task: Row, person: Row, standing: Row) -> bool:
    """Whether an expert was given a task of a field that they had read already.

    No other expert is there then. What they send for it is a reading of its own, and no correction of the former one.
    """
    asked_again = bool(task["resort"]) and standing["task_id"] != task["id"] and standing["at"] <= task["from_at"]
    return asked_again and is_expert(person)


def insisted(sent: SentReading, before: Row) -> SentReading:
    """What an expert sends who was asked again: what they read before was not taken as it stood."""
    if before["kind"] != "expert" or not sent.text:
        return sent
    return replace(sent, flags=sent.flags | {Flag.OVERRODE_A_CHECK})


def flags_of(task: Row, person: Row, sent: SentReading) -> list[str]:
    """The marks of a reading. Those that give the last word are for who is an expert now."""
    if not is_expert(person):
        return sorted(sent.flags - EXPERT_FLAGS - {Flag.HEARD_AN_APPEAL})
    return sorted(sent.flags | {Flag.HEARD_AN_APPEAL} if task["kind"] == "appeal" else sent.flags)


def conditions_of(sent: SentReading) -> str:
    """The conditions of a reading as they are kept: the page on which somebody showed something."""
    return "{}" if sent.page is None else text({"page": sent.page})


def box_of(sent: SentReading) -> str | None:
    """The box that somebody drew as it is kept."""
    return text(list(sent.box)) if sent.box else None
