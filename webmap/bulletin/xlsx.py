"""The bulletin as a workbook: every table whole, a sheet each."""

from pathlib import Path

from geo.workbooks import write_sheets
from webmap.bulletin.content import Bulletin


def write_xlsx(made: Bulletin, path: Path) -> None:
    """Write the workbook; the file is replaced."""
    write_sheets({table.title: table.sheet() for table in made.sheets}, path)
