"""Words of ours that stand as values in sentences and are translated too: names of fields, kinds of faults."""

from geo.model import Level, Mode, Role
from geo.readers.columns import AVOIDANCE_FIELDS, CHECKPOINT_FIELDS, TEAM_FIELDS, VISIT_FIELDS, ZONE_FIELDS
from geo.zones import faults as zone_faults

WORDS = tuple(
    dict.fromkeys(
        [
            *(
                field
                for table in (CHECKPOINT_FIELDS, ZONE_FIELDS, TEAM_FIELDS, VISIT_FIELDS, AVOIDANCE_FIELDS)
                for field in table
            ),
            *("place", "outline", "longitude", "latitude", "zone"),
            *(str(word) for kind in (Level, Mode, Role) for word in kind),
            *(f"its last {digits} digits are 0" for digits in (8, 6, 3)),
            "its digits 7 to 9 are 001 to 599",
            "its last three digits are 001 to 999",
        ]
    )
)
"""What the values of :data:`webmap.language.saying.NAMES` may be; each is a key of the translation."""

FAULT_KINDS = {
    zone_faults.OVERLAP: "{count} overlaps of zones of one level, {area_m2:.0f} m2",
    zone_faults.GAP: "{count} zones have parts that none of their children covers, {area_m2:.0f} m2",
    zone_faults.BEYOND: "{count} zones reach beyond their parent, {area_m2:.0f} m2",
    zone_faults.ORPHAN: "{count} zones name a parent that is not there",
    zone_faults.OUTSIDE: "{count} checkpoints lie outside every zone",
    zone_faults.IDLE: "{count} zones have no checkpoint",
    zone_faults.UNOWNED: "{count} checkpoints have no responsible unit",
}
"""What the check of the zones says of each kind of fault."""
