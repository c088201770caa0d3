"""The stand-alone verifier as one file: two modules that need the standard library alone, put together."""

import ast
from importlib.resources import files

_MODULES = ("redraw.py", "verifier.py")  # in the order of their needs; the last one's docstring is the file's


def standalone() -> str:
    """Return the text of the one-file verifier, to be printed or saved."""
    imports: set[str] = set()
    bodies, docstring = [], ""
    for name in _MODULES:
        text = files("routing.draw").joinpath(name).read_text(encoding="utf-8")
        parts = ast.parse(text).body
        needed = [part for part in parts if isinstance(part, ast.Import | ast.ImportFrom)]
        imports |= {ast.unparse(part) for part in needed if getattr(part, "module", "") != "routing.draw.redraw"}
        lines = text.splitlines(keepends=True)
        docstring = "".join(lines[: parts[0].end_lineno])
        bodies.append("".join(lines[needed[-1].end_lineno :]).strip("\n") + "\n")
    return "\n".join([docstring, "\n".join(sorted(imports)) + "\n", "\n\n".join(bodies)])
