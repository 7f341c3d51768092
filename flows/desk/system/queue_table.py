"""What stands in the queue, how much of it is leased, and what is behind, from the summaries."""

from __future__ import annotations

from flows.desk.counts import summed
from flows.desk.now.waits import published
from flows.desk.tables import Cell, Column, Table, time_cell
from flows.desk.visit import Visit


def queue_table(visit: Visit) -> Table:
    """Open questions by who answers them, leases, and what waits to be weighed, counted and published."""
    say, store = visit.say, visit.home.store
    total, held = summed(store.scan_counts_in_all()), store.people_at_work(visit.now)
    since = store.waiting_since(published(visit))
    rows = [
        ("people", say("open questions for people"), total["open for people"], since.people),
        ("experts", say("open questions for experts"), total["open for experts"], since.experts),
        ("appeals", say("appeals that nobody has heard yet"), since.appeal_count, since.appeals),
        ("held", say("questions that somebody holds"), sum(each.held for each in held), None),
        ("holders", say("people who hold any"), len(held), None),
        ("weighing", say("scans to be read and weighed"), total["state not weighed"], since.machines),
        ("quarantined", say("scans that could not be weighed"), len(store.quarantined()), None),
        ("uncounted", say("scans that are not counted anew yet"), store.not_summed_up(), None),
        ("publishing", say("records to be published"), since.publishing_count, since.publishing),
    ]
    return Table(
        name="queue",
        caption=say("Queue and leases"),
        columns=(
            Column("what", say("What")),
            Column("count", say("How many"), is_number=True),
            Column("oldest", say("The oldest waits since")),
        ),
        rows=[
            (Cell(code, words), Cell(count, visit.number(count)),
             time_cell(oldest if count else None, visit.age(oldest) if oldest and count else ""))
            for code, words, count, oldest in rows
        ],
        address="/desk/system/queue",
    )  # fmt: skip
