"""The public number of a draw: what it will be is named before, and it can be written in one way only."""

import re
import unicodedata
from dataclasses import dataclass

from geo.errors import InputError
from routing.draw.verifier import FORM, fits

_KNOWN = {
    "双色球": "6+1",
    "大乐透": "5+2",
    "七乐彩": "7+1",
    "快乐8": "20",
    "3d": "d3",
    "排列三": "d3",
    "排列3": "d3",
    "排列五": "d5",
    "排列5": "d5",
    "drand": "h64",
    "nist": "h128",
}

_SAME = {"排列3": "排列三", "排列5": "排列五"}
_YEARS = re.compile("20([0-9]{5})")  # the issues of a lottery count from 2026001 or 26001


@dataclass(frozen=True, slots=True)
class Issue:
    """Which number is meant, however its name is written: of two equal ones only one may be committed to."""

    source: str  # the lottery or beacon
    period: str  # its issue, round or date


def issue_of(name: str) -> Issue:
    """Read source and period out of the name of a public number: ``双色球 第2026068期`` is (双色球, 26068).

    Raises
    ------
    InputError
        When the name doesn't say which issue.
    """
    plain = re.sub(r"[\s第期#]", "", unicodedata.normalize("NFKC", name).casefold())
    word = next((word for word in _KNOWN if word in plain), "")
    rest = plain.replace(word, "", 1)
    period = "-".join(digits.lstrip("0") or "0" for digits in re.findall("[0-9]+", rest))
    if not period:
        raise InputError("public_number is {value!r}: name its issue, round or date too, as 双色球 2026068", value=name)
    if word and _KNOWN[word][0] != "h" and (year := _YEARS.fullmatch(period)):
        period = year[1]
    return Issue(_SAME.get(word, word) or re.sub(r"[^\w]|[0-9_]", "", rest), period)


def form_of(name: str) -> str:
    """Return the form that the result of a named lottery or beacon has; ``text`` when it isn't known.

    ``6+1`` is six ascending two-digit numbers and one; ``d5`` is five digits; ``h64`` is 64 hexadecimal digits.
    """
    plain = name.lower().replace(" ", "")
    return next((form for word, form in _KNOWN.items() if word in plain), "text")


def check_form(form: str) -> str:
    """Return ``form``, or raise InputError when there is no such form."""
    if not re.fullmatch(FORM, form):
        raise InputError(
            "number_form is {value!r}: give e.g. 6+1 (two-digit numbers), d5 (digits), h64 (hexadecimal) or text",
            value=form,
        )
    return form


def normal(value: str, form: str) -> str:
    """Bring what was typed into the one way to write it.

    Raises
    ------
    InputError
        When it is no result of this form.
    """
    text = value.strip().lower().replace("，", ",").replace("＋", "+")
    if form[0] in "dh":
        text = re.sub(r"[\s,]", "", text)
    elif form == "text":
        text = re.sub(r"\s+", "", text)
    elif re.fullmatch(r"[\d,+\s]*", text):
        zones = [re.findall(r"\d+", zone) for zone in text.split("+")]
        text = "+".join(",".join(sorted(one.zfill(2) for one in zone)) for zone in zones)
    if not fits(text, form):
        raise InputError(
            "the public number is {value!r}, which is no result of the form {form!r}", value=value, form=form
        )
    return text
