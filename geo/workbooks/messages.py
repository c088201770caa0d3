"""Every sentence about a workbook as such, as templates; the English text keys its translation."""

UNREADABLE = "{file} cannot be read ({reason}): open it in its own program and save it anew, or save it as XLSX or CSV"
ENCODING = "{file} cannot be read: a part of it is not in the encoding {value!r} that it names: save it anew as XLSX"
UNPACKED = "{file} unpacks to {size} GB, at most {most} GB are read: split it, and the table with it"
FAR_CELL = (
    "{file} cannot be read: sheet {sheet!r} has {filled} filled cells, but cell {cell} stands so far from the others "
    "that the sheet reaches over {rows} rows and {columns} columns: delete that cell and save the file anew"
)
TOO_LARGE = (
    "{file} cannot be read: sheet {sheet!r} reaches over {rows} rows and {columns} columns (to cell {cell}), at most "
    "{most} cells are read: split it"
)
MERGED = "{count} merged cells were filled with the value of their range"
HIDDEN_ROWS = "{count} rows are hidden in the sheet; they were read like the others"
HIDDEN_COLUMNS = "{count} columns are hidden in the sheet; they were read like the others"
NEVER_COMPUTED = (
    "{count} cells of sheet {sheet!r} are formulas without a value, the first is {cell}: they were read as empty. Open "
    "the file in Excel or WPS, save it there and import it again"
)
CELL_ERRORS = (
    "{count} cells of sheet {sheet!r} hold an error of the spreadsheet, the first is {value!r} in {cell}: mend its "
    "formula"
)
