"""Commands that were called otherwise: each old spelling says the new one, which is there, and does nothing."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.testing import CliRunner

from flows.cli.old_commands import NEW_SPELLINGS
from tests.flows.command_tree import named, tree

OLD = {
    "alerts": "alerts",
    "appeal list --open": "appeals list --open",
    "appeal outcomes": "appeals outcomes",
    "audit list --after 100": "log list --after 100",
    "audit verify": "log verify",
    "backup /mnt --keep 30": "backup /mnt --keep 30",
    "batch show monday": "batch show monday",
    "control list": "gold list",
    "doctor": "doctor",
    "explain order-7.jpg total": "scan explain order-7.jpg total",
    "export --format csv --form receipt": "records export --format csv --form receipt",
    "forget 'order 7.jpg'": "scan forget 'order 7.jpg'",
    "gold list": "gold list",
    "prune": "prune",
    "publish": "records publish",
    "publish --rebuild": "records rebuild",
    "publish --provisional --rebuild": "records rebuild --provisional",
    "quarantine list": "quarantine list",
    "question list": "questions list",
    "question answer 4f1c 'with the dashes'": "questions answer 4f1c 'with the dashes'",
    "reconcile": "reconcile",
    "reconcile --json": "reconcile --json",
    "reconcile readings.jsonl --out done.csv": "collection reconcile readings.jsonl --out done.csv",
    "reconcile --report=r.html readings.csv": "collection reconcile --report=r.html readings.csv",
    "time list": "disputes list",
    "time answer 4f1c 20": "disputes answer 4f1c 20",
    "token add till --scope records:read": "tokens add till --scope records:read",
    "token list": "tokens list",
    "token revoke fh_4f1c": "tokens revoke fh_4f1c",
    "work expect 2026-12-01 --hours 6": "announce 2026-12-01 --hours 6",
    "work list": "announce list",
    "work cancel 4f1c": "announce cancel 4f1c",
}
"""What was given before -> what is given now."""


@pytest.mark.parametrize(("old", "new"), [pair for pair in OLD.items() if pair[0] != pair[1]])
def test_an_old_spelling_says_the_new_one_and_does_nothing(old: str, new: str, tmp_path: Path) -> None:
    tree()
    from flows.cli.app import app

    home = tmp_path / "home"
    done = CliRunner().invoke(app, ["--home", str(home), *shlex.split(old)])
    assert done.exit_code == 2
    assert done.output.count("\n") == 1
    assert done.output.startswith(f"fairhand: `{old.split()[0]}` ")
    assert done.output.rstrip().endswith(f": fairhand --home {home} {new}")
    assert not home.exists()


@pytest.mark.parametrize("new", sorted(set(OLD.values())))
def test_a_new_spelling_is_there(new: str) -> None:
    command, left = named(shlex.split(new))
    assert command is not tree()
    if isinstance(command, TyperGroup):
        command.make_context("fairhand", left)


def test_no_old_spelling_is_a_command_still() -> None:
    assert not set(tree().commands) & {each.split()[0] for each in NEW_SPELLINGS}
    assert {each.split()[0] for each in NEW_SPELLINGS} <= {each.split()[0] for each in OLD}


def test_a_name_that_never_was_is_unknown_with_what_is_near() -> None:
    from flows.cli.app import app

    tree()
    done = CliRunner().invoke(app, ["recods"])
    assert done.exit_code == 2
    assert "No such command 'recods'" in done.output
    assert "records" in done.output


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("announce 2026-12-01 --hours 6", "work"),
        ("announce --hours 6 2026-12-01", "work"),
        ("announce list", "list"),
        ("appeals", "list"),
        ("appeals --open", "list"),
        ("appeals outcomes", "outcomes"),
        ("questions", "list"),
        ("disputes --json", "list"),
    ],
)
def test_where_no_command_of_a_group_is_named_the_first_is_meant(given: str, meant: str) -> None:
    command, left = named([given.split()[0]])
    assert isinstance(command, TyperGroup)
    assert not left
    context = command.make_context(given.split()[0], given.split()[1:])
    assert [*context._protected_args, *context.args][0] == meant
