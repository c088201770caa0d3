"""The standalone map: one HTML file that opens from disk, with everything in it and no network."""

import datetime as dt
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import folium
from branca.element import Element
from jinja2 import Environment, PackageLoader

from geo.catalogue import Catalogue
from geo.clock import today
from geo.model import Level, Role, Round, User
from geo.results import hotspot_cells, raster_of
from geo.results.names import item_names
from geo.store import Store
from webmap import pages_apart
from webmap.accounts.visibility import VisibleCity
from webmap.extent import extent
from webmap.language.texts import translate
from webmap.maps.palette import STYLESHEET
from webmap.maps.stop_rows import stop_rows
from webmap.standalone import folium_cells, folium_layers
from webmap.standalone.blocks import Blocks
from webmap.standalone.folium_cells import Cells
from webmap.team_marks import TeamMark, team_marks

STATIC = Path(__file__).parents[1] / "static"
LEAFLET = STATIC / "vendor" / "leaflet"
LAYERS = ("routes", "hotspots")
HEAD = "<!-- what the map needs -->"
PANEL = "<!-- title and legend -->"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the parts of one standalone map share."""

    visible: VisibleCity
    round: Round
    marks: Mapping[str, TeamMark]
    language: str
    catalogue: Catalogue
    blocks: Blocks = field(default_factory=Blocks)

    @property
    def secret(self) -> bool:
        """Tell whether it holds the routes of a covert round, so that it is for planners only."""
        return self.round.covert and bool(self.marks)

    def say(self, text: str, **values: object) -> str:
        """Say an English text in the language of the map."""
        return translate(text, self.language).format(**values)

    def category(self, code: str) -> str:
        """Name a category in the language of the map."""
        known = self.catalogue.categories.get(code)
        return known.name(self.language) if known else code


@dataclass(frozen=True, slots=True)
class Contents:
    """What a standalone map holds, and how it opens.

    Parameters
    ----------
    language
        ``zh`` or ``en``.
    first
        The layer that is seen first, one of :data:`LAYERS`; empty: the routes, where there are any.
    routes
        Whether the routes are in the file at all.
    """

    language: str = "zh"
    first: str = ""
    routes: bool = True


WHOLE = Contents()


def round_map(
    store: Store, round_id: str, path: Path | str, contents: Contents = WHOLE, *, language: str | None = None
) -> None:
    """Write a round with its routes, checkpoints and zones, and where it was bad so far, into one HTML file.

    With the routes of a covert round it is a planner's file, and says so. Streets are drawn as a light background
    instead of tiles. Cells show points per visit, of all rounds together and month by month, with the edges of what
    chance does not explain.

    Parameters
    ----------
    store
        The city.
    round_id
        The round; before it is planned the file has no routes, before any visit no cells.
    path
        The file to write.
    contents
        What it holds.
    language
        In the place of that of ``contents``.

    Raises
    ------
    NotFoundError
        When there is no such round.
    """
    contents = contents if language is None else replace(contents, language=language)
    visible = VisibleCity(store, User("standalone map", Role.PLANNER, ""), today(store))
    one = store.rounds.get(round_id)
    every_team = {team.id for team in store.teams.all()} | set(visible.routes(round_id)["team"])
    marks = team_marks(every_team, say=functools.partial(translate, language=contents.language))
    routed = contents.routes and len(visible.routes(round_id)) > 0
    sheet = Sheet(visible, one, marks if routed else {}, contents.language, store.catalogues.get(one.edition))
    page = _page(sheet)
    cells = _cells(sheet)
    shown = cells is not None and (contents.first == "hotspots" or not routed)
    if cells is not None:
        _cell_layer(page, sheet, cells, shown=shown)
    _places(page, sheet)
    if routed:
        _days(page, sheet, shown=not shown)
    folium.LayerControl(collapsed=False).add_to(page)
    html = page.get_root().render().replace(PANEL, _panel(sheet, cells))
    html = html.replace(HEAD, f"{_head()}{sheet.blocks.html()}")
    Path(path).write_text(pages_apart.sealed(html), encoding="utf-8", newline="\n")


def _page(sheet: Sheet) -> folium.Map:
    store = sheet.visible.store
    west, south, east, north = extent(store)
    page = folium.Map(tiles=None, prefer_canvas=True, attribution_control=False, zoom_snap=0.5)
    # These would be fetched from other hosts; Leaflet comes with the file, and nothing here needs the rest.
    page.default_js, page.default_css = [], []
    page.fit_bounds([[south, west], [north, east]], padding=(16, 16))
    figure: Any = page.get_root()
    figure.header.add_child(Element(HEAD))
    figure.html.add_child(Element(PANEL))
    page.add_child(folium_layers.Call("Credit"))
    if store.streets.sha256():
        folium_layers.streets(store.streets.frame(), sheet.blocks).add_to(page)
    return page


def _cells(sheet: Sheet) -> Cells | None:
    visits = sheet.visible.visits()
    if not sheet.secret:  # it goes from hand to hand, and a covert visit of today, of any round, says where a team is
        midnight = dt.datetime.combine(sheet.visible.today.date, dt.time(), sheet.visible.today.zone)
        visits = visits[~visits["covert"] | (visits["arrived_at"] < midnight)]
    if not len(visits):
        return None
    timezone = str(sheet.visible.today.zone)
    judged = hotspot_cells(visits, sheet.visible.deductions(), zones=sheet.visible.zones(), timezone=timezone)
    codes = sorted({item for items in judged["items"] for item in items})
    named = dict(zip(codes, item_names(codes, sheet.catalogue, sheet.language), strict=True))
    months, classes = folium_cells.monthly_classes(visits, judged, timezone)
    return Cells(judged, raster_of(visits), months, classes, named)


def _cell_layer(page: folium.Map, sheet: Sheet, cells: Cells, *, shown: bool) -> None:
    group = folium.FeatureGroup(name=sheet.say("Where it is bad"), show=shown)
    group.add_to(page)
    block = sheet.blocks.add("cells", folium_cells.packed(cells, _cell_words(sheet)))
    sheet.blocks.add_json("edges", folium_cells.outlines(cells.judged))
    sheet.blocks.add_json("ground", folium_cells.ground(cells.raster, sheet.visible.zones()))
    page.add_child(folium_cells.call(group, block, shown=shown))


def _places(page: folium.Map, sheet: Sheet) -> None:
    zones, roster = sheet.visible.zones(), sheet.visible.checkpoints()
    names = {Level.STREET: sheet.say("Street offices"), Level.COMMUNITY: sheet.say("Communities")}
    for level, name in names.items():
        part = zones[zones["level"] == level]
        if len(part):
            block, show = f"zones-{level}", level is Level.STREET
            folium_layers.zones(part, sheet.blocks, block, name=name, show=show).add_to(page)
    if len(roster):
        dots = roster.assign(category=roster["category"].map(sheet.category))
        folium_layers.checkpoints(dots, sheet.blocks, name=sheet.say("Checkpoints")).add_to(page)


def _days(page: folium.Map, sheet: Sheet, *, shown: bool) -> None:
    routes, zone = sheet.visible.routes(sheet.round.id), sheet.visible.today.zone
    rows = stop_rows(*sheet.visible.stops(sheet.round.id), zone=zone, category=sheet.category)
    titles = {team: mark.name for team, mark in sheet.marks.items()}
    kinds = {"base": sheet.say("Base"), "lunch": sheet.say("Lunch")}
    rows = rows.assign(title=rows["team"].map(titles), name=rows["kind"].map(kinds).fillna(rows["name"]))
    labels = {
        "title": sheet.say("Team"),
        "category": sheet.say("Category"),
        "from": sheet.say("Arrives"),
        "to": sheet.say("Leaves"),
    }
    folium.FeatureGroup(name=sheet.say("No routes"), overlay=False, show=not shown).add_to(page)
    for number in sorted(routes["day"].unique()):
        lines = routes[routes["day"] == number]
        block = folium_layers.day(
            folium_layers.marked(lines.assign(title=lines["team"].map(titles)), sheet.marks),
            folium_layers.marked(rows[rows["day"] == number], sheet.marks),
            sheet.blocks,
            block=f"day-{number}",
            labels=labels,
        )
        name = f"{sheet.say('Day {day}', day=number)} · {sheet.round.date(int(number)):%m-%d}"
        show = shown and number == routes["day"].min()
        folium_layers.drawn("Day", block, name=name, show=show, overlay=False).add_to(page)


def _head() -> str:
    """Return Leaflet, the script and the styles as they stand in the file."""
    # The pictures of Leaflet's style are of markers and a button that this map doesn't have.
    leaflet = re.sub(r"url\([^()]*\)", "none", (LEAFLET / "leaflet.css").read_text(encoding="utf-8"))
    variables = STYLESHEET.read_text(encoding="utf-8").partition("@media")[0]
    classes = re.findall(r"\.(?:team|heat)-\d+ \{[^}]*\}", STYLESHEET.read_text(encoding="utf-8"))
    own = (STATIC / "standalone.css").read_text(encoding="utf-8")
    styles = "\n".join((leaflet, variables.replace("light dark", "light"), *classes, own))
    script = (LEAFLET / "leaflet.js").read_text(encoding="utf-8").replace("//# sourceMappingURL=leaflet.js.map", "")
    functions = "(() => {\n" + pages_apart.script("standalone/main.js") + "\n})();"
    return (
        f'<link rel="icon" href="data:,"><style>{styles}</style><script>{script}</script><script>{functions}</script>'
    )


def _panel(sheet: Sheet, cells: Cells | None) -> str:
    template = Environment(loader=PackageLoader("webmap"), autoescape=True).get_template("standalone.html")
    one, say = sheet.round, sheet.say
    draw, demo = sheet.visible.store.draws.find(one.id), sheet.visible.store.settings.get("demo")
    return template.render(
        title=say("Round {round}", round=one.id),
        dates=say("{first} to {last}", first=one.start, last=one.date(one.days)),
        kind=say("covert") if one.covert else say("open"),
        trial=say("trial draw") if draw and draw.trial else "",
        warning=say("Covert round: this file is for planners only; give it to nobody.") if sheet.secret else "",
        demo=say("Demo: streets real, the rest invented") if demo else "",
        teams=sheet.marks.values(),
        cell_classes=folium_cells.legend() if cells else (),
        words=_words(sheet),
    )


def _words(sheet: Sheet) -> dict[str, Any]:
    say = sheet.say
    return {
        "teams": say("Teams"),
        "stop": say("stop"),
        "base": say("base"),
        "lunch": say("lunch"),
        "cells": say("Where it is bad"),
        "unit": say("points per visit, cells of 100 m, all rounds up to today"),
        "unvisited": say("no visit: nothing is known"),
        "drawn": say(
            "Rates of few visits are drawn towards those around them, as far as chance explains the distance."
        ),
        "hot": say("worse than chance explains"),
        "cold": say("better than chance explains"),
        "method": say(
            "At most one flagged place in twenty is false; compared within categories, so that nothing is hot for what "
            "stands there"
        ),
        "month": say("Month"),
        "play": say("Play the months"),
        "made": say("As of {date}", date=sheet.visible.today.date),
        "source": say("Streets: © OpenStreetMap contributors, ODbL"),
    }


def _cell_words(sheet: Sheet) -> dict[str, str]:
    say = sheet.say
    return {
        "all": say("all months"),
        "play": say("Play the months"),
        "pause": say("Pause the months"),
        "old": say("This browser is too old to show the cells; the rest of the map is whole."),
        "visits": say("Visits"),
        "hardly": say("hardly known"),
        "points": say("Points deducted"),
        "rate": say("Points per visit"),
        "interval": say("95 % interval"),
        "radius": say("Seen within"),
        "inTime": say("Over the months"),
        "items": say("Costliest items"),
        "zone": say("Zone"),
        "unit": say("Responsible unit"),
        "hot": say("worse than chance explains"),
        "cold": say("better than chance explains"),
        "chance": say("nothing that chance does not explain"),
        "new": say("new"),
        "intensifying": say("intensifying"),
        "persistent": say("persistent"),
        "diminishing": say("diminishing"),
        "sporadic": say("sporadic"),
        "former": say("former"),
    }
