"""Who decides in each family of field types, the model or plain majority, and on which items that stands."""

from __future__ import annotations

from typing import NamedTuple

from reconcile.parameters.champion import Champion
from reconcile.parameters.parameters import LearntParameters
from transcribe.fields import Family


class Contest(NamedTuple):
    """Fields with a known truth, and on how many of them the model alone was right, and majority alone."""

    items: int
    model: int
    majority: int


class ChampionStanding(NamedTuple):
    """Who decides in a family, on which items that stood when fairhand shipped, and on which it stands here."""

    family: str
    side: Champion
    shipped: Contest
    here: Contest


SHIPPED_CONTESTS: dict[Family, Contest] = {
    "amount": Contest(4630, 96, 7),
    "code": Contest(1966, 57, 1),
    "date": Contest(1296, 38, 5),
    "line text": Contest(1516, 56, 21),
    "short text": Contest(1273, 48, 0),
}
"""Made-up orders (seeds 1 and 2; two machines, three people) and, of line text, sentences that 3 to 7 volunteers typed
(CrowdSpeech), as `python -m tests.bench.bench_reconcile --set contests` counts them. Fields without a majority are left
out, on which only the model says anything."""

NO_CONTEST = Contest(0, 0, 0)


def champion_standing(family: Family, learnt: LearntParameters) -> ChampionStanding:
    """Who decides in a family under these parameters, and why."""
    tally = learnt.contests.get(family, {})
    here = Contest(*(round(tally.get(name, 0)) for name in ("items", "model", "majority")))
    return ChampionStanding(family, learnt.champion(family), SHIPPED_CONTESTS.get(family, NO_CONTEST), here)
