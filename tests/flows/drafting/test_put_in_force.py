"""A draft put in force: new scans come in with it, the log says who did it, and a draft with mistakes stays one."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.drafting.draft_files import Draft, drafts
from flows.drafting.put_in_force import install_draft
from flows.home.home import Home
from transcribe.errors import FormError


def test_a_draft_in_force_is_a_form_and_no_draft_and_stands_in_the_log(home: Home, draft: Draft) -> None:
    form = install_draft(home, draft, "ola")
    assert drafts(home.settings) == []
    assert home.forms.find("bike") == form
    assert form.blanks[0].path
    assert Path(form.blanks[0].path).is_file()
    assert home.use_form("bike").digest == form.digest
    (line,) = [line for line in home.store.audit() if line.action == "form installed"]
    assert (line.actor, line.subject) == ("ola", "bike")


def test_a_draft_with_a_mistake_is_not_put_in_force(home: Home, draft: Draft) -> None:
    draft.save(draft.text.replace('name = "hirer"', 'name = "phone"'))
    with pytest.raises(FormError, match='"phone" stands twice'):
        install_draft(home, draft, "ola")
    assert drafts(home.settings) == ["bike"]
    assert "bike" not in home.forms.names()
    assert [line for line in home.store.audit() if line.action == "form installed"] == []


@pytest.mark.promise("Scans that come from")
def test_a_version_that_scans_were_read_with_is_not_written_over(home: Home, draft: Draft) -> None:
    text, picture = draft.text, {each.name: each.read_bytes() for each in draft.path.parent.iterdir()}
    install_draft(home, draft, "ola")
    home.use_form("bike")
    draft.path.parent.mkdir()
    for name, content in picture.items():
        draft.path.with_name(name).write_bytes(content)
    draft.save(text.replace('label = "Hirer"', 'label = "Customer"'))
    with pytest.raises(FormError, match="Raise its `version` to 2"):
        install_draft(home, draft, "ola")
    draft.save(draft.text.replace("version = 1", "version = 2"))
    assert install_draft(home, draft, "ola").version == 2
    assert home.forms("bike", 1).field("hirer").label == {"en": "Hirer"}
