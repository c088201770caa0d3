"""What a file itself says about its datum: in the headings of its coordinates, or in a column beside them."""

import pandas as pd

from geo.crs import Datum
from geo.errors import DatumError
from geo.readers import messages
from geo.readers.columns import named_datum
from geo.readers.faults import FaultLog
from geo.readers.tables import Table


def own_datum(table: Table, declared: Datum, log: FaultLog) -> Datum | None:
    """Return the one datum that the file names, or None.

    Where rows name different datums, those that name another than the import are refused one by one.
    """
    headings = [table.columns[field] for field in ("lon", "lat", "lonlat") if field in table.columns]
    named = {named_datum(heading) for heading in headings} - {None}
    written = table.texts("datum")
    by_text = {text: named_datum(text) for text in written.unique() if text}
    in_rows = {datum for datum in by_text.values() if datum is not None}
    if len(in_rows) > 1:
        other = pd.Series([by_text.get(text) for text in written], dtype=object)
        wrong = other.map(lambda datum: datum is not None and not _same(datum, declared)).to_numpy(bool)
        log.add(wrong, "datum", messages.OTHER_DATUM, named=written, datum=str(declared))
        return None
    every = named | in_rows
    return every.pop() if len(every) == 1 else None


def refuse_other_datum(table: Table, declared: Datum, log: FaultLog) -> None:
    """Refuse a file that names another datum than the import, where nothing else speaks for either.

    Raises
    ------
    DatumError
        Naming both.
    """
    named = own_datum(table, declared, log)
    if named is not None and not _same(named, declared):
        raise DatumError(messages.FILE_NAMES_DATUM, file=table.file, named=str(named), datum=str(declared))


def _same(one: Datum, other: Datum) -> bool:
    alike = {Datum.WGS84, Datum.CGCS2000}
    return one is other or {one, other} <= alike
