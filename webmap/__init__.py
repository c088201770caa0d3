"""Pages, phones, commands."""

from webmap.app import create_app as create_app
