"""What a page says in the place of a sentence that names an option of the command line, which nobody has there."""

from collections.abc import Mapping

from geo.imports import datum_check
from geo.readers import messages
from geo.sources import messages as places
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
    making.COVERT_TRIAL: (
        "round {round!r} is covert and not committed to: commit to it first, or tick that you want a trial draw; "
        "anyone who learns the seed can compute this"
    ),
}
"""The sentences of the libraries that a page may have to say, each with what it says instead."""
