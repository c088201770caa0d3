"""Pages that are files of their own: they open from a disk, without this server and without a network."""

import base64
import hashlib
import re
from functools import lru_cache
from importlib import resources

from jinja2 import Environment, PackageLoader

from geo.foreign_text import script_json
from webmap.language.texts import translate

STATIC = resources.files("webmap") / "static"
_INLINE = re.compile(r"<(script|style)\b([^>]*)>(.*?)</\1>", re.DOTALL)
_DATA = 'type="application/json"'


@lru_cache(maxsize=4)
def templates(language: str) -> Environment:
    """Return the templates of the application, speaking one language, outside any request."""
    made = Environment(
        loader=PackageLoader("webmap"), autoescape=True, extensions=["jinja2.ext.i18n"], trim_blocks=True
    )

    def several(one: str, many: str, count: int) -> str:
        return translate(one if count == 1 else many, language)

    made.install_gettext_callables(lambda text: translate(text, language), several, newstyle=True)  # type: ignore[attr-defined]
    made.policies["json.dumps_function"] = lambda value, **_options: script_json(value)
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
    folder = name.rpartition("/")[0]
    for other in (f"{folder}/{beside}".lstrip("/") for beside in _IMPORT.findall(text)):
        if other not in found:
            _needed(other, found)
    found[name] = text
    return found


def sealed(html: str) -> str:
    """Return a page whose browser runs its own scripts and styles alone, told by their hashes, and asks no network.

    The policy is the first thing in the head, which every page of ours opens as a bare ``<head>``.
    """
    hashes: dict[str, list[str]] = {"script": [], "style": []}
    for tag, attributes, content in _INLINE.findall(html):
        if _DATA not in attributes:
            hashes[tag].append(_hash(content))
    allowed = [f"{tag}-src {' '.join(dict.fromkeys(own))}" for tag, own in hashes.items() if own]
    policy = "; ".join(["default-src 'none'", "img-src data:", "base-uri 'none'", "form-action 'none'", *allowed])
    meta = f'<head>\n<meta http-equiv="Content-Security-Policy" content="{policy}">'
    return html.replace("<head>", meta, 1)


def _hash(content: str) -> str:
    """Hash a script as a browser does, to which a line ends in one way."""
    normal = content.replace("\r\n", "\n").replace("\r", "\n")
    return f"'sha256-{base64.b64encode(hashlib.sha256(normal.encode()).digest()).decode()}'"
