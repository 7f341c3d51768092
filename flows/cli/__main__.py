"""`python -m flows.cli` is `fairhand`, also where the command itself is not on the path."""

from flows.cli.entry_point import main

main()
