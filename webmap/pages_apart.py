"""Pages that are files of their own: they open from a disk, without this server and without a network."""

import re
from functools import lru_cache
from importlib import resources

from jinja2 import Environment, PackageLoader

from webmap.language.texts import translate

STATIC = resources.files("webmap") / "static"


@lru_cache(maxsize=4)
def templates(language: str) -> Environment:
    """Return the templates of the application, speaking one language, outside any request."""
    made = Environment(
        loader=PackageLoader("webmap"), autoescape=True, extensions=["jinja2.ext.i18n"], trim_blocks=True
    )

    def several(one: str, many: str, count: int) -> str:
        return translate(one if count == 1 else many, language)

    made.install_gettext_callables(lambda text: translate(text, language), several, newstyle=True)  # type: ignore[attr-defined]
    made.globals["html_language"] = "zh-CN" if language == "zh" else "en"
    return made


def style() -> str:
    """Return the stylesheet of the application."""
    return (STATIC / "xundian.css").read_text(encoding="utf-8")


_IMPORT = re.compile(r'^import .* from "\./([\w.-]+)";$', re.MULTILINE)


def script(entry: str) -> str:
    """Join a module of the application and all that it imports into one: their imports of each other and exports go."""
    modules = "".join(_needed(entry, {}).values())
    lines = [line for line in modules.splitlines() if not line.startswith("import ")]
    return "\n".join(line.removeprefix("export ") for line in lines)


def _needed(name: str, found: dict[str, str]) -> dict[str, str]:
    """Read a module behind those that it imports, each once."""
    text = (STATIC / name).read_text(encoding="utf-8")
    for other in _IMPORT.findall(text):
        if other not in found:
            _needed(other, found)
    found[name] = text
    return found
