"""The command line of the operator: `fairhand COMMAND`. Each file of this folder holds one group of commands."""

from __future__ import annotations


def main() -> None:
    """Run the command line; it ends the process with an exit code."""
    from flows.cli.app import run  # only here, so that a flow can import flows.cli without a command line

    run()
