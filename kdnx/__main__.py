"""`python -m kdnx`."""

from kdnx.cli import main

main()
