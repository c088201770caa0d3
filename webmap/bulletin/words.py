"""The short texts of a bulletin: title, dates, how the round was drawn, which differences hold."""

import geopandas as gpd

from geo.errors import NotFoundError
from geo.model import Level
from geo.store import Store
from webmap.bulletin.material import Material
from webmap.bulletin.sections import COMMA, group_names, speaking
from webmap.formats import DASH, number, points

PERCENT = 100.0
DIFFERENCES_SHOWN = 12
STOP = {"zh": "。", "en": ". "}


def facts(store: Store, made: Material, language: str) -> dict[str, str]:
    """Return the facts by the names of :data:`webmap.bulletin.placeholders.FACTS`."""
    _ = speaking(language)
    planned, whole = made.found.round, made.boards["street"].overall
    kind = _("covert inspection") if planned.covert else _("open inspection")
    city = _city(made.found.zones)
    lines = made.found.deductions
    return {
        "title": _("{city}: results of the {kind}, round {round}").format(city=city, kind=kind, round=planned.id),
        "city": city,
        "round": planned.id,
        "kind": kind,
        "dates": _("{first} to {last}").format(first=planned.date(1), last=planned.date(planned.days)),
        "as_of": str(made.last_day if made.running else made.now.date),
        "method": _method(store, made, language),
        "drawn": number(whole["drawn"]),
        "visited": number(whole["n"]),
        "unvisited": f"{whole['share_unvisited'] * PERCENT:.1f}%",
        "score": f"{whole['score'] * PERCENT:.1f}",
        "interval": f"{whole['low'] * PERCENT:.1f}{DASH}{whole['high'] * PERCENT:.1f}",
        "deductions": number(len(lines)),
        "points": points(float(lines["points"].sum())),
        "differences": _differences(made, language),
        "hotspot_basis": _basis(made, language),
    }


def _city(zones: gpd.GeoDataFrame) -> str:
    """Name the district that all is in, else the city."""
    for level in (Level.DISTRICT, Level.CITY):
        names = zones["name"][zones["level"] == level].unique()
        if len(names) == 1:
            return str(names[0])
    return ""


def _method(store: Store, made: Material, language: str) -> str:
    """Say how the round was drawn; how many teams went is nobody's business."""
    _ = speaking(language)
    planned, sample = made.found.round, made.found.sample
    draw = store.draws.get(planned.id)
    certain = int((sample["inclusion_prob"] >= 1).sum())
    try:
        roster = len(store.commitments.frame_rows(draw.frame_sha256))
    except NotFoundError:  # of draws that were made elsewhere
        roster = 0
    said = [
        _("{size} of {roster} checkpoints were drawn at random").format(size=number(len(sample)), roster=number(roster))
        if roster
        else _("{size} checkpoints were drawn at random").format(size=number(len(sample))),
        _("{certain} of them were certain to be drawn").format(certain=number(certain)),
        _("every category had its quota, and the sample is spread over the whole city"),
    ]
    if planned.campaign:
        said.append(_("it is a special campaign, for which a part of the roster was drawn from"))
    kept = store.commitments.of_round(planned.id)
    if draw.trial or kept is None:
        said.append(_("it was a trial draw, to which nobody was bound beforehand"))
    else:
        said.append(
            _(
                "the draw was bound on {date} and made with the public number {number}, so anyone can recompute it"
            ).format(date=kept.committed_at.astimezone(made.now.zone).date(), number=kept.public_number)
        )
    return _joined(said, language)


def _differences(made: Material, language: str) -> str:
    """Say which street office is surely above which."""
    _ = speaking(language)
    board = made.boards["street"]
    names = group_names(board, "street", made.found, language)
    said = []
    for code, row in zip(board.above.index, board.above.to_numpy(), strict=True):
        below = COMMA[language].join(str(names[other]) for other in board.above.columns[row])
        if below:
            said.append(_("{name} is above {names}").format(name=names[code], names=below))
    if not said:
        return _("Between street offices no difference holds beyond chance.")
    more = len(said) - DIFFERENCES_SHOWN
    if more > 0:
        said = [*said[:DIFFERENCES_SHOWN], _("and {count} more").format(count=more)]
    return _joined(said, language)


def _basis(made: Material, language: str) -> str:
    _ = speaking(language)
    return _(
        "{visits} visits from {first} to {last}, in cells of 100 m, with windows of 100 m to 2 km: "
        "a place is flagged when it is worse, or better, than the same categories elsewhere in the city; "
        "at most one flagged place in twenty is false."
    ).format(visits=number(made.looked_at), first=made.since, last=made.last_day)


def _joined(sentences: list[str], language: str) -> str:
    mark = "；" if language == "zh" else "; "
    return mark.join(sentences) + STOP[language].strip()
