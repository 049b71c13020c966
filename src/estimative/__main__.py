"""`python -m estimative` is the command."""

from estimative.cli import main

main()
