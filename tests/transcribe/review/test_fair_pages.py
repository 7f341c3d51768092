"""Pay, what is said before the first task, questions, people, what is held about a person, tests: walked with httpx."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from tests.patience import PATIENCE
from tests.transcribe.review.site import DATE, NUMBER, SignIn, Site, csrf, make_site, set_pay
from tests.transcribe.store.world import put
from transcribe.model import Transcriber, Truth
from transcribe.review.options import ReviewOptions
from transcribe.review.views.offers import offer_to
from transcribe.store.facts import Floor, SentReading


def read(site: Site, who: Transcriber, text: str = "BC-2025-0001") -> str:
    """Lease and answer one task; its public id."""
    (task,) = site.store.lease(who.id, 1, site.clock.now())
    site.store.submit(task.id, who.id, SentReading(text=text, idem=f"{who.id}-{text}", seconds=0.0), site.clock.now())
    return task.id


@pytest.mark.promise("An hour of measured")
def test_every_line_the_floor_and_its_source_stand_on_the_pay_page(site: Site, sign_in: SignIn) -> None:
    set_pay(site)
    site.scan("bon-de-commande", {NUMBER: "1"})
    amina = site.person("amina")
    read(site, amina)

    page = sign_in(amina).get("/pay").text

    assert re.search(r'data-fact="due">€0.01<', page)
    assert page.count('data-kind="reading"') == 1
    assert "SMIC horaire brut" in page
    assert re.search(r"never pays less than €12.00", page)


@pytest.mark.promise("The floor is less")
def test_a_floor_under_its_own_source_is_called_no_fair_floor(site: Site, sign_in: SignIn) -> None:
    now = site.clock.now()
    set_pay(site, Floor(micro=5_000_000, currency="EUR", source="SMIC", since=now, source_micro=12_000_000))

    for path in ("/pay", "/before"):
        page = sign_in(site.person(f"reader-{path[1:]}")).get(path).text
        assert "No fair floor" in page
        assert "never pays less than" not in page


@pytest.mark.promise("staff and volunteers see")
@pytest.mark.parametrize("engagement", ["by reading", "hourly"])
def test_the_rules_on_the_pay_page_are_those_of_ones_own_engagement(
    site: Site, sign_in: SignIn, engagement: str
) -> None:
    set_pay(site)
    ben = replace(site.person("ben"), engagement=engagement)  # type: ignore[arg-type]  # parametrised
    put(site.store, ben, site.clock.now())

    page, how = sign_in(ben).get("/pay").text, sign_in(ben).get("/how").text

    assert ("By the piece" in page, "By the hour" in page) == (engagement != "hourly", engagement == "hourly")
    assert "By the piece" in how
    assert "By the hour" in how


@pytest.mark.promise("You work as a", "You work as staff:", "staff and volunteers see")
@pytest.mark.parametrize("engagement", ["staff", "volunteer"])
def test_staff_and_volunteers_see_that_nothing_is_counted(site: Site, sign_in: SignIn, engagement: str) -> None:
    set_pay(site)
    site.scan("bon-de-commande", {NUMBER: "1"})
    ben = replace(site.person("ben"), engagement=engagement)  # type: ignore[arg-type]  # parametrised
    put(site.store, ben, site.clock.now())
    read(site, ben)

    page = sign_in(ben).get("/pay").text

    assert 'id="uncounted"' in page
    assert 'id="ledger"' not in page


@pytest.mark.promise("Added and paid: %(time)s", "A measured time you")
def test_a_clock_is_contested_and_the_answer_is_shown(site: Site, sign_in: SignIn) -> None:
    set_pay(site)
    site.scan("bon-de-commande", {NUMBER: "1"})
    amina = site.person("amina")
    task = read(site, amina)
    client = sign_in(amina)
    sent = {"csrf": csrf(client), "task": task, "minutes": "4", "words": "the picture came late"}

    assert client.post("/pay/dispute", data=sent).status_code == 303

    (dispute,) = site.store.disputes()
    assert (dispute.claimed, dispute.words) == (240.0, "the picture came late")
    assert "not answered yet" in client.get("/pay").text
    site.store.answer_dispute(dispute.id, 240.0, site.clock.now())
    page = client.get("/pay").text
    assert "Added and paid: 4 minutes" in page
    assert re.search(r'data-fact="due">€0.81<', page), "a piece, four minutes at the floor, and the contesting"


@pytest.mark.promise("A measured time you")
def test_one_key_leads_from_a_reading_to_its_clock(site: Site, sign_in: SignIn) -> None:
    set_pay(site)
    site.scan("bon-de-commande", {NUMBER: "1", DATE: "2"})
    amina = site.person("amina")
    task = read(site, amina)
    read(site, amina, "01/02/2026")
    client = sign_in(amina)
    reading = next(r.id for s in site.store.readings_of(amina.id) for r in s.readings if r.task == task)

    page = client.get(f"/readings/{reading}").text
    found = re.search(r'href="(/pay\?task=[^"#]+)#dispute" data-key="t"', page)

    assert found
    chosen = re.findall(r'<option value="([^"]+)" selected>', client.get(found[1]).text.split('id="dispute"')[1])
    assert chosen == [task]
    assert client.get("/pay?task=<x>").status_code == 422


def contested(site: Site, sign_in: SignIn) -> tuple[httpx.Client, str]:
    """Amina, paid 12 EUR an hour, says that a task of no measured time took four minutes. Her client, the dispute."""
    set_pay(site)
    site.scan("bon-de-commande", {NUMBER: "1"})
    amina = site.person("amina")
    client = sign_in(amina)
    sent = {"csrf": csrf(client), "task": read(site, amina), "minutes": "4", "words": "the picture came late"}
    assert client.post("/pay/dispute", data=sent).status_code == 303
    return client, site.store.disputes()[0].id


@pytest.mark.promise(
    "Added and paid: %(time)s",
    "Say why: the person",
    "Somebody says that a",
    "The counted time stays.",
    "A time that you",
    "Why? They are told.",
    "the minutes added are",
    "contested clocks with the",
)
@pytest.mark.parametrize(
    ("choice", "added", "micro"),
    [
        ("theirs", "Added and paid: 4 minutes", 800_000),
        ("measured", "The counted time stays.", None),
        ("other", "Added and paid: 1.5 minutes", 300_000),
    ],
)
def test_an_operator_settles_a_clock_and_the_person_is_told_why(
    site: Site, sign_in: SignIn, choice: str, added: str, micro: int | None
) -> None:
    hers, dispute = contested(site, sign_in)
    before = site.store.ledger()
    client = sign_in(site.person("olga", "operator"))
    page = client.get("/clocks").text
    assert "amina" in page
    assert "the picture came late" in page
    assert 'data-open="yes"' in page
    said = {"csrf": csrf(client), "choice": choice, "minutes": "1.5"}
    unsaid = client.post(f"/clocks/{dispute}", data=said).status_code
    assert unsaid == (303 if choice == "theirs" else 422), "less than the person says needs a reason"

    client.post(f"/clocks/{dispute}", data={**said, "reason": "the log shows a pause of that length"})

    assert site.store.ledger()[: len(before)] == before, "the ledger only grows"
    new = site.store.ledger()[len(before) :]
    assert [(line.kind, line.reference, line.micro) for line in new] == (
        [("time", "disputed clock", micro)] if micro else []
    )
    pay = hers.get("/pay").text
    assert added in pay
    assert ("the log shows a pause" in pay) == (choice != "theirs")
    assert "A time that you contested was looked at again. My pay says what was decided." in hers.get("/readings").text
    assert client.post(f"/clocks/{dispute}", data={**said, "choice": "theirs"}).status_code == 409
    assert 'data-open="no"' in client.get("/clocks").text
    assert hers.get("/clocks").status_code == 404


@pytest.mark.promise(
    "who asks (`#asked-by`), the",
    "everybody sees it before",
    "shown before the first task and",
    "shown before the first task",
)
def test_what_is_to_be_known_before_the_first_task_is_said(tmp_path: Path) -> None:
    site = make_site(tmp_path, ReviewOptions(asked_by="Mairie de Brest, data@brest.example", audit_share=0.06))
    set_pay(site)
    site.store.put_control_share(0.05, site.clock.now())
    site.scan("bon-de-commande", {NUMBER: "1"})
    with TestClient(site.app) as client:
        anonymous = client.get("/before").text
        client.post(f"/in/{site.link(site.person('amina'))}", follow_redirects=False)
        known = client.get("/before").text

    for page in (anonymous, known):
        assert "Mairie de Brest, data@brest.example" in page
        assert "None of the fields is known in advance now." in page
        assert "6% of the decided fields" in page
        assert "SMIC horaire brut" in page
    assert "Order form" in known
    assert "Order form" not in anonymous, "which forms there are is not told to the whole internet"


@pytest.mark.promise("The operator answers, and", "an answer joins the")
def test_a_question_is_paid_answered_by_an_operator_and_joins_the_guide(site: Site, sign_in: SignIn) -> None:
    set_pay(site)
    site.scan("bon-de-commande", {NUMBER: "1"})
    site.scan("bon-de-commande", {NUMBER: "2"}, name="second")
    amina, ben, olga = site.person("amina"), site.person("ben"), site.person("olga", "operator")
    asking, reading, answering = sign_in(amina), sign_in(ben), sign_in(olga)
    task = asking.get("/work/next?count=1").json()["tasks"][0]["task"]

    site.clock.forward += timedelta(seconds=40)
    asked = asking.post(f"/work/{task}/ask", data={"csrf": csrf(asking), "words": "With dashes?", "seconds": "30"})

    assert (asked.status_code, asked.headers["location"]) == (303, f"/guide/{task}")
    assert [line.reference for line in site.store.ledger(amina.id)] == ["question"]
    assert site.store.ledger(amina.id)[0].micro == 100_000, "half a minute at 12 EUR an hour"
    assert asking.get("/questions").status_code == 404
    (question,) = site.store.questions()
    assert "With dashes?" in answering.get("/questions").text
    said = {"csrf": csrf(answering), "answer": "Yes, as printed."}
    assert asking.post(f"/questions/{question.id}", data={**said, "csrf": csrf(asking)}).status_code == 404
    assert answering.post(f"/questions/{question.id}", data=said).status_code == 303
    other = reading.get("/work/next").json()["tasks"][0]["task"]
    guide = reading.get(f"/guide/{other}").text
    assert "Yes, as printed." in guide
    assert "amina" not in guide
    assert [notice.kind for notice in site.store.notices(amina.id)] == ["question answered"]
    assert reading.get(f"/guide/{task}").status_code == 404, "the guide of a task that is not theirs"


@pytest.mark.promise("%(name)s signs in once", "200 with the sign-in", "a new link, shown")
def test_an_operator_invites_changes_and_pauses(site: Site, sign_in: SignIn, address: str) -> None:
    olga = site.person("olga", "operator")
    client = sign_in(olga)
    token = csrf(client)
    invited = client.post("/people", data={"csrf": token, "handle": "ana", "role": ["transcriber"], "languages": "es"})

    link = re.search(r'id="link">[^<]*(/in/[^<]+)<', invited.text)

    assert link
    assert link[1] not in client.get("/people").text, "shown once"
    assert httpx.post(f"{address}{link[1]}", timeout=PATIENCE).status_code == 303
    ana = site.store.transcriber("ana")
    assert ana.languages == ("es",)
    again = client.post("/people", data={"csrf": token, "handle": "ana", "role": ["transcriber"]})
    assert again.status_code == 422, "the name is taken"
    session = sign_in(ana)
    changed = {
        "csrf": token,
        "role": ["transcriber", "expert"],
        "languages": "es, fr",
        "paused": "1",
        "why": " descanso ",
    }
    assert client.post(f"/people/{ana.id}", data=changed).status_code == 303
    now_ana = site.store.transcriber("ana")
    assert now_ana.roles == frozenset({"transcriber", "expert"})
    assert (now_ana.languages, now_ana.paused) == (("es", "fr"), True)
    refused = session.get("/work")
    assert (refused.status_code, "puso su cuenta en pausa el" in refused.text) == (403, True)
    assert "descanso</q>" in refused.text
    own = client.post(f"/people/{olga.id}", data={"csrf": token, "role": ["transcriber"]})
    assert own.status_code == 422, "nobody shuts themselves out"
    acts = {(line.actor, line.action) for line in site.store.audit()}
    assert {
        (olga.id, "person kept"),
        (olga.id, "roles set"),
        (olga.id, "paused set"),
        (olga.id, "link made"),
    } <= acts


def test_an_invitation_without_a_role_stands_in_its_form_again(site: Site, sign_in: SignIn) -> None:
    client = sign_in(site.person("olga", "operator"))
    refused = client.post("/people", data={"csrf": csrf(client), "handle": "Mina", "languages": "fr"})
    assert refused.status_code == 422
    assert "Tick at least one role." in refused.text
    assert 'value="Mina"' in refused.text
    assert 'value="fr"' in refused.text


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "two\nlines"])
def test_a_name_that_nobody_can_have_is_refused_in_the_form_with_the_reason(
    site: Site, sign_in: SignIn, name: str
) -> None:
    olga = site.person("olga", "operator")
    client = sign_in(olga)
    refused = client.post("/people", data={"csrf": csrf(client), "handle": name, "role": ["expert"], "languages": "fr"})
    assert refused.status_code == 422
    assert "A name has 1 to 100 characters in one line" in refused.text
    assert 'value="fr"' in refused.text
    assert [each.handle for each in site.store.transcribers()] == ["olga"]
    again = client.post("/people", data={"csrf": csrf(client), "handle": " Mina ", "role": ["expert"]})
    assert again.status_code == 200
    assert site.store.transcriber("Mina").handle == "Mina", "spaces around a name are no part of it"


@pytest.mark.parametrize("sign", ["\u202a", "\u202e", "\u2066", "\u2069"])
def test_a_name_that_turns_the_direction_of_writing_is_refused(site: Site, sign_in: SignIn, sign: str) -> None:
    client = sign_in(site.person("olga", "operator"))
    refused = client.post("/people", data={"csrf": csrf(client), "handle": f"Mi{sign}na", "role": ["expert"]})
    assert (refused.status_code, "turns the direction of writing" in refused.text) == (422, True)
    assert "<bdi>olga</bdi>" in refused.text
    assert [each.handle for each in site.store.transcribers()] == ["olga"]


def test_an_entry_that_is_too_long_is_said_to_be_so_and_by_how_much(site: Site, sign_in: SignIn) -> None:
    client = sign_in(site.person("olga", "operator"))
    sent = {"csrf": csrf(client), "handle": "Mina", "role": ["expert"], "languages": "fr " * 99}
    assert "Too long: Languages. At most 200 characters." in client.post("/people", data=sent).text


@pytest.mark.promise("Paused: they get no")
def test_the_desk_says_of_who_is_paused_alone_what_a_pause_is(site: Site, sign_in: SignIn) -> None:
    amina = site.person("amina")
    client, said = sign_in(site.person("olga", "operator")), "Paused: they get no work."
    assert said not in client.get("/people").text
    site.store.set_paused(amina.id, paused=True, now=site.clock.now())
    page = client.get("/people").text
    assert page.count(said) == 1
    assert page.count('name="why"') == 1, "of olga alone"


@pytest.mark.promise(
    "What you read, skipped,",
    "What you read, when and how long it took, what you asked",
    "What you read, when and how long it took, what you earned,",
    "Only the total of",
)
def test_everything_held_about_a_person_is_one_download(site: Site, sign_in: SignIn) -> None:
    set_pay(site)
    site.scan("bon-de-commande", {NUMBER: "1"})
    amina = site.person("amina")
    read(site, amina, "BC-2025-0042")

    answered = sign_in(amina).get("/me.json")

    held = answered.json()
    assert "attachment" in answered.headers["content-disposition"]
    assert held["person"]["handle"] == "amina"
    assert [reading["text"] for reading in held["readings"]] == ["BC-2025-0042"]
    assert len(held["ledger"]) == 1


@pytest.mark.promise(
    "This never changes how much work you are given.", "This never changes how much work you are given,"
)
def test_somebody_sees_which_fields_come_to_them_first_and_that_it_is_no_less_work(site: Site, sign_in: SignIn) -> None:
    amina = site.person("amina")
    assert "in the order of the queue" in sign_in(amina).get("/me").text
    site.store.put_adds({amina.id: {"amount": 2, "date": -1}}, site.clock.now())
    page = sign_in(amina).get("/me").text
    assert "come to you first: amounts." in page
    assert "as others read them more surely: dates." in page
    assert "never changes how much work" in page


@pytest.mark.promise(
    "May your readings train machines, where a form allows it? Saying no costs you no work,",
    "May your readings train machines, where a form allows it? Saying no costs you no work.",
    "Readings may train machines,",
    "Whether your readings may",
    "the offer of work",
)
def test_saying_no_to_training_costs_no_work(site: Site, sign_in: SignIn) -> None:
    site.scan("bon-de-commande", {NUMBER: "1", DATE: "2"})
    amina = site.person("amina")
    client = sign_in(amina)
    before = site.store.open_tasks(offer_to(amina), site.clock.now())

    assert client.post("/me", data={"csrf": csrf(client), "training": "no"}).status_code == 303

    assert site.store.transcriber(amina.id).training is False
    assert site.store.open_tasks(offer_to(amina), site.clock.now()) == before
    assert len(client.get("/work/next").json()["tasks"]) == 2


@pytest.mark.promise(
    "Your name, time zone, password and links are erased, with what you asked and",
    "Your name, time zone, password and links are erased, with what you asked,",
    "readings, ledger and what",
    "Your account here is",
)
def test_who_leaves_is_forgotten_and_the_ledger_stays(site: Site, sign_in: SignIn) -> None:
    set_pay(site)
    site.scan("bon-de-commande", {NUMBER: "1"})
    amina = site.person("amina")
    read(site, amina)
    client = sign_in(amina)
    cookies, token = dict(client.cookies), csrf(client)
    assert client.post("/leave", data={"csrf": token}).status_code == 422, "only who says that they are sure"

    assert client.post("/leave", data={"csrf": token, "sure": "yes"}).status_code == 303

    assert httpx.get(f"{client.base_url}/me", cookies=cookies, timeout=PATIENCE).status_code == 303, (
        "the session is over"
    )
    assert site.store.transcriber(amina.id).handle.startswith("left-")
    assert [line.micro for line in site.store.ledger(amina.id)] == [14_000]


def known(site: Site, count: int) -> None:
    """Fields whose text is known, as control items."""
    for number in range(count):
        scan = site.scan("bon-de-commande", {NUMBER: str(number)}, name=f"known {number}")
        text = f"BC-2025-000{number}"
        site.store.put_truth(
            Truth(scan=scan, key=NUMBER, text=text, origin="gold", at=site.clock.now()), site.clock.now()
        )


@pytest.mark.promise(
    "A test is a few fields of one kind whose text is known. It",
    "A test is a few fields of one kind whose text is known. You",
    "You can take it",
    "The time is paid, whatever",
    "it can be taken",
)
def test_a_test_is_paid_explained_at_once_and_can_be_taken_again(site: Site, sign_in: SignIn) -> None:
    set_pay(site)
    known(site, 5)
    amina = site.person("amina")
    client = sign_in(amina)
    token = csrf(client)
    assert 'action="/test/code"' in client.get("/test").text
    assert client.post("/test/amount", data={"csrf": token}).status_code == 404

    for right, passed in ((3, "no"), (5, "yes")):
        page = client.post("/test/code", data={"csrf": token}, follow_redirects=True).text
        idem = re.search(r'name="idem" value="([^"]+)"', page)
        tasks = re.findall(r'name="text\.([^"]+)"', page)
        assert idem
        assert len(tasks) == 5
        truths = {task: site.store.truths(site.store.task_subject(task).scan)[0].text for task in tasks}
        answers = {f"text.{task}": truths[task] if n < right else "BC-9999-9999" for n, task in enumerate(tasks)}
        sent = {"csrf": token, "idem": idem[1], **answers}
        done = client.post("/test/code/answers", data=sent, follow_redirects=True)
        assert f'data-passed="{passed}"' in done.text
        assert done.text.count('data-same="no"') == 5 - right

    assert "code" in site.store.transcriber(amina.id).qualifications
    assert [line.kind for line in site.store.ledger(amina.id)] == ["reading"] * 10
    assert [each.right for each in site.store.qualification_tries(amina.id)] == [5, 3]


@pytest.mark.promise("one dispute a task,", "This time was contested")
def test_a_contested_time_is_more_than_was_measured_and_is_contested_once(site: Site, sign_in: SignIn) -> None:
    """A typing error of 0 minutes could never be put right, and what was typed after it was dropped without a word."""
    set_pay(site)
    site.scan("bon-de-commande", {NUMBER: "1"})
    amina = site.person("amina")
    client = sign_in(amina)
    sent = {"csrf": csrf(client), "task": read(site, amina), "minutes": "0", "words": "the picture came late"}
    refused = client.post("/pay/dispute", data=sent)
    assert refused.status_code == 422
    assert "As much was measured" in refused.text
    assert "the picture came late" in refused.text, "what was typed is given back"
    assert site.store.disputes() == []
    for _ in range(2):
        assert client.post("/pay/dispute", data={**sent, "minutes": "4"}).status_code == 303
    again = client.post("/pay/dispute", data={**sent, "minutes": "9", "words": "no, nine"})
    assert again.status_code == 409
    assert "no, nine" in again.text
    assert [each.claimed for each in site.store.disputes()] == [240.0]


def test_nobody_is_granted_more_than_they_ask_for_nor_grants_it_to_themselves(site: Site, sign_in: SignIn) -> None:
    set_pay(site)
    _, dispute = contested(site, sign_in)
    olga = sign_in(site.person("olga", "operator"))
    said = {"csrf": csrf(olga), "choice": "other", "minutes": "60", "reason": "they waited"}
    assert olga.post(f"/clocks/{dispute}", data=said).status_code == 422
    amina = site.store.transcribers()[0]
    site.store.set_roles(amina.id, {"transcriber", "operator"}, site.clock.now())
    own = sign_in(site.store.transcriber(amina.id))
    said = {"csrf": csrf(own), "choice": "theirs", "minutes": "0"}
    assert own.post(f"/clocks/{dispute}", data=said).status_code == 403
    assert site.store.disputes()[0].answered_at is None
