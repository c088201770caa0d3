"""Every sentence about coordinates and shapes, as templates; the English text keys its translation."""

# --- rows
NULL_ISLAND = "the coordinates are (0, 0), which means not measured: fill them in or leave them empty"
SWAPPED = "longitude {lon} and latitude {lat} are swapped: exchange the two"
LON_RANGE = "longitude is {value}: it must lie between -180 and 180"
LAT_RANGE = "latitude is {value}: it must lie between -90 and 90"
OUTSIDE_CHINA = "({lon}, {lat}) lies outside China, where {datum} does not exist: name the right datum"
FAR_OFF = "({lon}, {lat}) lies {km} km from the middle of the other rows: check its digits"
NO_ZONE = "easting {x} carries no zone prefix: name the zone of the file, e.g. --crs EPSG:4547"
TWO_MEANINGS = "({x}, {y}) may be of the six-degree zone {zone} or of the Web Mercator map: name its CRS, as EPSG:3857"
PROJECTED_DATUM = "({x}, {y}) are metres, and {datum} has none: projected coordinates are cgcs2000 or wgs84"
NOT_METRES = "({x}, {y}) is neither degrees nor an easting and a northing of a CGCS2000 zone: check the digits"
OTHER_ZONE = "easting {x} is of zone {zone}, the named CRS is {crs}: check which is right"
METRES_AS_DEGREES = "({x}, {y}) are metres, but {crs} has degrees: name the CRS that they are in, as EPSG:4547"
DEGREES_AS_METRES = "({x}, {y}) are degrees, but {crs} has metres: name the CRS that they are in, as EPSG:4326"
OUTSIDE_CRS = "({x}, {y}) would lie at ({lon}, {lat}), where {crs} does not reach: name the right CRS"
SHAPE = "its geometry is a {kind}: a checkpoint is a point"
NO_SHAPE = "it has no geometry: draw its outline"
NOT_AREA = "its geometry is a {kind}: a zone is a polygon"
NOT_LINE = "its geometry is a {kind}: a street is one line"
NO_LINE = "it has no geometry: a street is one line"

# --- whole files
NO_CRS = "{file} does not say its CRS and its numbers are not degrees: pass --crs"
CITY_OUTSIDE_CHINA = "{file} lies outside China, at ({lon:.4f}, {lat:.4f}), where {datum} does not exist: name wgs84"
BAD_CRS = "crs is {value!r}: name an EPSG code like EPSG:4547"
CONTRADICTED = (
    "{file}: its coordinates don't fit the CRS that it names, {crs}: {found}; export it again in the right one, or "
    "name that one"
)
LOCAL_CRS = "{file} is in {crs}, a system of its own whose place nobody else knows: name its CRS, as EPSG:4547"
DATUM_OF_CRS = "{file} is in {crs}, which has a datum of its own and cannot be {datum}: name cgcs2000 or wgs84"

# --- notes
PREFIX_READ = "row {rows}: eastings with the prefix of zone {zone} were turned into degrees ({crs})"
METRES_READ = "row {rows}: metres of {crs} were turned into degrees"
NORTHING_FIRST = "row {rows}: the first coordinate is the northing, as surveyors write; it was read so"
TRANSFORMED = "row {rows}: {crs} was turned into WGS-84 by {operation}, good to {accuracy_m:.0f} m"
OWN_PARAMETERS = "row {rows}: {crs} was turned into WGS-84 by the parameters that the file gives"
BALLPARK = (
    "row {rows}: {crs} lies some 100 m beside WGS-84, and no exact way from one to the other is known for this area: "
    "the coordinates were taken as they stand; ask the surveying office for CGCS2000"
)
HEIGHTS = "{file} is in {crs}; its heights were left out"
NAMED_CRS = "row {rows}: {named} was used, as the import says, in the place of the file's own {stated}"
STATED_CRS = "row {rows}: the file's own {stated} goes with its numbers; {named} was not needed"
UNKNOWN_CRS = "{file} names no place for its system {crs}; its numbers tell what they are"
RING = "row {rows}: the closed line was taken as the outline of an area"
JOINED = "row {rows}: the parts of the line meet and were joined"
