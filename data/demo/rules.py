"""Where checkpoints of each category stand, how many there are, and which hours they post."""

from dataclasses import dataclass

_MAIN = ("trunk", "primary")
_WIDE = ("primary", "secondary")
_TRADE = _BUS = ("primary", "secondary", "tertiary")
_TOWN = ("secondary", "tertiary", "residential", "unclassified")
_QUIET = ("tertiary", "residential", "living_street", "unclassified")
_SMALL = ("residential", "living_street", "unclassified", "pedestrian")


@dataclass(frozen=True, slots=True)
class CategoryRule:
    """One category's places."""

    count: int
    classes: tuple[str, ...]  # of the street that the place stands on
    apart_m: float  # between two of the category, at least
    aside_m: tuple[float, float] = (10.0, 18.0)  # from the middle of the street
    crowd: float = 0.0  # drawn to dense blocks (above 0) or away from them (below): exponent of the block's density
    per: str = ""  # "community", "office": one each, "street": one for each named street in a community
    block_m2: tuple[float, float] = (0.0, float("inf"))  # area of the block that the place lies in
    fringe: bool = False  # by the edge of the city only
    junction: bool = False  # at crossings of wide streets only
    hours: tuple[str, ...] = ()  # posted hours that differ from the category's; some places post them


RULES = {
    "main_road": CategoryRule(60, _MAIN, 250, (9, 12), per="street"),
    "secondary_road": CategoryRule(150, ("secondary",), 150, (8, 10), per="street"),
    "shopping_street": CategoryRule(24, ("secondary", "tertiary", "pedestrian", "residential"), 350, (6, 9), crowd=2.0),
    "back_alley": CategoryRule(620, ("residential", "living_street"), 45, (3, 6), crowd=0.3),
    "urban_fringe": CategoryRule(40, _TOWN, 300, fringe=True, crowd=-0.3),
    "main_junction": CategoryRule(160, ("trunk", "primary", "secondary"), 180, (10, 16), junction=True),
    "community_office": CategoryRule(80, _QUIET, 100, per="community", crowd=0.5),
    "residential_compound": CategoryRule(820, _TOWN, 60, (20, 45), crowd=0.5, block_m2=(8_000, 300_000)),
    "old_compound": CategoryRule(420, _SMALL, 50, (10, 25), crowd=1.0, block_m2=(0, 120_000)),
    "farmers_market": CategoryRule(
        90, _TOWN, 260, (10, 25), crowd=1.0, hours=("05:30-18:30", "06:00-20:00", "05:00-13:00")
    ),
    "mall": CategoryRule(130, _TRADE, 110, (14, 30), crowd=1.0, hours=("09:30-22:00", "08:00-21:30")),
    "restaurant": CategoryRule(
        882,
        ("secondary", "tertiary", "residential", "living_street", "pedestrian"),
        25,
        (8, 14),
        crowd=1.0,
        hours=("06:00-13:30", "10:30-21:30", "09:00-22:00", "11:00-14:00,17:00-22:00"),
    ),
    "hotel": CategoryRule(60, _TRADE, 180, (14, 28), crowd=0.8),
    "service_hall": CategoryRule(12, ("secondary", "tertiary"), 500, (14, 25), per="office", crowd=0.5),
    "service_window": CategoryRule(
        170,
        ("secondary", "tertiary", "residential"),
        120,
        (10, 18),
        crowd=0.8,
        hours=("08:00-18:00", "Mo-Fr 08:30-17:30; Sa-Su 09:00-16:00"),
    ),
    "bank": CategoryRule(180, _TRADE, 90, (10, 18), crowd=1.0, hours=("Mo-Su 09:00-16:30",)),
    "hospital": CategoryRule(110, _TOWN, 200, (18, 40), crowd=0.5, hours=("24/7", "08:00-17:30", "07:30-21:00")),
    "school": CategoryRule(130, _QUIET, 200, (20, 50), crowd=0.4, block_m2=(12_000, 300_000)),
    "school_surroundings": CategoryRule(130, _QUIET, 0, (5, 9)),  # beside the schools
    "internet_cafe": CategoryRule(90, _TOWN, 150, (8, 14), crowd=1.0, hours=("24/7", "10:00-23:00")),
    "cultural_venue": CategoryRule(50, _TOWN, 300, (18, 40), hours=("Tu-Su 09:00-17:00", "09:00-20:00")),
    "civic_practice_centre": CategoryRule(80, _QUIET, 60, per="community", crowd=0.5),
    "youth_centre": CategoryRule(24, _QUIET, 500, (15, 30), hours=("We-Su 09:00-17:30",)),
    "park": CategoryRule(70, _BUS, 260, (25, 60), block_m2=(60_000, 1e9), crowd=-0.5, hours=("24/7", "05:30-22:00")),
    "square": CategoryRule(30, _BUS, 400, (20, 35), block_m2=(15_000, 1e9), crowd=0.5),
    "scenic_spot": CategoryRule(
        24, (*_BUS, "pedestrian"), 400, (20, 60), block_m2=(40_000, 1e9), hours=("08:00-18:00",)
    ),
    "theatre": CategoryRule(30, ("primary", "secondary", "tertiary", "pedestrian"), 250, (16, 30), crowd=1.0),
    "railway_station": CategoryRule(2, _WIDE, 4_000, (30, 60), block_m2=(60_000, 1e9)),
    "coach_station": CategoryRule(4, _WIDE, 2_000, (25, 45), block_m2=(30_000, 1e9), hours=("05:30-19:30",)),
    "bus_stop": CategoryRule(620, _BUS, 110, (6, 10)),
    "bus_line": CategoryRule(90, ("secondary", "tertiary"), 250, (12, 20)),
    "taxi_rank": CategoryRule(60, _WIDE, 300, (7, 11), crowd=0.8),
    "public_toilet": CategoryRule(360, (*_BUS, "residential", "pedestrian"), 120, (7, 14), crowd=0.4),
    "building_site": CategoryRule(70, (*_BUS, "unclassified"), 250, (20, 50), crowd=-0.5, block_m2=(20_000, 1e9)),
    "waste_station": CategoryRule(120, _QUIET, 220, (8, 16), crowd=0.2),
    "township_seat": CategoryRule(8, ("secondary", "tertiary", "residential"), 1_500, (12, 25), fringe=True),
}
