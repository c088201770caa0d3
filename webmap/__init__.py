"""Pages, phones, commands."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask


def create_app(config: Mapping[str, Any]) -> "Flask":
    """Make the web application of one city; see :func:`webmap.app.create_app`."""
    from webmap.app import create_app as make  # noqa: PLC0415 - a command or a child does not need the pages

    return make(config)
