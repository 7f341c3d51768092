"""Notices: on a phone they cover no answer and move no box, countdowns end, and what is over is no longer said."""

from __future__ import annotations

import itertools
import re

import pytest
from playwright.sync_api import Page, expect

from tests.in_turn import EVERY_LOOK, in_turn
from tests.transcribe.review.site import DATE, LANGUAGES, NUMBER, Enter, Site, as_a_whole, speak
from transcribe import fields
from transcribe.i18n import translation
from transcribe.review.views.offers import FAULT_WORDS

FORMS = as_a_whole


pytestmark = pytest.mark.browser


SAID = """
  (doubt) => {
    document.getElementById('doubt').textContent = doubt;
    const words = JSON.parse(document.getElementById('setup').textContent).words;
    const of = (element) => {
      const { left, top, right, bottom } = element.getBoundingClientRect();
      return [left, top, right, bottom];
    };
    const parts = () => [...document.querySelectorAll('#text, [value=send], .answers > button, .answers summary')]
      .filter((each) => each.checkVisibility()).map(of);
    const notice = document.getElementById('notice');
    notice.textContent = '';
    const before = parts();
    return Object.entries(words).filter(([, text]) => text.length > 20).map(([name, text]) => {
      notice.textContent = text;
      const after = parts();
      notice.textContent = '';
      notice.textContent = text;
      const over = of(notice);
      const covered = after.filter(([left, top, right, bottom]) =>
        over[0] < right && over[2] > left && over[1] < bottom - 1 && over[3] > top + 1);
      const moved = after.some((each, at) => Math.abs(each[1] - before[at][1]) > 1);
      const beyond = after.some((each) => each[3] > innerHeight + 1);
      const picture = of(document.getElementById('picture'));
      return { name, covered: covered.length, moved, beyond, picture: picture[3] - picture[1] };
    });
  }
"""
"""Of each thing that a notice says: how many answers it covers, whether one moved or left the screen, and the picture's
height."""


def test_no_notice_covers_or_moves_an_answer_above_a_keyboard_on_a_phone(site: Site, enter: Enter, page: Page) -> None:
    """With a doubt beside it every answer is still in view."""
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001", DATE: "1 May 2025"})
    page.set_viewport_size({"width": 360, "height": 380})
    amina = site.person("amina")
    enter(amina)
    for language in LANGUAGES:
        speak(site, page, amina, language)
        seen = page.evaluate(SAID, "")
        assert len(seen) > 10
        bad = [each for each in seen if each["covered"] or each["moved"] or each["beyond"] or each["picture"] < 40]
        assert bad == [], language
        say = translation(language).gettext
        own = [words for name in fields.names() for words in fields.facts_of(name).fault_words.values()]
        faults = sorted((say(words) for words in (*FAULT_WORDS.values(), *own)), key=len)[-2:]
        doubted = page.evaluate(SAID, " ".join([*faults, say("Send again if the text is right.")]))
        bad = [each for each in doubted if each["covered"] or each["beyond"] or each["picture"] < 40]
        assert bad == [], language


def test_no_notice_covers_the_menu_of_a_phone(site: Site, enter: Enter, page: Page) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001", DATE: "1 May 2025"})
    page.set_viewport_size({"width": 360, "height": 640})
    enter(site.person("amina", "operator", "expert"))
    for path in ("/work", "/form"):
        page.goto(page.url.replace("/work", path))
        page.locator("html[data-ready]").wait_for()
        page.locator(".menu summary").click()
        page.evaluate("document.getElementById('notice').textContent = 'No network. '.repeat(9)")
        covered = page.evaluate(
            """
            () => [...document.querySelectorAll('.menu .sheet a')].filter((each) => {
              const { left, top, width, height } = each.getBoundingClientRect();
              const seen = document.elementFromPoint(left + width / 2, top + height / 2);
              return top + height < innerHeight && !seen.closest('.menu');
            }).map((each) => each.textContent)
            """
        )
        assert covered == [], path


@pytest.mark.promise("This field goes to")
def test_a_countdown_ends_when_the_field_has_gone(site: Site, enter: Enter, page: Page) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001"})
    page.clock.install()
    enter(site.person("amina"))
    notice = page.locator("#notice")
    page.clock.fast_forward(round(site.options.lease_seconds * 1000) - 40_000)
    page.clock.run_for(3_000)
    expect(notice).to_contain_text(re.compile(r"This field goes to somebody else in \d+ s"))
    page.clock.run_for(60_000)
    expect(notice).not_to_contain_text("goes to somebody else")


def test_who_is_signed_out_is_told_so_and_no_key_is_said_to_keep_the_field(site: Site, enter: Enter) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001"})
    amina = site.person("amina")
    page = enter(amina)
    page.clock.install()
    page.reload()
    page.locator("html[data-ready]").wait_for()
    page.clock.fast_forward(round(site.options.lease_seconds * 1000) - 60_000)
    site.store.end_sessions(amina.id, site.clock.now())
    page.keyboard.type("B")
    page.clock.run_for(3_000)
    notice = page.locator("#notice")
    expect(notice).to_contain_text("You are signed out")
    page.clock.run_for(10_000)
    expect(notice).to_contain_text("You are signed out")


OPENED = """
  (name) => {
    const opened = document.getElementById(name);
    opened.open = true;
    return [opened.querySelector('.sheet'), ...opened.querySelectorAll('.sheet *')].filter((each) => {
      const { left, right, top } = each.getBoundingClientRect();
      return left < 0 || right > innerWidth || top + scrollY < 0;
    }).map((each) => each.outerHTML.slice(0, 60));
  }
"""
"""Opens something, and gives what of it lies beyond the edge of the screen."""


@EVERY_LOOK
def test_what_is_opened_lies_within_the_screen(site: Site, enter: Enter, page: Page, every: bool) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001", DATE: "1 May 2025"})
    amina = site.person("amina")
    enter(amina)
    opened = (("/work", "skip"), ("/work", "other-paper"), ("/work", "along"), ("/form", "other-paper"))
    turns = list(itertools.product((360, 800, 1199), opened))
    wrapped = (1024, opened[1])  # in Spanish the buttons take two rows here
    for at, language in enumerate(LANGUAGES):
        speak(site, page, amina, language)
        for width, (path, name) in sorted((*in_turn(turns, at, len(LANGUAGES), every), wrapped), key=lambda it: it[1]):
            page.set_viewport_size({"width": width, "height": 640})
            if not page.url.endswith(path):
                page.goto(re.sub("/(work|form)$", path, page.url))
                page.locator("html[data-ready]").wait_for()
            assert (path, name, width, page.evaluate(OPENED, name)) == (path, name, width, [])
