"""The server's log: one line an event, whatever the texts in it hold; a traceback is set in below its line."""

import logging
import textwrap
from typing import Any

from geo.foreign_text import shown

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class LineFormatter(logging.Formatter):
    """Writes records in which no foreign text can begin a line of its own or steer a terminal."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """Return the line of an event."""
        return shown(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802, ANN401 - logging's name and signature
        """Return a traceback, set in by two spaces."""
        return textwrap.indent(shown(super().formatException(ei), lines=True), "  ", lambda _line: True)

    def formatStack(self, stack_info: str) -> str:  # noqa: N802 - logging's name
        """Return a stack, set in by two spaces."""
        return textwrap.indent(shown(super().formatStack(stack_info), lines=True), "  ", lambda _line: True)


def to_stderr() -> None:
    """Let all loggers of this process write such lines to stderr."""
    handler = logging.StreamHandler()
    handler.setFormatter(LineFormatter(FORMAT))
    logging.basicConfig(handlers=[handler], force=True)
