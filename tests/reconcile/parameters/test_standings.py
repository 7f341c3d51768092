"""Who decides in a family, and by how much."""

from __future__ import annotations

from reconcile.parameters.champion import champion
from reconcile.parameters.parameters import read_parameters
from reconcile.parameters.shipped import shipped_parameters
from reconcile.parameters.standings import SHIPPED_CONTESTS, Contest, champion_standing
from transcribe.model import Parameters


def test_every_family_that_ships_with_the_model_in_front_names_what_it_won_on() -> None:
    for family in ("amount", "code", "date", "line text", "short text"):
        standing = champion_standing(family, read_parameters(shipped_parameters()))
        assert standing.side == "model"
        assert standing.shipped == SHIPPED_CONTESTS[family]
        assert standing.shipped.model > standing.shipped.majority
        assert champion(standing.shipped._asdict()) == "model"
        assert standing.here == Contest(0, 0, 0)


def test_majority_that_is_better_here_decides_and_by_how_much_is_told() -> None:
    content = {**shipped_parameters().content, "contests": {"code": {"items": 120, "majority": 9}}}
    standing = champion_standing("code", read_parameters(Parameters(version=1, content=content)))
    assert standing.side == "majority"
    assert standing.here == Contest(120, 0, 9)
