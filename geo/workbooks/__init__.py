"""Workbooks of any program in, looked through before they are read; workbooks out, in which every text is a text."""

from geo.workbooks.sheets import WORKBOOKS as WORKBOOKS
from geo.workbooks.sheets import Grid as Grid
from geo.workbooks.sheets import workbook_grids as workbook_grids
from geo.workbooks.writing import plain as plain
from geo.workbooks.writing import write_sheet as write_sheet
from geo.workbooks.writing import write_sheets as write_sheets
