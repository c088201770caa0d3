"""Look for new examples that break a property: the tests of Hypothesis, over and over, each time with others.

``python -m tests.bench.properties [TURNS] [PATH ...]``. ``make test`` tries the same examples for the same commit, so
that what passes once passes everywhere; the search for others is here. An example that fails is printed with what
reproduces it, and belongs into its test as an ``@example``.
"""

import os
import secrets
import subprocess
import sys
from pathlib import Path

TURNS = 5
ROOT = Path(__file__).parents[2]


def turn(seed: int, paths: list[str]) -> int:
    """Run every property once with examples of this seed; return pytest's exit code."""
    command = [sys.executable, "-m", "pytest", "-q", "-m", "hypothesis", f"--hypothesis-seed={seed}", *paths]
    return subprocess.call(command, cwd=ROOT, env=os.environ | {"XUNDIAN_SEARCH": "1"})


def main(words: list[str]) -> int:
    """Run the turns that were asked for; return 1 where one of them failed."""
    turns = int(words[0]) if words else TURNS
    failed = []
    for _ in range(turns):
        seed = secrets.randbelow(2**32)
        print(f"== examples of seed {seed}", flush=True)
        if turn(seed, words[1:] or ["tests"]):
            failed.append(seed)
    print(f"{turns} turns; " + (f"examples of these seeds failed: {failed}" if failed else "no example failed"))
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
