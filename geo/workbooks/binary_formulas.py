"""The formulas and errors of XLS and XLSB: what a record of a cell holds where a reader gives an empty one."""

import struct

from geo.workbooks.formulas import Block, Formulas

_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
_FORMULAS = (0x0006, 0x0406)  # from BIFF5 on, which keep row, column, format and eight bytes of value alike
_BOOL_OR_ERROR = 0x0205
_ERROR, _EMPTY = 2, 3  # kinds of values that are no number (MS-XLS 2.5.133)
_XLSB_ERROR, _XLSB_TEXT_FORMULA, _XLSB_ERROR_FORMULA = 3, 8, 11
_XLSB_FORMULAS = (_XLSB_TEXT_FORMULA, 9, 10)


def xls_value(found: Formulas, kind: int, record: bytes) -> None:
    """Count the value of a formula in XLS, or the error of a cell."""
    if kind in _FORMULAS and len(record) >= 14:  # noqa: PLR2004 - up to the value
        row, column = struct.unpack_from("<HH", record)
        special = record[6] if record[12:14] == b"\xff\xff" else None
        if special == _ERROR:
            found.errors.append(Block(row, column, _ERRORS.get(record[8], "#?")))
        elif special == _EMPTY:
            found.add_empty(row, column)
        else:
            found.computed += 1
    elif kind == _BOOL_OR_ERROR and len(record) >= 8 and record[7]:  # noqa: PLR2004 - an error, no yes or no
        row, column = struct.unpack_from("<HH", record)
        found.errors.append(Block(row, column, _ERRORS.get(record[6], "#?")))


def xlsb_value(found: Formulas, row: int, kind: int, record: bytes) -> None:
    """Count the value of a formula in XLSB, or the error of a cell."""
    column = int.from_bytes(record[:4], "little")
    if kind in (_XLSB_ERROR, _XLSB_ERROR_FORMULA) and len(record) >= 9:  # noqa: PLR2004 - column, format, error
        found.errors.append(Block(row, column, _ERRORS.get(record[8], "#?")))
    elif kind == _XLSB_TEXT_FORMULA and record[8:12] == bytes(4):
        found.add_empty(row, column)
    elif kind in _XLSB_FORMULAS:
        found.computed += 1
