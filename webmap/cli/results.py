"""``xundian scores``, ``hotspots`` and ``report``: what the visits say, as text, JSON and files."""

import datetime as dt
import math
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click
import geopandas as gpd
import pandas as pd

from geo.catalogue import Catalogue
from geo.clock import today, zone_of
from geo.errors import InputError
from geo.foreign_text import shown
from geo.model import Scope
from geo.results import GROUPS, RADII_M, Board, board, findings, hotspot_cells, hotspot_places, item_names
from geo.store import Store
from geo.workbooks import write_sheet
from geo.writers.layers import write
from webmap.bulletin.content import bulletin
from webmap.bulletin.docx import check_template, write_docx
from webmap.bulletin.fonts import chinese_font
from webmap.bulletin.hotspots import cells_table, in_words, places_table
from webmap.bulletin.sections import COMMA, group_names, scores_table
from webmap.bulletin.tables import OutputTable, lines
from webmap.bulletin.template import write_template
from webmap.bulletin.xlsx import write_xlsx
from webmap.cli.apart import read_apart
from webmap.cli.files import OutFile
from webmap.cli.leaving import exported, looked
from webmap.cli.session import Result, Session, bad_value, command
from webmap.formats import DASH

SHEETS = (".xlsx", ".csv")
MAPS = (".gpkg", ".geojson", ".kml")
NAMED_AT_MOST = 12
LINES_AT_MOST = 20
YEARS = range(1900, 3000)
COUNTS = ("n", "drawn")
FIGURES = ("score", "low", "high", "se", "se_days", "share_unvisited", "checkpoints", "points_lost", "points_lost_se")
RANKS = ("rank", "rank_low", "rank_high")


@command(None, "scores")
@click.argument("round_id", metavar="ID")
@click.option("--by", type=click.Choice(list(GROUPS)), default="street", show_default=True)
@click.option("--out", type=OutFile(), help="Write the table too: .xlsx or .csv.")
def scores_command(session: Session, round_id: str, by: str, out: Path | None) -> Result:
    """Score a round: 95 % intervals, ranks with theirs, who is surely above whom, red and black list."""
    if out is not None:
        _ending(out, SHEETS)
    with session.store() as store:
        found = findings(store, round_id)
        made = board(found, by)
        names = group_names(made, by, found, session.language)
        table = scores_table(made, by, found, session.language, detailed=True)
        if out is not None:
            _write_table(table, out)
            exported(store, f"round/{round_id}", out)
        else:
            looked(store, round_id)
    _say_overall(session, round_id, made.overall)
    _print(session, table)
    _say_above(session, made, names)
    if out is not None:
        session.say("Wrote {path}", path=out)
    return {
        "round": round_id,
        "by": by,
        "overall": _figures(made.overall),
        "groups": _groups(made, names, found.catalogue, session.language),
        "out": str(out) if out else None,
    }


def _say_overall(session: Session, round_id: str, whole: pd.Series) -> None:
    session.say(
        "Round {round}: {score:.1f} of 100, between {low:.1f} and {high:.1f} with 95 % confidence.",
        round=round_id,
        score=100 * whole["score"],
        low=100 * whole["low"],
        high=100 * whole["high"],
    )
    session.say(
        "Standard error {se} from neighbours, {se_days} from the days (on the safe side).",
        **{name: DASH if pd.isna(whole[name]) else f"{100 * whole[name]:.2f}" for name in ("se", "se_days")},
    )
    session.say(
        "{n} of {drawn} checkpoints were visited; those that weren't hold {share:.1f} % of the weight.",
        n=int(whole["n"]),
        drawn=int(whole["drawn"]),
        share=100 * whole["share_unvisited"],
    )


def _print(session: Session, table: OutputTable) -> None:
    click.echo("", err=session.as_json)
    for line in lines(table) if len(table.rows) else [table.empty]:
        click.echo(shown(line), err=session.as_json)
    click.echo("", err=session.as_json)


def _say_above(session: Session, made: Board, names: pd.Series) -> None:
    """Say which differences hold, and that none does where none does."""
    holds = {
        str(code): list(made.above.columns[row])
        for code, row in zip(made.above.index, made.above.to_numpy(), strict=True)
    }
    said = [(code, below) for code, below in holds.items() if below]
    if not said:
        session.say("No difference holds beyond chance: nobody is surely above anybody.")
    for code, below in said[:LINES_AT_MOST]:
        shown = COMMA[session.language].join(str(names[other]) for other in below[:NAMED_AT_MOST])
        if len(below) > NAMED_AT_MOST:
            session.say(
                "{name} is above {count} others, {names} among them", name=names[code], count=len(below), names=shown
            )
        else:
            session.say("{name} is above {names}", name=names[code], names=shown)
    if len(said) > LINES_AT_MOST:
        session.say("{count} more stand above others: --json lists every pair.", count=len(said) - LINES_AT_MOST)


def _groups(made: Board, names: pd.Series, catalogue: Catalogue, language: str) -> list[dict[str, object]]:
    return [
        {
            "code": code,
            "name": names[code],
            **_figures(row),
            **{key: _known(row[key]) for key in RANKS},
            "list": row["list"],
            "items": [
                {"code": item, "name": name}
                for item, name in zip(row["items"], item_names(row["items"], catalogue, language), strict=True)
            ],
            "above": list(made.above.columns[made.above.loc[code].to_numpy()]),
        }
        for code, row in zip(map(str, made.rows.index), made.rows.to_dict("records"), strict=True)
    ]


def _figures(row: Any) -> dict[str, object]:  # noqa: ANN401 - a row
    return {key: int(row[key]) for key in COUNTS} | {key: _known(row[key]) for key in FIGURES}


def _known(value: Any) -> float | None:  # noqa: ANN401 - a cell
    """Return a number as JSON takes it: what isn't known is null."""
    return None if pd.isna(value) else float(value)


def _date(_context: click.Context, _parameter: click.Parameter, text: str | None) -> dt.date | None:
    if not text:
        return None
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or str(day) != text or day.year not in YEARS:
        raise bad_value("{value!r} is no date: write it as 2026-06-12", value=text)
    return day


def _words(_context: click.Context, _parameter: click.Parameter, text: str | None) -> list[str]:
    return [one.strip() for one in (text or "").replace("，", ",").split(",") if one.strip()]


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which visits count: whole days of the city, both ends included; all categories when none is named."""

    since: dt.date | None
    until: dt.date | None
    categories: list[str]


@command(None, "hotspots")
@click.option("--from", "since", callback=_date, help="First day of the visits, as 2026-01-01.")
@click.option("--to", "until", callback=_date, help="Last day of the visits.")
@click.option("--category", "categories", callback=_words, help="Visits of these categories only, as a,b.")
@click.option(
    "--radius",
    "radii",
    callback=_words,
    help="Metres between cell centres, as 300 or 200,300,500; by default six from 100 to 2000, with the correction.",
)
@click.option("--out", type=OutFile(), required=True, help="Every visited cell: .gpkg .geojson .kml .xlsx .csv")
def hotspots_command(session: Session, narrowing: Narrowing, radii: list[str], out: Path) -> Result:
    """Find where it is worse than the visits explain: cells with rate, interval, p, class, items, zone and unit."""
    _ending(out, (*MAPS, *SHEETS))
    radii_m = _radii(radii)
    with session.store() as store:
        scope, catalogue, zones = _scope(store, narrowing), store.catalogues.get(), store.zones.frame()
        visits, deductions = store.visits.frame(scope), store.visits.deductions(scope)
        timezone, now = zone_of(store).key, today(store)
        if visits.empty:
            raise InputError("no visit is in that scope: widen --from, --to or --category, or import visits first")
        cells = hotspot_cells(visits, deductions, zones=zones, radii_m=radii_m, timezone=timezone)
        places = hotspot_places(cells, visits)
        _write_cells(cells, zones, catalogue, out, session.language)
        exported(store, "visits", out)
    flagged = int((cells["hot"] | cells["cold"]).sum())
    session.say(
        "{visits} visits in {cells} cells of 100 m; {flagged} cells are flagged, in {places} places.",
        visits=len(visits),
        cells=len(cells),
        flagged=flagged,
        places=len(places),
    )
    _print(session, places_table(places, zones, catalogue, session.language))
    session.say("Wrote {path}", path=out)
    secret = int((visits["covert"] & (visits["arrived_at"].dt.tz_convert(timezone).dt.date >= now.date)).sum())
    if secret:
        session.say("It counts {count} covert visits of today: give it to nobody before tomorrow.", count=secret)
    counts = {"visits": len(visits), "cells": len(cells), "flagged": flagged}
    counts |= {"hot": int(cells["hot"].sum()), "cold": int(cells["cold"].sum()), "places": len(places)}
    return counts | {"radii_m": list(radii_m), "out": str(out)}


@command(None, "report")
@click.argument("round_id", metavar="{ID|template}")
@click.option("--out", type=OutFile(), required=True, help="The bulletin as .docx, or all its tables as .xlsx.")
@click.option(
    "--template",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A Word document with {{names}}; xundian report template --out my.docx writes one to edit.",
)
@click.option("--language", type=click.Choice(["zh", "en"]), help="Of the bulletin; XUNDIAN_LANG else.")
def report_command(session: Session, round_id: str, out: Path, template: Path | None, language: str | None) -> Result:
    """Write the bulletin (通报) of a round: ranking with intervals, lists, maps, hotspots, problems by street."""
    spoken = language or session.language
    if round_id == "template":
        _ending(out, (".docx",))
        write_template(out, spoken)
        session.say("Wrote {path}: edit it in Word, then give it with --template", path=out)
        return {"template": str(out)}
    _ending(out, (".docx", ".xlsx"))
    if template is not None:
        read_apart(session, template, partial(check_template, template))
    with session.store() as store:
        made = bulletin(store, round_id, spoken, progress=session.progress)
        if out.suffix.lower() == ".xlsx":
            write_xlsx(made, out)
        else:
            write_docx(made, out, template=template)
        exported(store, f"round/{round_id}", out)
    if out.suffix.lower() != ".xlsx" and chinese_font() is None:
        session.say(
            "This machine has no Chinese font, so the pictures show ranks instead of names: install one, "
            "as fonts-noto-cjk, or name its file in XUNDIAN_FONT."
        )
    session.say("Wrote {path}", path=out)
    return {"round": round_id, "out": str(out), "language": spoken, "bytes": out.stat().st_size}


def _ending(out: Path, allowed: tuple[str, ...]) -> None:
    if out.suffix.lower() not in allowed:
        raise InputError("--out is {path}: let it end in one of {formats}", path=out, formats=" ".join(allowed))


def _radii(words: list[str]) -> tuple[float, ...]:
    if not words:
        return RADII_M
    try:
        radii = tuple(float(word) for word in words)
    except ValueError:
        radii = (math.nan,)
    if not all(math.isfinite(radius) and radius >= 0 for radius in radii):
        raise InputError("--radius is {value!r}: give metres, as 300 or 200,300,500", value=",".join(words))
    return radii


def _scope(store: Store, narrowing: Narrowing) -> Scope:
    """Ask for whole days of the city; both ends count."""
    zone = zone_of(store)
    catalogue, since, until = store.catalogues.get(), narrowing.since, narrowing.until
    if since and until and until < since:
        raise InputError("--to is {until}, before --from {since}: exchange them", since=since, until=until)

    def midnight(day: dt.date) -> dt.datetime:
        return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)

    return Scope(
        categories=tuple(map(catalogue.named, narrowing.categories)),
        since=midnight(since) if since else None,
        until=midnight(until + dt.timedelta(days=1)) if until else None,
    )


def _write_table(table: OutputTable, out: Path) -> None:
    if out.suffix.lower() == ".xlsx":
        write_sheet(table.sheet(), out, sheet=table.title)
    else:
        write(table.sheet(), out)


def _write_cells(
    cells: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, catalogue: Catalogue, out: Path, language: str
) -> None:
    """Write the cells: a map keeps short names of its columns, a sheet has headings in the language."""
    if out.suffix.lower() in SHEETS:
        _write_table(cells_table(cells, zones, catalogue, language), out)
        return
    told = in_words(cells, zones, catalogue, language).assign(item_codes=cells["items"].map(", ".join))
    told["class"] = cells["class"]
    write(gpd.GeoDataFrame(told, geometry=cells.geometry, crs=cells.crs), out, layer="cells")
