"""The texts in Chinese and English outside a web request: one gettext catalogue serves pages and commands."""

import gettext
import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from geo.errors import XundianError
from webmap.language.saying import in_words

LANGUAGES = ("zh", "en")
TRANSLATIONS = Path(__file__).parents[1] / "translations"


def cli_language() -> str:
    """Return the language of the command line: XUNDIAN_LANG, else English on an English system, else Chinese."""
    named = os.environ.get("XUNDIAN_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "en" if named.lower().startswith("en") else "zh"


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("messages", TRANSLATIONS, [language], fallback=True)


def translate(text: str, language: str) -> str:
    """Translate an English text; a text without a translation stays English."""
    return _catalogue(language).gettext(text) if text else ""


def translate_error(error: XundianError, language: str) -> str:
    """Say an error in a language; its values stay as they arrived, but for the words that are ours."""
    return say(error.template, error.values, language)


def say(template: str, values: Mapping[str, Any], language: str) -> str:
    """Say a template with its values in a language."""
    return in_words(template, values, lambda text: translate(text, language))
