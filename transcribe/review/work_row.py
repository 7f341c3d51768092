"""The figures of somebody's work in words: one row that operators and the person are shown alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from transcribe.i18n import N_, translation
from transcribe.people import MIN_AUDITED_COUNT, WorkFigures
from transcribe.review.requests import SKIP_REASON_WORDS
from transcribe.review.views.formatting import amount, number, spent

WORK_HEADS: Mapping[str, str] = {
    "readings": N_("Readings"),
    "seconds_a_field": N_("Time for a field"),
    "hours": N_("Hours"),
    "an_hour": N_("Earned per hour"),
    "skips": N_("Skipped"),
    "appeals": N_("Appeals"),
    "audited": N_("Audited fields"),
    "wrong": N_("Of these read otherwise"),
}
"""What each figure is called, as a message of the catalogues, in the order of the row."""

APPEAL_WORDS: Mapping[str, str] = {
    "open": N_("open"),
    "heard": N_("heard, outcome to come"),
    "upheld": N_("upheld"),
    "declined": N_("declined"),
    "no expert": N_("scan erased before it was heard"),
}
"""How an appeal stands."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: its name for programs, its head, what it is for programs, and in words."""

    name: str
    head: str
    value: str | int | float | None
    words: str


def work_row(figures: WorkFigures, language: str) -> tuple[Figure, ...]:
    """The figures of one person in a language, in the order of `WORK_HEADS`."""
    say = translation(language).gettext
    hourly = figures.hourly
    pace = figures.seconds_a_field
    none_yet = say(N_("not measured yet"))
    few = say(N_("fewer than %(count)s")) % {"count": MIN_AUDITED_COUNT}
    told: Mapping[str, tuple[str | int | float | None, str]] = {
        "readings": (figures.readings, number(figures.readings, language)),
        "seconds_a_field": (None, none_yet) if pace is None else (round(pace, 1), spent(pace, language)),
        "hours": (round(figures.hours, 2), number(figures.hours, language, 2)),
        "an_hour": (
            "; ".join(f"{micro / 1_000_000:.2f} {currency}" for currency, micro in sorted(hourly.items())) or None,
            ", ".join(amount(micro, currency, language) for currency, micro in sorted(hourly.items())) or none_yet,
        ),
        "skips": _counted(figures.skips, {str(each): said for each, said in SKIP_REASON_WORDS.items()}, say),
        "appeals": _counted(figures.appeals, APPEAL_WORDS, say),
        "audited": (figures.audited, few if figures.audited is None else number(figures.audited, language)),
        "wrong": (figures.wrong, none_yet if figures.wrong is None else number(figures.wrong, language)),
    }
    return tuple(Figure(name, say(WORK_HEADS[name]), *told[name]) for name in WORK_HEADS)


def _counted(counts: Mapping[str, int], words: Mapping[str, str], say: Callable[[str], str]) -> tuple[str | None, str]:
    """Counts by what is counted, for programs and in words."""
    plain = "; ".join(f"{what}: {count}" for what, count in sorted(counts.items()))
    each = say(N_("%(what)s: %(count)s"))
    said = ", ".join(
        each % {"what": say(words.get(what, what)), "count": count} for what, count in sorted(counts.items())
    )
    return plain or None, said or say(N_("none"))
