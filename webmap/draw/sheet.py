"""The report of a draw as one HTML file, for a printer or the office's noticeboard."""

from pathlib import Path

from geo.clock import today
from geo.store import Store
from routing.rounds.proof import hash_of
from routing.rounds.report import DRAWS, RoundReport
from webmap import pages_apart
from webmap.draw.view import view_of
from webmap.formats import number
from webmap.language.texts import translate


def write_sheet(store: Store, report: RoundReport, path: Path, *, language: str = "zh") -> None:
    """Write the report with its map into one file that needs no network.

    Parameters
    ----------
    store
        The city.
    report
        What was found.
    path
        The file; it is replaced.
    language
        ``zh`` or ``en``.
    """
    catalogue = store.catalogues.get(store.rounds.get(report.status.round_id).edition)

    def category(code: str) -> str:
        known = catalogue.categories.get(code)
        return known.name(language) if known else code

    view = view_of(store, report, say=lambda text: translate(text, language), category=category)
    made = pages_apart.templates(language)
    page = made.get_template("draw_sheet.html").render(
        view=view,
        number=number,
        draws=DRAWS,
        hash=hash_of(kept) if (kept := report.status.commitment) else "",
        style=pages_apart.style(),
        made_on=today(store).date.isoformat(),
    )
    path.write_text(pages_apart.sealed(page), encoding="utf-8", newline="\n")
