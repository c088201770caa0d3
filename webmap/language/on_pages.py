"""What a page says in the place of a sentence that names an option of the command line, which nobody has there."""

from collections.abc import Mapping

from geo.imports import datum_check, vanished
from geo.readers import messages
from geo.sources import messages as places
from routing.plan import replacing
from routing.rounds import making

ON_PAGES: Mapping[str, str] = {
    places.NO_ZONE: "easting {x} carries no zone prefix: fill in the CRS of the file, e.g. EPSG:4547",
    places.NO_CRS: "{file} does not say its CRS and its numbers are not degrees: fill in its CRS, e.g. EPSG:4547",
    messages.NO_HEADER: (
        "{file} has no header row in its first {rows} rows: name the columns in the file, e.g. {example}, or choose "
        "them where the page lists them"
    ),
    messages.NO_COLUMN: (
        "{file} has no column for {field} (looked for {names}); it has {headers}: rename one in the file, or choose it "
        "where the page lists the columns"
    ),
    messages.NO_SUCH_COLUMN: "{file} has no column {header!r}; it has {headers}: choose one of these",
    messages.CHOOSE_PARTS: (
        "{file} holds tables whose headings differ: {parts}; choose below which to read, one or several with the same "
        "headings"
    ),
    messages.ONLY_HIDDEN: "{file} has such a table only in hidden sheets: {parts}; choose below which to read",
    messages.NO_SUCH_PART: "{file} has no sheet or layer {value!r}; it has {names}: choose among these",
    messages.PARTS_DIFFER: (
        "{file}: {one!r} and {other!r} give their coordinates in different systems ({first}, {second}): import one "
        "after the other, each as a part of the roster"
    ),
    vanished.SPARED_PARTS: (
        "{count} checkpoints of the city are not among the rows that were read, and stay: they may stand in {parts}, "
        "which was not read; read it too, or tick that all that the city should keep was read"
    ),
    vanished.SPARED_ROWS: (
        "{count} checkpoints of the city are not among the rows that were read, and stay: a row that was refused, or a "
        "sheet that is no roster, may mean them: {ids}; mend it, or tick that all that the city should keep was read"
    ),
    messages.PHOTOS_NEEDED: (
        "{file} names {count} photos in the column {column!r}, {value!r} first: choose the ZIP archive that they lie "
        "in together with the table, or leave the column out"
    ),
    datum_check.AGAINST: (
        "the coordinates fit {suggestion} better than {declared}: {evidence}; choose {suggestion}, or tick that you "
        "import against the evidence"
    ),
    datum_check.ELSEWHERE_REFUSED: (
        "the file lies {km} km from the city: its CRS or its digits are wrong, or it is of another city; mend it, or "
        "tick that you import against the evidence"
    ),
    datum_check.STATED_ONLY: (
        "the file itself names {suggestion}, not {declared}, and nothing speaks against it: choose {suggestion}, or "
        "tick that you import against the evidence"
    ),
    replacing.WOULD_LOSE: (
        "planning round {round!r} again drops {changes} changes made by hand on the day and the order of {visits} "
        "visits: tick that you agree to it"
    ),
    making.COVERT_TRIAL: (
        "round {round!r} is covert and not committed to: commit to it first, or tick that you want a trial draw; "
        "anyone who learns the seed can compute this"
    ),
}
"""The sentences of the libraries that a page may have to say, each with what it says instead."""
