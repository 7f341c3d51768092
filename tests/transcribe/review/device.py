"""What a page keeps on the device: tests wait until it is there, not for as long as it takes on a quick machine."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page

from tests.patience import PATIENCE

LOOK_EVERY_MS = 50
"""Between two looks at the device. Chosen by hand."""

OPENED = """
  const ours = (await indexedDB.databases()).find(({ name }) => name.startsWith("fairhand-"));
  if (!ours) return EMPTY;
  const opening = indexedDB.open(ours.name);
  await new Promise((done) => { opening.onsuccess = done; });
  const all = (store) => new Promise((done) => {
    const asked = opening.result.transaction(store).objectStore(store).getAll();
    asked.onsuccess = () => done(asked.result);
  });
"""
HELD = (
    "async () => {"
    + OPENED.replace("EMPTY", "0")
    + """
  const held = await all("held");
  opening.result.close();
  const pictures = await Promise.all(held.map((sheet) => caches.match(sheet.picture)));
  return pictures.filter(Boolean).length;
}"""
)
"""How many fields the page holds, the one that it shows too, whose pictures are on the device already."""

KEPT = (
    "async (store) => {"
    + OPENED.replace("EMPTY", "[]")
    + """
  const kept = await all(store);
  opening.result.close();
  return kept;
}"""
)
"""What stands in one store of the device's database: unsent, drafts, held or answered."""


def until_held(page: Page, count: int) -> None:
    """Waits until so many fields can be read without a network."""
    end = time.monotonic() + PATIENCE
    while page.evaluate(HELD) < count:
        if time.monotonic() > end:
            pytest.fail(f"never {count} were held")
        page.wait_for_timeout(LOOK_EVERY_MS)


def until_kept(page: Page, store: str, count: int = 1) -> None:
    """Waits until the device's database has so many entries in a store."""
    end = time.monotonic() + PATIENCE
    while len(page.evaluate(KEPT, store)) < count:
        if time.monotonic() > end:
            pytest.fail(f"never {count} stood among {store}")
        page.wait_for_timeout(LOOK_EVERY_MS)


def until_drafted(page: Page, text: str) -> None:
    """Waits until the device's database has this text as what was typed and not sent."""
    end = time.monotonic() + PATIENCE
    while text not in page.evaluate(KEPT, "drafts"):
        if time.monotonic() > end:
            pytest.fail(f"{text!r} was never kept")
        page.wait_for_timeout(LOOK_EVERY_MS)
