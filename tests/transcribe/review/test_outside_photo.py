"""Who reads a photograph that shows not all of its form is told what the grey stripes are."""

from __future__ import annotations

from tests.transcribe.review.read_site import add_read_scan
from tests.transcribe.review.site import SignIn, Site
from transcribe.model import FieldKey, ReadResult

STRIPES = "Grey stripes lie outside the photograph"


def test_stripes_are_explained_where_there_are_some_and_nowhere_else(site: Site, sign_in: SignIn) -> None:
    add_read_scan(site, "receipt", [FieldKey("company")])
    client = sign_in(site.person("amina"))
    assert STRIPES not in client.get("/work").text
    (scan,) = site.store.scan_states()
    cut = ReadResult(places=(), readings=(), fit=1.0, quality={}, advice=("fields outside",))
    site.store.put_reads(scan.scan.id, cut, site.clock.now())
    assert STRIPES in client.get("/work").text
