"""Photos of deductions, and undoing the import that brought them, on both databases."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from geo.errors import InputError, NotFoundError
from geo.frames import PHOTOS, check
from geo.model import Changes, Deduction, Photo, Visit
from geo.store.journal import Undone

EIGHT = dt.datetime(2026, 6, 12, 0, 0, tzinfo=dt.UTC)
ONE, TWO = (Photo(letter * 64, 1600, 900, letter.encode() * 9, b"small" + letter.encode()) for letter in "12")
BROUGHT = {ONE.sha256: ONE, TWO.sha256: TWO}
LITTER = Deduction("litter", 0.5, photos=(ONE.sha256, TWO.sha256))
VISIT = Visit("c0000", "A", EIGHT, deductions=(LITTER, Deduction("parking", 1.0)))


class Asked(Mapping[str, Photo]):
    """Photos, and which of them were asked for."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def __getitem__(self, sha256: str) -> Photo:
        photo = BROUGHT[sha256]
        self.given.append(sha256)
        return photo

    def __contains__(self, sha256: object) -> bool:
        return sha256 in BROUGHT

    def __iter__(self) -> Iterator[str]:
        return iter(BROUGHT)

    def __len__(self) -> int:
        return len(BROUGHT)


@pytest.fixture
def city(store, roster):
    store.checkpoints.upsert(roster(3))
    return store


def test_a_photo_comes_back_with_its_deduction(city):
    city.visits.record([VISIT], brought=BROUGHT)
    litter, parking = city.visits.deductions().index
    shown = check(city.photos.frame([litter, parking]), PHOTOS)
    assert shown[["deduction", "photo", "width", "height"]].to_numpy().tolist() == [
        [litter, ONE.sha256, 1600, 900],
        [litter, TWO.sha256, 1600, 900],
    ]
    assert city.photos.get(ONE.sha256) == ONE
    assert city.photos.deductions(ONE.sha256) == [litter]
    assert check(city.photos.frame([parking]), PHOTOS).empty
    assert city.photos.deductions("3" * 64) == []
    with pytest.raises(NotFoundError):
        city.photos.get("3" * 64)


def test_the_same_visits_again_double_no_photo(city):
    city.visits.record([VISIT], brought=BROUGHT)
    asked = Asked()
    assert city.visits.record([VISIT], brought=asked) == Changes(unchanged=1)
    assert city.visits.record([VISIT]) == Changes(unchanged=1)
    assert asked.given == []
    assert len(city.photos.frame(city.visits.deductions().index)) == 2
    bare = replace(VISIT, deductions=(replace(LITTER, photos=()),))
    assert city.visits.record([bare]) == Changes(unchanged=1)  # nothing is taken away
    assert len(city.photos.frame(city.visits.deductions().index)) == 2


def test_photos_that_come_later_are_an_update(city):
    city.visits.record([replace(VISIT, deductions=(replace(LITTER, photos=()),))])
    asked = Asked()
    assert city.visits.record([replace(VISIT, deductions=(LITTER,))], brought=asked) == Changes(updated=1)
    assert asked.given == [ONE.sha256, TWO.sha256]
    assert city.visits.frame()["points"].tolist() == [0.5]


def test_one_photo_may_show_two_deductions(city):
    twice = Deduction("litter", 1.0, photos=(ONE.sha256, ONE.sha256))
    asked = Asked()
    city.visits.record([replace(VISIT, deductions=(twice, replace(twice, item="bins")))], brought=asked)
    assert asked.given == [ONE.sha256]
    assert len(city.photos.deductions(ONE.sha256)) == 2


def test_a_photo_that_nobody_brought_is_refused_with_all_else(city):
    with pytest.raises(InputError, match="222"):
        city.visits.record([VISIT], brought={ONE.sha256: ONE})
    assert city.visits.frame().empty
    with pytest.raises(NotFoundError):
        city.photos.get(ONE.sha256)


def test_undoing_an_import_takes_the_photos_that_nothing_else_names(city):
    city.visits.record([VISIT], brought=BROUGHT, import_of="六月.xlsx", who="王")
    other = Visit("c0001", "A", EIGHT, deductions=(Deduction("bins", 2.0, photos=(TWO.sha256,)),))
    city.visits.record([other], brought=BROUGHT)
    assert [(one.kind, one.file, one.who) for one in city.imports.all()] == [("visits", "六月.xlsx", "王")]
    assert city.imports.undo_last("visits") == Undone(removed=1, restored=0, retired=0)
    assert city.visits.frame()["checkpoint"].tolist() == ["c0001"]
    assert city.photos.get(TWO.sha256) == TWO
    with pytest.raises(NotFoundError):
        city.photos.get(ONE.sha256)
    with pytest.raises(NotFoundError):
        city.imports.undo_last("visits")
    assert city.visits.record([VISIT], brought=BROUGHT, import_of="六月.xlsx") == Changes(accepted=1)
    assert city.photos.get(ONE.sha256) == ONE


def test_undoing_puts_back_what_an_import_changed(city):
    city.visits.record([replace(VISIT, deductions=(Deduction("litter", 0.5, "两处"),))], import_of="first")
    was = city.visits.frame(), city.visits.deductions()
    dearer = replace(VISIT, covert=True, deductions=(replace(LITTER, points=3.0, note="x"), Deduction("bins", 1.0)))
    assert city.visits.record([dearer], brought=BROUGHT, import_of="second") == Changes(updated=1)
    assert city.visits.frame()["points"].tolist() == [4.0]
    assert city.imports.undo_last("visits") == Undone(removed=0, restored=1, retired=0)
    assert city.visits.frame().equals(was[0])
    assert city.visits.deductions().equals(was[1])
    with pytest.raises(NotFoundError):
        city.photos.get(ONE.sha256)
    assert city.imports.undo_last("visits") == Undone(removed=1, restored=0, retired=0)
    assert city.visits.frame().empty


def test_a_visit_that_somebody_added_to_since_stays(city):
    city.visits.record([replace(VISIT, deductions=(LITTER,))], brought=BROUGHT, import_of="f")
    city.visits.record([replace(VISIT, deductions=(Deduction("bins", 2.0),))])
    assert city.imports.undo_last("visits") == Undone(removed=0, restored=0, retired=1)
    assert city.visits.frame()["points"].tolist() == [2.0]
    assert city.visits.deductions()["item"].tolist() == ["bins"]
