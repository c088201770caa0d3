"""Workbooks of any program, read within limits."""

from geo.workbooks.sheets import WORKBOOKS as WORKBOOKS
from geo.workbooks.sheets import Grid as Grid
from geo.workbooks.sheets import workbook_grids as workbook_grids
