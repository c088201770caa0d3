"""``python -m webmap.cli``: the same as ``xundian``."""

from webmap.cli import main

main()
