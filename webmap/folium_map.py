"""The standalone map: one HTML file that opens from disk, with everything in it and no network."""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import folium
from branca.element import Element
from jinja2 import Environment, PackageLoader

from geo.catalogue import Catalogue
from geo.model import Level, Role, Round, User
from geo.store import Store
from webmap import folium_layers
from webmap.clock import today
from webmap.extent import extent
from webmap.heat import CLASSES, FEW_VISITS
from webmap.heat_image import heat_image
from webmap.palette import STYLESHEET
from webmap.sight import Sight
from webmap.stop_rows import stop_rows
from webmap.team_marks import TeamMark, team_marks
from webmap.texts import translate

STATIC = Path(__file__).with_name("static")
LEAFLET = STATIC / "vendor" / "leaflet"
HEAD = "<!-- what the map needs -->"
PANEL = "<!-- title and legend -->"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the parts of one standalone map share."""

    sight: Sight
    round: Round
    marks: Mapping[str, TeamMark]
    language: str
    catalogue: Catalogue

    def say(self, text: str, **values: object) -> str:
        """Say an English text in the language of the map."""
        return translate(text, self.language).format(**values)

    def category(self, code: str) -> str:
        """Name a category in the language of the map."""
        known = self.catalogue.categories.get(code)
        return known.name(self.language) if known else code


def round_map(store: Store, round_id: str, path: Path | str, *, language: str = "zh") -> None:
    """Write a round with its routes, checkpoints, zones and heat into one HTML file.

    It is a planner's file, and of a covert round it says so. Streets are drawn as a light background instead of tiles.

    Parameters
    ----------
    store
        The city.
    round_id
        The round; before it is planned the file has no routes, before any visit no heat.
    path
        The file to write.
    language
        ``zh`` or ``en``.

    Raises
    ------
    NotFoundError
        When there is no such round.
    """
    sight = Sight(store, User("standalone map", Role.PLANNER, ""), today(store))
    one = store.round(round_id)
    every_team = {team.id for team in store.teams()} | set(sight.routes(round_id)["team"])
    marks = team_marks(every_team, say=functools.partial(translate, language=language))
    sheet = Sheet(sight, one, marks, language, store.catalogue(one.edition))
    page = _page(store)
    heated = _heat(page, sheet)
    _places(page, sheet)
    _days(page, sheet)
    folium.LayerControl(collapsed=False).add_to(page)
    html = page.get_root().render().replace(HEAD, _head()).replace(PANEL, _panel(sheet, heated=heated))
    Path(path).write_text(html, encoding="utf-8")


def _page(store: Store) -> folium.Map:
    west, south, east, north = extent(store)
    page = folium.Map(tiles=None, prefer_canvas=True, attribution_control=False, zoom_snap=0.5)
    # These would be fetched from other hosts; Leaflet comes with the file, and nothing here needs the rest.
    page.default_js, page.default_css = [], []
    page.fit_bounds([[south, west], [north, east]], padding=(16, 16))
    figure: Any = page.get_root()
    figure.header.add_child(Element(HEAD))
    figure.html.add_child(Element(PANEL))
    page.add_child(folium_layers.credit())
    if store.streets_sha256():
        folium_layers.streets(store.streets()).add_to(page)
    return page


def _heat(page: folium.Map, sheet: Sheet) -> bool:
    visits = sheet.sight.visits()
    if not len(visits):
        return False
    name = sheet.say("Deductions per visit")
    folium_layers.heat(heat_image(visits), name=name, show=sheet.sight.routes(sheet.round.id).empty).add_to(page)
    return True


def _places(page: folium.Map, sheet: Sheet) -> None:
    zones, roster = sheet.sight.zones(), sheet.sight.checkpoints()
    names = {Level.STREET: sheet.say("Street offices"), Level.COMMUNITY: sheet.say("Communities")}
    for level, name in names.items():
        part = zones[zones["level"] == level]
        if len(part):
            folium_layers.zones(part, name=name, show=level is Level.STREET).add_to(page)
    if len(roster):
        dots = roster.assign(category=roster["category"].map(sheet.category))
        folium_layers.checkpoints(dots, name=sheet.say("Checkpoints")).add_to(page)


def _days(page: folium.Map, sheet: Sheet) -> None:
    routes, stops = sheet.sight.routes(sheet.round.id), sheet.sight.stops(sheet.round.id)
    roster, zone = sheet.sight.checkpoints(), sheet.sight.today.zone
    rows = stop_rows(stops, roster, zone=zone, category=sheet.category)
    titles = {team: mark.name for team, mark in sheet.marks.items()}
    kinds = {"base": sheet.say("Base"), "lunch": sheet.say("Lunch")}
    rows = rows.assign(title=rows["team"].map(titles), name=rows["kind"].map(kinds).fillna(rows["name"]))
    labels = {
        "title": sheet.say("Team"),
        "name": sheet.say("Stop"),
        "category": sheet.say("Category"),
        "from": sheet.say("Arrives"),
        "to": sheet.say("Leaves"),
    }
    for number in sorted(routes["day"].unique()):
        lines = routes[routes["day"] == number]
        day = folium_layers.day(
            folium_layers.marked(lines.assign(title=lines["team"].map(titles)), sheet.marks),
            folium_layers.marked(rows[rows["day"] == number], sheet.marks),
            name=f"{sheet.say('Day {day}', day=number)} · {sheet.round.date(int(number)):%m-%d}",
            show=number == routes["day"].min(),
            labels=labels,
        )
        day.add_to(page)


def _head() -> str:
    """Give Leaflet and the styles as they stand in the file."""
    # The pictures of Leaflet's style are of markers and a button that this map doesn't have.
    leaflet = re.sub(r"url\([^)]*\)", "none", (LEAFLET / "leaflet.css").read_text(encoding="utf-8"))
    variables = STYLESHEET.read_text(encoding="utf-8").partition("@media")[0]
    classes = re.findall(r"\.(?:team|heat)-\d+ \{[^}]*\}", STYLESHEET.read_text(encoding="utf-8"))
    own = (STATIC / "standalone.css").read_text(encoding="utf-8")
    styles = "\n".join((leaflet, variables.replace("light dark", "light"), *classes, own))
    script = (LEAFLET / "leaflet.js").read_text(encoding="utf-8").replace("//# sourceMappingURL=leaflet.js.map", "")
    return f'<link rel="icon" href="data:,"><style>{styles}</style><script>{script}</script>'


def _panel(sheet: Sheet, *, heated: bool) -> str:
    template = Environment(loader=PackageLoader("webmap"), autoescape=True).get_template("standalone.html")
    one, say = sheet.round, sheet.say
    draw, demo = sheet.sight.draw(one.id), sheet.sight.store.setting("demo")
    return template.render(
        title=say("Round {round}", round=one.id),
        dates=say("{first} to {last}", first=one.start, last=one.date(one.days)),
        kind=say("covert") if one.covert else say("open"),
        trial=say("trial draw") if draw and draw.trial else "",
        warning=say("Covert round: this file is for planners only; give it to nobody.") if one.covert else "",
        demo=say("Demo: streets real, the rest invented") if demo else "",
        teams=sheet.marks.values(),
        heat_classes=CLASSES if heated else (),
        words=_words(sheet),
    )


def _words(sheet: Sheet) -> dict[str, Any]:
    say = sheet.say
    return {
        "teams": say("Teams"),
        "stop": say("stop"),
        "base": say("base"),
        "lunch": say("lunch"),
        "heat": say("Deductions per visit"),
        "unit": say("points per visit, cells of 100 m, all rounds; cells without visits stay empty"),
        "few": say("pale and hatched: fewer than {few} visits, hardly known", few=FEW_VISITS),
        "made": say("As of {date}", date=sheet.sight.today.date),
        "source": say("Streets: © OpenStreetMap contributors, ODbL"),
    }
