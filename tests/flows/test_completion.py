"""What shells complete: every command and option that there is, each on one line with its help."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from typer.core import TyperGroup

from tests.flows.command_tree import told, tree

RUN = "from flows.cli.app import run; run()"
WORDS = ("fairhand ", "fairhand batch ", "fairhand scan ", "fairhand people ")


def completing(shell: str, words: str) -> tuple[str, dict[str, str]]:
    """How a shell asks the program for what may follow what was typed so far."""
    asked = {"_FAIRHAND_COMPLETE": f"complete_{shell}", "_TYPER_COMPLETE_ARGS": words}
    if shell == "bash":
        asked |= {"COMP_WORDS": words, "COMP_CWORD": str(len(words.split()))}
    if shell == "fish":
        asked["_TYPER_COMPLETE_FISH_ACTION"] = "get-args"
    return "", asked


def completed(*asked: tuple[str, str]) -> list[list[str]]:
    """The lines that each of these shells is given for these words."""
    return [said.strip().splitlines() for _, said, _ in told(*(completing(*each) for each in asked))]


def commands_after(words: str) -> list[str]:
    """The commands that may follow."""
    group = tree()
    for word in words.split()[1:]:
        found = group.commands[word]
        assert isinstance(found, TyperGroup)
        group = found
    return sorted(group.commands)


def test_each_shell_is_given_every_command_on_one_line_with_its_help() -> None:
    asked = [(shell, words) for words in WORDS for shell in ("bash", "fish", "zsh")]
    given = dict(zip(asked, completed(*asked), strict=True))
    for words in WORDS:
        names = commands_after(words)
        assert sorted(given["bash", words]) == names
        helps = dict(line.partition("\t")[::2] for line in given["fish", words])
        assert sorted(helps) == names, "a line that is broken is offered as a word"
        assert all(helps.values())
        first, *rest = given["zsh", words]
        assert first.startswith("_arguments '*: :((")
        assert sorted(re.findall(r'"([a-z-]+)":"', "\n".join([first, *rest]))) == names
        assert len([first, *rest]) == len(names), "zsh is told each in a line too"


def test_options_and_what_stands_in_brackets_are_completed_whole() -> None:
    (lines,) = completed(("fish", "fairhand batch cancel monday --"))
    helps = dict(line.partition("\t")[::2] for line in lines)
    assert {"--why", "--by", "--withdraw", "--json"} <= helps.keys()
    assert helps["--withdraw"] == "Also withdraw its published records, until the batch goes on."


def test_bash_takes_the_script_and_completes_with_it(tmp_path: Path) -> None:
    program = tmp_path / "fairhand"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{RUN}" "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    script = """
source /dev/stdin <<< "$(_FAIRHAND_COMPLETE=source_bash fairhand)"
COMP_WORDS=(fairhand batch pri) COMP_CWORD=2
_fairhand_completion fairhand
echo "completed: ${COMPREPLY[*]}"
"""
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "completed: priority\n"), done.stderr
