"""What must be there after services were away: every acknowledged file once, in a record or asked, and none blamed."""

from __future__ import annotations

import re
from collections import Counter

from flows.administration.records import verify_records
from flows.home.home import Home
from tests.bench.outages.programs import Seen
from tests.postgres import rows

STATES = ("finished", "waits for people", "finished, and asked again")
"""What may have become of a scan."""


def tracebacks(log: str) -> list[str]:
    """What a log says with a traceback, but for what the engine of Prefect says before anything of ours runs."""
    said = re.split(r"^(?=fairhand: |Exception in |\d\d:\d\d:\d\d)", log, flags=re.MULTILINE)
    return [each for each in said if "Traceback" in each and "| prefect.engine -" not in each]


def wrong(rooms: Home, address: str, seen: Seen) -> list[str]:
    """What is not as it must be, in sentences; empty where all is well. `address` is that of the database itself."""
    store = rooms.store
    states = {each.scan.id: each for each in store.scan_states()}
    said = [f"{each.file.name} was set aside: {each.message}" for each in store.list_set_aside()]
    said += verify_records(rooms)
    for file, by in seen.acknowledged.items():
        scans = store.scans_of_file(file)
        if len(scans) != 1:
            said.append(f"{file[:12]}, acknowledged by {by}, is {len(scans)} scans")
            continue
        state = states[scans[0].id]
        if state.word not in STATES or state.decided + state.open_fields != state.fields:
            said.append(f"{file[:12]}, acknowledged by {by}, is in no record and nobody is asked")
        if not all(map(rooms.archive.is_whole, store.kept_names(state.scan.id))):
            said.append(f"pictures of {file[:12]} are not in the archive")
        often = Counter((str(each.key), each.source) for each in store.readings(state.scan.id))
        if not often or {*often.values()} != {1}:
            said.append(f"{file[:12]} was read {max(often.values(), default=0)} times")
    worked = Counter(rows(address, "SELECT scan_id, engine FROM engine_time"))
    said += [f"scan {scan} was read {count} times by {engine}" for (scan, engine), count in worked.items() if count > 1]
    if len(states) != len(seen.acknowledged):
        said.append(f"{len(states)} scans of {len(seen.acknowledged)} acknowledged files")
    if store.verify_audit().broken_at is not None:
        said.append("the audit log does not hold")
    return said + seen.faults
