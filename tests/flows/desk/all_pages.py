"""Every page of the desk, as addresses of one filled home: what tests over all sections walk through."""

from __future__ import annotations

from fastapi.routing import iter_route_contexts

from tests.extras import is_installed
from tests.flows.desk.desk_site import DeskSite

SECTIONS: dict[str, tuple[str, ...]] = {
    "/desk": (),
    "/desk/batches": (),
    "/desk/scans": (),
    "/desk/quality": (
        *("by-type", "by-field", "value", "needless", "known", "learnt", "alarms", "agreement", "confusions"),
        *("calibration", "coverage", "asked-by-week", "errors-by-week"),
    ),
    "/desk/people": ("work", "missing", "there", "people", "questions"),
    "/desk/money": ("months", "owed", "periods", "form-costs", "batch-costs", "disputes"),
    "/desk/records": (
        *("by-form", "duplicates", "provisional", "exceptions", "corrected", "changes"),
        *(("webhooks", "deliveries") if is_installed("webhooks") else ()),
        "tokens",
    ),
    "/desk/forms": (),
    "/desk/system": ("findings", "queue", "log", "engines", "files", "backups", "processes", "versions"),
}
"""The address of each section, with the names of its tables where it is a page of tables."""

OF_HOME = ("/desk/people", "/desk/money", "/desk/system", "/desk/programs")
"""How addresses begin that are for who sees all forms."""


RECORD_FILES = (
    "/desk/records/export/csv?form=invoice2",
    "/desk/records/export/jsonl?form=invoice2",
    "/desk/batch/by-form.json?name=monday",
)
"""Downloads of records; who is limited to the form order is told of none of another one."""


def scans_by_name(desk: DeskSite) -> dict[str, str]:
    """The ids of the scans, by name."""
    return {each.scan.name: each.scan.id for each in desk.home.store.scan_states()}


def pages(desk: DeskSite) -> list[str]:
    """Every page with something to look at."""
    scans = scans_by_name(desk)
    return [
        *SECTIONS,
        "/desk/batch?name=monday",
        "/desk/batch?name=tuesday",
        "/desk/batches/new",
        f"/desk/scan/{scans['doubt.png']}?field=customer",
        f"/desk/scan/{scans['agreed.png']}?field=total",
        "/desk/duplicates",
        "/desk/records/list?form=invoice2",
        "/desk/records/list?batch=monday",
        "/desk/form/order",
        "/desk/forms/new",
        "/desk/draft/order",
        "/desk/draft/order/text",
        "/desk/draft/order/try",
        "/desk/people/invite",
        "/desk/people/person?who=ann",
        "/desk/programs",
        "/desk/money/rates",
        "/desk/money/rate/look?amount=9.5&currency=EUR&per=reading",
        "/desk/money/floor/look?amount=99&currency=EUR&source=law",
        "/desk/money/close",
        "/desk/money/close/look?reference=2026-12",
        "/desk/money/period?reference=2026-11",
        "/desk/money/statement?who=ann",
    ]


def table_files() -> list[str]:
    """The table of every part as CSV and as JSON, but for those of one scan."""
    names = [f"{section}/{name}" for section, tables in SECTIONS.items() for name in tables]
    names += ["/desk/waits", "/desk/throughput", "/desk/at-work", "/desk/batches", "/desk/scans", "/desk/forms"]
    names += ["/desk/money/rates"]
    names += [f"/desk/form/order/{each}" for each in ("fields", "versions", "differences", "rules", "lists")]
    return [f"{name}.{kind}" for name in names for kind in ("csv", "json")]


def files(desk: DeskSite) -> list[str]:
    """The same with those of one scan."""
    scan = scans_by_name(desk)["doubt.png"]
    return [
        *table_files(),
        f"/desk/scan/{scan}/fields.csv",
        f"/desk/scan/{scan}/readings.json?field=customer",
        *RECORD_FILES,
    ]


def routes(desk: DeskSite, method: str) -> list[str]:
    """The address of every route of the desk with this method, about a scan of the form order where it is of a scan."""
    values = {
        "scan": scans_by_name(desk)["doubt.png"],
        "number": "1",
        "page": "1",
        "kind": "json",
        "name": "order",
        "digest": "000000000000",
    }
    found = [
        str(each.path)
        for each in iter_route_contexts(desk.app.routes)
        if str(each.path).startswith("/desk") and method in (each.methods or ())
    ]
    return sorted({path.format_map(_Values(values)) for path in found})


class _Values(dict[str, str]):
    """Values of a path; what is not known is 1."""

    def __missing__(self, name: str) -> str:
        return "1"
