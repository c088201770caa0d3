"""The public number of a draw: what it will be is named before, and it can be written in one way only."""

import re

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
