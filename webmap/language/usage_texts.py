"""What click says of a command that is typed wrongly; its own gettext finds the Chinese in our catalogue.

A pair is a singular and its plural. A test holds this list against the click that is installed.
"""

import gettext
import os

from webmap.language.texts import TRANSLATIONS, cli_language

USAGE_TEXTS: tuple[str | tuple[str, str], ...] = (
    "Aborted!",
    "Choose from:\n\t{choices}",
    "Error: invalid input",
    "Error: {message}",
    "Invalid value for {param_hint}: {message}",
    "Invalid value: {message}",
    "Missing argument",
    "Missing command.",
    "Missing option",
    "No such command {name!r}.",
    "No such option {name!r}.",
    "Option {name!r} does not take a value.",
    "Try '{command} {option}' for help.",
    "Usage:",
    "{name} {filename!r} does not exist.",
    "{name} {filename!r} is a directory.",
    "{name} {filename!r} is a file.",
    "{name} {filename!r} is not readable.",
    "{name} {filename!r} is not writable.",
    "{value!r} is not a valid {number_type}.",
    "{value} is not in the range {range}.",
    ("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
    ("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    ("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
    ("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
)


def speak() -> None:
    """Let click speak the language of the command line."""
    os.environ["LANGUAGE"] = cli_language()
    gettext.bindtextdomain("messages", str(TRANSLATIONS))
