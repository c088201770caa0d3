"""Run the tests that ``make test`` leaves out as one alike is there: further screens, languages, formats, datums.

``python -m tests.bench.exhaustive [WORD ...]``; the words go to pytest. The environment is that of ``make test``.
"""

import subprocess
import sys
from pathlib import Path


def main(words: list[str]) -> int:
    """Run them on all cores; return pytest's exit code."""
    command = [sys.executable, "-m", "pytest", "-m", "exhaustive", "-n", "auto", "--dist", "loadfile", *words]
    return subprocess.call(command, cwd=Path(__file__).parents[2])


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
