"""Chinese first, English by a switch, nothing left untranslated."""

import ast
import re
import string
from pathlib import Path

import click
import pytest
from flask import Flask

import webmap
from geo.errors import InputError
from geo.readers import messages
from webmap.language import gather
from webmap.language.on_pages import ON_PAGES
from webmap.language.script_texts import SCRIPT_TEXTS
from webmap.language.spoken import script_texts, translate_error
from webmap.language.usage_texts import USAGE_TEXTS

STATIC = Path(webmap.__file__).with_name("static")
NAMES = re.compile(r"%\((\w+)\)s")


def places(text: str) -> set[str]:
    """Return what a text wants filled in."""
    fields = {field for _, field, _, _ in string.Formatter().parse(text.replace("%(", "(")) if field}
    return fields | set(NAMES.findall(text))


def test_every_text_of_the_product_is_translated() -> None:
    kept = {message.id: message.string for message in gather.kept() if message.id}
    missing = [message.id for message in gather.gathered() if message.id and not any(kept.get(message.id, ""))]
    assert not missing, "run python -m webmap.language.gather, then translate these in messages.po"


def test_translations_fill_in_the_same_places() -> None:
    for message in gather.kept():
        if message.id in USAGE_TEXTS:  # click fills in more than Chinese needs
            said, wanted = "".join(message.string), "".join(message.id)
            assert places(said) <= places(wanted), message.id
        elif message.id and message.string:
            assert places(message.string) == places(message.id), message.id


def test_pages_name_no_option_of_the_command_line() -> None:
    """What the libraries say may stand on a page; a page's own sentence and its translation name no option."""
    kept = gather.kept()
    for message in kept:
        ours = any(file.startswith(("geo/", "routing/")) for file, _ in message.locations)
        if ours and message.id != messages.NO_SUCH_FIELD:  # a page offers the fields itself
            said = ON_PAGES.get(message.id, message.id)
            assert not re.search(r"--[a-z]", f"{said} {kept[said].string}"), said


def test_the_compiled_catalogue_is_the_written_one() -> None:
    assert gather.MO.read_bytes() == gather.compiled(gather.kept())


def test_scripts_say_only_what_is_in_the_catalogue() -> None:
    own = [path for path in STATIC.glob("*.js") if "texts.js" in path.name + path.read_text(encoding="utf-8")]
    said = {text for path in own for text in re.findall(r'\bt\(\s*"([^"]+)"', path.read_text(encoding="utf-8"))}
    assert len(own) >= 3
    assert said == set(SCRIPT_TEXTS)


def test_click_says_what_is_in_the_catalogue() -> None:
    files = Path(click.__file__).parent.glob("*.py")
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))]
    said = {node.value for node in nodes if isinstance(node, ast.Constant)}
    wanted = {text for one in USAGE_TEXTS for text in ([one] if isinstance(one, str) else one)}
    assert wanted <= said, "click says it differently now: bring webmap/language/usage_texts.py up to date"


def test_chinese_is_the_default_and_english_a_switch(app: Flask) -> None:
    client = app.test_client()
    page = client.get("/login", headers={"Accept-Language": "en"}).text
    assert '<html lang="zh-CN">' in page
    assert "登录" in page
    answer = client.post("/language", data={"language": "en", "next": "/login?next=/map"})
    assert answer.location == "/login?next=/map"
    page = client.get("/login").text
    assert '<html lang="en">' in page
    assert "Log in" in page
    client.post("/language", data={"language": "xx"})
    assert '<html lang="en">' in client.get("/login").text


def test_errors_are_said_in_the_language_of_the_page(app: Flask) -> None:
    error = InputError("{field} is {value!r}: write it as 2026-06-12", field="today", value="soon")
    with app.test_request_context():
        assert translate_error(error) == "today 为 'soon'：请写成 2026-06-12"
        assert script_texts()["Zoom in"] == "放大"


@pytest.mark.parametrize("template", sorted((Path(webmap.__file__).with_name("templates")).glob("*.html")), ids=str)
def test_templates_hold_no_untranslated_words(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    if template.name == "standalone.html":  # its words come from folium_map
        return
    text = re.sub(r"\{% block (?:body_class|module) %\}.*?\{% endblock %\}", " ", text)
    bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<pre>.*?</pre>|<code>.*?</code>", " ", text, flags=re.DOTALL)
    words = re.sub(r"<[^>]*>", " ", bare, flags=re.DOTALL)
    assert set(re.findall(r"[A-Za-z]{3,}", words)) == set()
