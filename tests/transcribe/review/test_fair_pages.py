"""Pay, what is said before the first task, questions, people, what is held about a person, tests: walked with httpx."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Literal

import httpx
import pytest
from starlette.testclient import TestClient

from tests.patience import PATIENCE
from tests.transcribe.review.promises.test_known_fields import known_fields
from tests.transcribe.review.site import DATE, NUMBER, SignIn, Site, csrf, make_site, set_pay
from tests.transcribe.store.world import put
from transcribe.model import FieldKey, Task, Transcriber, Truth
from transcribe.review.options import ReviewOptions
from transcribe.review.requests import typed_minutes
from transcribe.review.views.formatting import certainty
from transcribe.review.views.offers import offer_to
from transcribe.store.facts import Floor, Offer, SentReading


def read(site: Site, who: Transcriber, text: str = "BC-2025-0001") -> str:
    """Lease and answer one task; its public id."""
    (task,) = site.store.lease(who.id, 1, site.clock.now())
    site.store.submit(task.id, who.id, SentReading(text=text, idem=f"{who.id}-{text}", seconds=0.0), site.clock.now())
    return task.id


@pytest.fixture
def amina(site: Site) -> Transcriber:
    """Somebody who is paid, and a field to be read."""
    set_pay(site)
    site.scan("bon-de-commande", {NUMBER: "1"})
    return site.person("amina")


@pytest.mark.promise("An hour of measured")
def test_every_line_the_floor_and_its_source_stand_on_the_pay_page(
    site: Site, sign_in: SignIn, amina: Transcriber
) -> None:
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
    "shown before the first task and at",
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


NO_NAME = "A name has 1 to 100 characters in one line"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        *(({"handle": name}, NO_NAME) for name in ("", "   ", "x" * 101, "two\nlines")),
        ({"handle": "olga"}, 'role="alert"'),
        ({"role": []}, "Tick at least one role."),
    ],
)
def test_an_invitation_that_is_refused_says_why_and_stands_in_its_form_again(
    site: Site, sign_in: SignIn, wrong: dict[str, object], said: str
) -> None:
    client = sign_in(site.person("olga", "operator"))
    right = {"csrf": csrf(client), "handle": " Mina ", "role": ["expert"], "languages": "fr ca", "interface": "es"}
    refused = client.post("/people", data={**right, "engagement": "staff", **wrong})
    assert refused.status_code == 422
    invite = refused.text.split('id="invite"')[1].split("</form>")[0]
    for kept in (said, 'value="fr ca"', 'value="staff" selected', 'value="es" lang="es" selected'):
        assert kept in invite, kept
    assert ('value="expert" checked' in invite) == ("role" not in wrong)
    assert [each.handle for each in site.store.transcribers()] == ["olga"]
    assert client.post("/people", data=right).status_code == 200
    assert site.store.transcriber("Mina").handle == "Mina", "spaces around a name are no part of it"
    too_long = {**right, "handle": "Nina", "languages": "fr " * 99}
    assert "Too long: Languages. At most 200 characters." in client.post("/people", data=too_long).text


@pytest.mark.promise(
    "What you read, skipped,",
    "What you read, when and how long it took, what you asked",
    "What you read, when and how long it took, what you earned,",
    "Only the total of",
)
def test_everything_held_about_a_person_is_one_download(site: Site, sign_in: SignIn, amina: Transcriber) -> None:
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
    "May machines learn from",
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


def known(site: Site, count: int) -> None:
    """Fields whose text is known, as control items."""
    for number in range(count):
        scan = site.scan("bon-de-commande", {NUMBER: str(number)}, name=f"known {number}")
        text = f"BC-2025-000{number}"
        site.store.put_truth(
            Truth(scan=scan, key=NUMBER, text=text, origin="gold", at=site.clock.now()), site.clock.now()
        )


@pytest.mark.promise("one dispute a task,", "This time was contested")
def test_a_contested_time_is_more_than_was_measured_and_is_contested_once(
    site: Site, sign_in: SignIn, amina: Transcriber
) -> None:
    """A typing error of 0 minutes could never be put right, and what was typed after it was dropped without a word."""
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


def send(site: Site, who: Transcriber, task: str, text: str, seconds: float) -> None:
    site.clock.forward += timedelta(seconds=seconds + 1)
    sent = SentReading(text=text, idem=f"{task} {text}", seconds=seconds)
    site.store.submit(task, who.id, sent, site.clock.now())


@pytest.mark.promise("corrected: a field is")
def test_a_field_that_was_taken_back_and_sent_again_is_one_field_everywhere(
    site: Site, sign_in: SignIn, amina: Transcriber
) -> None:
    client = sign_in(amina)
    (task,) = site.store.lease(amina.id, 1, site.clock.now())
    send(site, amina, task.id, "BC-I", 20)
    assert client.post(f"/work/{task.id}/undo", data={"csrf": csrf(client)}).status_code == 303
    send(site, amina, task.id, "BC-1", 5)

    assert client.get("/day").json()["pieces"][0] == "1 field"
    pay = client.get("/pay").text
    assert "1 field ·" in pay
    assert pay.count("corrected: a field is paid once, its time counts") == 1
    assert re.search("Reading · corrected: a field is paid once, its time counts.*?5 seconds", pay, re.DOTALL)
    month = re.search(r"/pay/statement/[\d-]+", pay)
    assert month
    assert re.search(r"<td[^>]*>1</td>", client.get(month[0]).text)


@pytest.mark.parametrize("engagement", ["by reading", "volunteer"])
def test_the_bar_counts_what_was_just_sent_and_not_what_was_taken_back_for_who_is_paid_and_who_is_not(
    site: Site, sign_in: SignIn, engagement: Literal["by reading", "volunteer"]
) -> None:
    set_pay(site)
    scan = site.scan("bon-de-commande", {NUMBER: "BC-1", DATE: "1 May 2025"})
    amina = replace(site.person("amina"), engagement=engagement)
    put(site.store, amina, site.clock.now())
    client = sign_in(amina)

    def bar() -> tuple[str, str]:
        pieces = client.get("/day").json()["pieces"]
        return pieces[0], pieces[-1]

    assert bar() == ("0 fields", "2 open")
    (task,) = site.store.lease(amina.id, 1, site.clock.now())
    send(site, amina, task.id, "BC-1", 5)
    assert bar() == ("1 field", "1 open")
    asked = Task(scan=scan, key=task.key, kind="read", reason="needs a person", slot=2)
    site.store.conclude(scan, 9, [], [asked], None, site.clock.now())
    assert site.store.open_tasks(Offer(), site.clock.now()) == 2
    assert bar() == ("1 field", "1 open"), "what others are to read is not open to who has read it"
    assert client.post(f"/work/{task.id}/undo", data={"csrf": csrf(client)}).status_code == 303
    assert bar()[0] == "0 fields"
    read(site, amina, "BC-1")
    assert bar()[0] == "1 field"
    site.clock.forward += timedelta(days=1)
    client = sign_in(amina)
    assert bar()[0] == "0 fields", "of today alone"


def test_practice_that_was_left_is_not_counted_as_open(site: Site, sign_in: SignIn) -> None:
    known_fields(site, 3)
    amina = site.person("amina")
    client = sign_in(amina)
    client.get("/practice")
    client.post("/practice/leave", data={"csrf": csrf(client)})
    assert client.get("/day").json()["pieces"][-1] == "0 open"


@pytest.mark.promise("contested clocks with the")
def test_the_time_that_may_be_contested_is_that_of_the_field_and_what_an_operator_is_shown(
    site: Site, sign_in: SignIn, amina: Transcriber
) -> None:
    client = sign_in(amina)
    (task,) = site.store.lease(amina.id, 1, site.clock.now())
    send(site, amina, task.id, "BC-1", 20)
    site.clock.forward += timedelta(seconds=60)
    site.store.put_time_beside(task.id, amina.id, "explanation", 45, site.clock.now())

    option = re.search(rf'<option value="{task.id}"[^>]*>(.*?)</option>', client.get("/pay").text)

    assert option
    assert option[1].endswith("· 20 seconds")
    client.post("/pay/dispute", data={"csrf": csrf(client), "task": task.id, "minutes": "2"})
    (dispute,) = site.store.disputes()
    assert dispute.measured == 20


def test_an_hour_comes_to_the_same_on_my_pay_and_about_me(site: Site, sign_in: SignIn, amina: Transcriber) -> None:
    client = sign_in(amina)
    (task,) = site.store.lease(amina.id, 1, site.clock.now())
    send(site, amina, task.id, "BC-1", 17)
    site.clock.forward += timedelta(seconds=60)
    site.store.put_time_beside(task.id, amina.id, "explanation", 45, site.clock.now())

    pay = re.search(r'data-fact="an_hour">(.*?)<', client.get("/pay").text)
    me = re.search(r'data-figure="an_hour">(.*?)<', client.get("/me").text)

    assert pay
    assert me
    assert pay[1] == me[1]
    assert any(map(str.isdigit, pay[1]))


def test_a_volunteer_who_was_paid_before_reads_that_what_is_due_is_still_paid(site: Site, sign_in: SignIn) -> None:
    set_pay(site)
    site.scan("bon-de-commande", {NUMBER: "BC-1"})
    vera = site.person("vera")
    (task,) = site.store.lease(vera.id, 1, site.clock.now())
    send(site, vera, task.id, "BC-1", 17)
    put(site.store, replace(vera, engagement="volunteer"), site.clock.now())

    assert "what is due is still paid" in sign_in(vera).get("/me").text


@pytest.mark.parametrize(
    ("probability", "said"), [(1.0, "100%"), (0.999999, "99.9%"), (0.9996, "99.9%"), (0.95, "95%"), (0.999, "99.9%")]
)
def test_only_what_is_certain_has_a_probability_of_all(probability: float, said: str) -> None:
    assert certainty(probability, "en") == said


KEY, NEXT = FieldKey("customer_name"), FieldKey("order_number")


NONSENSE = ["15,5,5", "about ten", "1e2", "-4", "inf", "601", ""]


@pytest.mark.parametrize(("typed", "minutes"), [("1,5", 1.5), ("1.5", 1.5), (" 15 ", 15.0), ("0", 0.0), ("600", 600.0)])
def test_a_point_or_a_comma_is_decimal(typed: str, minutes: float) -> None:
    assert typed_minutes(typed, 600.0) == minutes


@pytest.mark.parametrize("typed", NONSENSE)
def test_what_is_no_number_of_minutes_is_none(typed: str) -> None:
    assert typed_minutes(typed, 600.0) is None


def test_a_claim_with_a_comma_is_kept_as_it_was_meant(site: Site, sign_in: SignIn, amina: Transcriber) -> None:
    client, task = sign_in(amina), read(site, amina)
    for typed in NONSENSE:
        sent = {"csrf": csrf(client), "task": task, "minutes": typed, "words": "it was <small>"}
        answered = client.post("/pay/dispute", data=sent)
        assert answered.status_code == 422, typed
        assert "Give the minutes as a number from 0 to 600, such as 1.5." in answered.text
        form = answered.text.split('id="dispute"')[1]
        assert f'value="{typed}"' in form
        assert 'type="number"' not in form, "in which a browser drops a comma"
        assert 'value="it was &lt;small&gt;"' in form
        assert f'value="{task}" selected' in form
    assert site.store.disputes() == []

    assert client.post("/pay/dispute", data={"csrf": csrf(client), "task": task, "minutes": "1,5"}).status_code == 303
    assert [each.claimed for each in site.store.disputes()] == [90.0]


def test_an_operator_adds_minutes_with_a_comma_and_no_nonsense(site: Site, sign_in: SignIn) -> None:
    _, dispute = contested(site, sign_in)
    client = sign_in(site.person("olga", "operator", language="fr"))
    said = {"csrf": csrf(client), "choice": "other", "reason": "le journal"}
    refused = client.post(f"/clocks/{dispute}", data={**said, "minutes": "deux"})
    assert refused.status_code == 422
    assert "de 0 à 600" in refused.text
    assert "1,5" in refused.text
    assert 'value="deux"' in refused.text
    assert 'value="le journal"' in refused.text
    assert 'value="other" checked' in refused.text

    assert client.post(f"/clocks/{dispute}", data={**said, "minutes": "1,5"}).status_code == 303
    assert [each.granted for each in site.store.disputes()] == [90.0]
