"""Every sentence that the readers say about a row or a file, as templates; the English text keys its translation."""

from geo.workbooks import messages as workbooks

UNREADABLE = workbooks.UNREADABLE
ZIP_SIZE = workbooks.UNPACKED

# --- rows: coordinates
NO_PLACE = "it has neither coordinates nor an address: fill in one of the two"
UNPLACED = "it has no coordinates: place it on the map by hand, or fill them in"
ONE_COORDINATE = "{given} is {value!r} but {missing} is empty: fill in both or neither"
NOT_A_NUMBER = "{field} is {value!r}: write decimal degrees like 114.30512, or metres"
DECIMAL_COMMA = "{field} is {value!r}: write the decimal point as a point, not a comma"
DMS_RANGE = "{field} is {value!r}: minutes and seconds must be below 60"
WRONG_AXIS = "{field} is {value!r}, which names the other axis: put longitude and latitude in their own columns"
OTHER_DATUM = "the row names the datum {named!r}, the import {datum}: split the file by datum"
BAD_WKT = "its geometry {value!r} is not WKT: write POINT (114.3 30.6)"

# --- rows: other fields
NO_NAME = "name is empty: fill it in"
NO_CATEGORY = "category is empty: fill in one of the catalogue's categories"
UNKNOWN_CATEGORY = "category is {value!r}, which the catalogue does not have: use one of its codes or names"
NOT_INSPECTED = "category is {value!r}, which is not inspected: leave the row out or name a category of the catalogue"
UNMAPPED_TAG = "category is {value!r}, an OSM tag without a category: name a category of the catalogue"
BAD_HOURS = "hours is {value!r}: write 08:30-12:00,14:00-17:30 or Mo-Fr 08:30-17:30 in the place of {part!r}"
BAD_FLAG = "{field} is {value!r}: write yes or no"
BAD_SIZE = "size is {value!r}: write a number above 0"
REPEATED_ID = "id {value!r} is in row {first} already: give every row its own"
CELL_ERROR = "{field} is {value!r}, an error of the spreadsheet: mend the formula"
LOST_DIGITS = (
    "{field} is {value!r}, which lost its last digits: keep it as text (in a spreadsheet, format the column as text)"
    " and fill it in again"
)
TOO_LONG = "{field} has {length} characters: at most {most} fit"

# --- rows of zones
BAD_LEVEL = "level is {value!r}: write city, district, street, community, grid or special"
CODE_FORM = "code is {value!r}: a statistical code has 12 digits"
CODE_PROVINCE = "code is {value!r}: no province begins with {province!r}"
CODE_LEVEL = "code is {value!r}, which is not the code of a {level}: {remedy}"
REPEATED_CODE = "code {value!r} is in row {first} already: give every zone its own"
NO_AREA = "its outline encloses no area: draw it anew"
NO_ZONE_NAME = "name is empty and so is its code: fill in one of the two"

# --- rows of teams and visits
NO_TEAM = "team is empty: fill it in"
BAD_MODE = "mode is {value!r}: write walk, ebike or car"
NO_BASE = "team {team!r} has no base: fill in base_lon and base_lat in one of its rows"
TWO_BASES = "team {team!r} has another base in row {first}: give it one"
TWO_VALUES = "{field} is not what row {first} says of team {team!r}: let its rows say the same"
BAD_SHIFT = "shift is {value!r}: write one span of a day, as 08:30-17:30"
BAD_LUNCH = (
    "lunch is {value!r}: write hours from 09:00 to 17:00 that hold an hour, as 11:00-14:00, or none for no lunch"
)
LUNCH_OUTSIDE = "lunch is {value!r}, of which no hour lies in the shift {shift!r}: write other hours, or none"
BAD_END = "end is {value!r}: write base, where the day ends back there, or open, where it ends at the last stop"
BAD_DAYS = "days is {value!r}: write days of the round from 1 to 60, as 1,2,4 or 1-3, or leave it empty for all"
NO_CHECKPOINT = "checkpoint is empty: fill in its id"
UNKNOWN_CHECKPOINT = "checkpoint is {value!r}, which the city does not have: import it first or mend the id"
NO_TIME = "arrived_at is empty: fill in date and time"
BAD_TIME = "arrived_at is {value!r}: write 2026-06-12 09:30"
FUTURE_TIME = "arrived_at is {value!r}, which is still to come: check the year"
BAD_POINTS = "points is {value!r}: write a number above 0"
POINTS_WITHOUT_ITEM = "points is {value!r} but item is empty: name the failed item"
MIXED_SIGNS = (
    "points is {value!r} while other rows are above 0: write what was taken off above 0, and leave out what was given"
)
TOO_MANY_POINTS = "points is {value}, but {item!r} costs at most {most}: write what was taken off"
UNKNOWN_ITEM = (
    "item is {value!r}, which the catalogue does not have: name an item of the category {category} of checkpoint "
    "{checkpoint!r}, such as {items}, or bring the file as records of another system"
)
OTHER_CATEGORY = (
    "item is {value!r}, but checkpoint {checkpoint!r} is of the category {category}: name an item of that one, such as "
    "{items}, or mend the id of the checkpoint"
)
UNKNOWN_TEAM = (
    "team is {value!r}, which round {round!r} does not have: mend its name, import the teams, or bring the file as "
    "records of another system{nearest}"
)
UNKNOWN_ROUND = (
    "round is {value!r}, which the city does not have: make it first, mend the id or leave it empty{nearest}"
)
ITEM_WITHOUT_POINTS = "item is {value!r} but points is empty: fill in what it costs"

# --- photos
NO_PHOTO = "photo {value!r} is not in {place}: put it there, or mend its name"
PHOTO_TWICE = "photo {value!r} is there twice, as {first!r} and {second!r}: write the folder in front of its name"
NO_PICTURE = "photo {value!r} is no picture that can be read: save it anew as JPEG or PNG"
BIG_PICTURE = "photo {value!r} has {megapixels} million pixels, at most {most} million are read: save it smaller"
LARGE_PHOTO = "photo {value!r} has {size} MB, at most {most} MB are read: save it smaller"
PHOTO_WITHOUT_ITEM = "photo is {value!r} but item is empty: name the failed item that it shows"
PHOTOS_NEEDED = (
    "{file} names {count} photos in the column {column!r}, {value!r} first: give the folder or ZIP archive "
    "where they lie (--photos), or leave the column out"
)
NO_PHOTO_PLACE = "{file} is neither a folder nor a ZIP archive: pack the photos anew as ZIP, or name their folder"
ZIP_ENTRIES = "{file} holds {count} files, at most {most} are read: pack only the photos that the table names"
ZIP_PATH = "{file} holds {value!r}, a name that leads out of the archive: pack the folder of the photos anew"
ZIP_WITHOUT_LAYERS = (
    "{file} holds no table and no vector file: pack one or several of {kinds}, a shapefile with all its parts"
)
ZIP_LOCKED = "{file} holds {value!r}, which has a password: pack the photos anew without one"

SPOILT_VISIT = "another row of the same visit has a fault: mend that one and import both"

# --- whole files
NO_FILE = "{file} is not there: check the path"
EMPTY_FILE = "{file} is empty: it needs a header row and at least one row below it"
NO_ROWS = "{file} has a header in row {row} but no row below it"
OVERLONG = "{heading} holds {length} characters, and a cell at most {most}: shorten it"
WIDE = "{file} has {width} columns, and a table at most {most}: look at its separators, and leave out what nobody needs"
SUFFIX = "{file} ends in {suffix!r}: bring xlsx, xls, csv, geojson, gpkg, shp or kml"
BROKEN_TEXT = "{file} is no text in UTF-8, GB18030 or Latin-1: save it anew as CSV UTF-8"
NO_HEADER = "{file} has no header row in its first {rows} rows: name the columns, e.g. {example}, or pass --columns"
NO_COLUMN = (
    "{file} has no column for {field} (looked for {names}); it has {headers}: rename one or pass --columns {key}=..."
)
NO_SUCH_COLUMN = "--columns names {header!r}, which {file} does not have; it has {headers}{nearest}"
NO_SUCH_FIELD = "--columns names the field {value!r}, which is none of {keys}{nearest}"
NO_GEOMETRY = "{file} has no geometry: bring a layer of {kinds}"
FILE_NAMES_DATUM = "{file} itself says that it is in {named}, the import says {datum}: name the datum that is right"

CHOOSE_PARTS = (
    "{file} holds tables whose headings differ: {parts}; say which to read, --sheet or --layer with its name, once for "
    "each"
)
ONLY_HIDDEN = (
    "{file} has such a table only in hidden sheets: {parts}; show them, or say which to read, --sheet with its name"
)
PART = "{name!r} ({rows} rows: {headers})"
HIDDEN_PART = "{name!r} (hidden, {rows} rows: {headers})"
NO_SUCH_PART = "--sheet or --layer names {value!r}, which {file} does not have; it has {names}{nearest}"
PARTS_DIFFER = (
    "{file}: {one!r} and {other!r} give their coordinates in different systems ({first}, {second}): import one after "
    "the other, with --part"
)
OPEN_QUOTE = (
    "{file} has a quotation mark in line {line} that is never closed where its cell ends, so that it would swallow the "
    "rows below: close it, or delete it"
)
MIXED_ENCODING = (
    "{file} is in {encoding}, but not line {line}: parts of other files were pasted in or it was cut; save it anew as "
    "CSV UTF-8"
)
NUL_TEXT = "{file} has a NUL character in line {line}: it is damaged, or no text; save it anew as CSV UTF-8"
NO_JSON = "{file} is broken or cut off: line {line} is no JSON; export it again, or copy it again"
NO_FEATURE = "{file} holds {value} in the place of a feature: export it again as GeoJSON"
SYSTEMS_DIFFER = (
    "{file} holds collections in several coordinate reference systems ({systems}): export each to a file of its own"
)
CHANGED = "{file} was changed while it was read: import it again"
CUT_OFF = "{file} is cut off: it says that it has {said} bytes, {there} are there; copy it again"
ROWS_MISSING = (
    "{file} is cut off or broken: it says that it has {said} rows, {there} can be read; copy it again with all its "
    "parts, or export it again"
)

# --- rows: their form
TOO_MANY_CELLS = "it has {count} cells, the header {most}: put quotation marks around a cell that holds a {separator!r}"
OTHER_SEPARATOR = "its cells are parted by {other!r}, those of the header by {separator!r}: use one of them"
CUT_ROW = "it ends in the middle, and the file with it: copy the file again, or fill in the rest"

# --- notes: nothing is wrong, but the reader decided something
NO_SHX = "{file} lacks its .shx: the index was made anew from the shapes"
NO_DBF = "{file} lacks its .dbf, which holds names, categories and all other columns: bring it too"
NO_PRJ = "{file} lacks its .prj: its numbers, the datum and the CRS of the import tell where it is"
NAMES_CUT = "{file} has names of columns that its format has cut: {names}"
BROKEN_SHAPES = "its shapes are broken"
NO_KML_INSIDE = "no .kml inside"
ENCODING = "{file} is in {encoding}"
SHEET = "sheet {sheet!r} of {count} was read, the one with the most known columns"
LAYER = "layer {sheet!r} of {count} was read, the one with the most known columns"
PARTS_READ = "{names} were read together, of {count} sheets or layers: they have the same headings"
NAMED_HIDDEN = "{name!r} is hidden; it was read because it was named"
HIDDEN_UNREAD = "{name!r} is hidden and was not read, {rows} rows: name it to read it, or delete it"
NOT_ASKED = "{name!r} was not read, {rows} rows: it was not asked for"
CLOSED = "{name!r} could not be read, because a cell in it stands too far from the others"
FILE_UNREAD = "{name!r} was not read: it is no table and no vector file that is known; bring what it holds as one"
LINK_UNREAD = "{name!r} was not read: the file only points to it; open it, save it as KML, and bring that too"
NO_TABLE = "{name!r} was not read, {rows} rows: it lacks the columns that are needed"
IN_PART = "{name!r}: {said}"
TOTAL_ROWS = "row {rows}: sums or remarks, no data; left out"
SHORT_ROWS = "row {rows}: fewer cells than the header has; the missing ones count as empty"
TWICE_IN_PARTS = "row {rows}: the same stands in another sheet or layer; read once"
HEADER_ROW = "the header is in row {row}; what stands above it was left out"
BLANK_ROWS = "{count} blank rows were left out"
REPEATED_HEADERS = "{count} rows repeat the header and were left out"
UNSEEN = (
    "{count} cells held characters that nobody sees and files cannot hold, {heading!r} of row {row} first; the "
    "characters were left out"
)
TWO_COLUMNS = "both {taken!r} and {other!r} mean {field}; {taken!r} was taken"
UNUSED_COLUMNS = "these columns were not used: {headers}"
SERIALS_READ = "{count} times are numbers of a spreadsheet; they were read as days since {year}"
TIMES_JOINED = "{count} times of day were joined with the dates beside them"
OTHER_FORM = "{count} rows write the id of a checkpoint in another form, {value!r} first: {own!r} was taken for it"
ODK_READ = "row {rows}: latitude, longitude, height and accuracy in one cell were read in the order of ODK"
COMMAS_READ = "row {rows}: the comma was read as a decimal point"
DMS_READ = "row {rows}: degrees, minutes and seconds were turned into decimal degrees"
COARSE = "row {rows}: coordinates with fewer than 4 decimals are only good to some 10 m or worse"
OSM_TAGS = "{count} categories were OSM tags and were mapped by the table that ships with the product"
REPAIRED = "row {row}: the outline of {name!r} crossed itself and was repaired; its area changed by {change_m2:.0f} m2"
PADDED_CODE = "row {rows}: codes of 6 or 9 digits were filled up to 12 with zeros"
SUFFIX_MISMATCH = "row {row}: {name!r} has the code {code}, which is of a {kind}"
PROVISIONAL = "{count} zones have no statistical code and got provisional ones (with a letter P): give them theirs"
NO_PARENT = "row {rows}: no parent was found; import the level above first"
NAME_TWICE = "row {row}: {name!r} is also the name of row {first} under the same parent"
TEAM_LEFT_OUT = (
    "row {rows}: nothing is wrong with it, but another row of its team ({teams}) has a fault: the team waits"
)
