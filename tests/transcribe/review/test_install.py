"""The work page can be installed as an app: its manifest, its icons, and what the browser itself says."""

from __future__ import annotations

import io

import httpx
import pytest
from PIL import Image

from tests.transcribe.review.site import Enter, Site
from transcribe.model import FieldKey


def test_the_manifest_has_icons_of_its_sizes_and_speaks_the_readers_language(site: Site, address: str) -> None:
    with httpx.Client(base_url=address, headers={"accept-language": "fr"}) as client:
        answer = client.get("/manifest.webmanifest")
        said = answer.json()
        assert answer.headers["content-type"] == "application/manifest+json"
        assert (said["start_url"], said["scope"], said["display"], said["lang"]) == ("/work", "/", "standalone", "fr")
        sizes = set()
        for icon in said["icons"]:
            picture = Image.open(io.BytesIO(client.get(icon["src"]).content))
            assert f"{picture.width}x{picture.height}" == icon["sizes"]
            sizes.add((picture.width, icon["purpose"]))
        assert {(192, "any"), (512, "any"), (512, "maskable")} <= sizes


@pytest.mark.browser
def test_the_browser_finds_nothing_against_installing(site: Site, enter: Enter) -> None:
    site.scan("bon-de-commande", {FieldKey("order_number"): "BC-1"})
    page = enter(site.person("amina"))
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    tools = page.context.new_cdp_session(page)
    found = tools.send("Page.getAppManifest")
    assert (found["errors"], found["url"].endswith("/manifest.webmanifest")) == ([], True)
    errors = {each["errorId"] for each in tools.send("Page.getInstallabilityErrors")["installabilityErrors"]}
    assert errors <= {"in-incognito"}, "a test's browser keeps nothing, and so installs nothing"
