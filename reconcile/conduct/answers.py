"""What each person answered on a scan, beside what everybody else and the machines say there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from reconcile.forms import PreparedField, prepared
from reconcile.inference import is_nearly_same, null_of, votes, weigh
from reconcile.policy import Policy
from transcribe.codes import Flag
from transcribe.fields import Family
from transcribe.model import OPERATOR_SOURCE, FieldKey, Form, Kind, Null, Parameters, Posterior, Reading
from transcribe.values import has_other_letters

NOTHING_KNOWN: Mapping[str, float] = {}
"""What machines and experts make of a field that none of them read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Believed:
    """The likeliest value of a field by some sources, as comparable text and as one wrote it, and its probability.

    "" and 0 for none.
    """

    says: str = ""
    probability: float = 0.0
    text: str = ""

    def __bool__(self) -> bool:
        return self.probability > 0

    @property
    def null(self) -> Null | None:
        """Why it holds no value; None where it does, or there is none."""
        return null_of(self.says) if self else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One person's latest reading of one field, and what is known of that field without it.

    `says` is comparable text, `text` what they typed, `null` why it holds no value, `by_expert` whether they read it
    as an expert. `prompted`: they were shown a value and sent just that. `seconds` is their active time, None where
    none was measured; `letters` how many they typed: of an expert 0, as they may take one of the readings that they
    are shown. `unaided` gives the probability of each value by machines and other experts alone. `others` is what
    everybody but this person makes of the field, `settled` what all together do; `agrees` and `holds` are whether the
    answer is that of the others, and that of all. `other_letters`: it was typed with letters of another script than the
    form's, and what is settled there has none.
    """

    who: str
    scan: str
    key: FieldKey
    family: Family
    says: str
    null: Null | None
    at: datetime
    prompted: bool
    seconds: float | None
    letters: int
    unaided: Mapping[str, float]
    others: Believed
    settled: Believed
    agrees: bool
    holds: bool
    text: str = ""
    by_expert: bool = False
    other_letters: bool = False


def answers(form: Form, readings: Sequence[Reading], parameters: Parameters, policy: Policy) -> Iterator[Answer]:
    """The answers of the people who read a scan, in the order of names and fields.

    What operators put right is not among them. `readings` are all readings of one scan; those of fields that the form
    does not have are left out.
    """
    people = sorted({each.source for each in readings if each.kind != "machine" and each.source != OPERATOR_SOURCE})
    if not people:
        return
    fields = prepared(form).fields
    together = weigh(form, readings, parameters, policy)
    known = [reading for reading in readings if reading.kind != "person"]
    known_of_all = weigh(form, known, parameters, policy)
    experts = {reading.source for reading in known}
    for who in people:
        rest = [reading for reading in readings if reading.source != who]
        unaided = known_of_all
        if who in experts:
            unaided = weigh(form, [reading for reading in known if reading.source != who], parameters, policy)
        others = weigh(form, rest, parameters, policy) if len(people) > 1 else unaided
        own: dict[tuple[FieldKey, Kind], list[Reading]] = {}
        for reading in readings:
            if reading.source == who and reading.key.name in fields:
                own.setdefault((reading.key, reading.kind), []).append(reading)
        for (key, _), mine in sorted(own.items(), key=lambda each: (str(each[0][0]), each[0][1])):
            yield _answer(
                fields[key.name], mine, unaided.get(key), others.get(key), together.get(key), policy.min_text_similarity
            )


def _answer(
    spot: PreparedField,
    own: Sequence[Reading],
    unaided: Posterior | None,
    others: Posterior | None,
    together: Posterior | None,
    min_similarity: float,
) -> Answer:
    """One person's answer to a field, from all their readings of it and what others make of it."""
    vote, last = votes(spot, own)[0], max(own, key=lambda each: (each.at, each.id))
    others_say, settled = _believed(others), _believed(together)
    return Answer(
        who=last.source,
        scan=last.scan,
        key=last.key,
        family=spot.family,
        says=vote.says,
        null=null_of(vote.says),
        at=last.at,
        prompted=vote.shown is not None and vote.shown == vote.says,
        seconds=last.seconds,
        letters=0 if Flag.CROSSED_OUT in last.flags or last.kind == "expert" else len(last.text or ""),
        unaided={each.normal: each.probability for each in unaided.candidates} if unaided else NOTHING_KNOWN,
        others=others_say,
        settled=settled,
        agrees=is_nearly_same(spot, vote.says, others_say.says, min_similarity),
        holds=is_nearly_same(spot, vote.says, settled.says, min_similarity),
        text=last.text or "",
        by_expert=last.kind == "expert",
        other_letters=has_other_letters(spot.form, last.text or "") and not has_other_letters(spot.form, settled.text),
    )


def _believed(posterior: Posterior | None) -> Believed:
    """What a posterior holds for likeliest."""
    if posterior is None:
        return Believed()
    likeliest = posterior.candidates[0]
    return Believed(says=likeliest.normal, probability=posterior.probability, text=likeliest.text)
