"""A city's own catalogue, edition by edition; a round keeps the one that it was made under."""

import datetime as dt
from dataclasses import replace

import pytest

from geo.catalogue import from_toml, load, to_toml
from geo.errors import NotFoundError, StateError
from geo.model import Round

SHIPPED = load()
ROUND = Round("R1", dt.date(2026, 6, 12), days=1, teams=1, size=1, edition=SHIPPED.edition)


def without_hotels(edition):
    return replace(SHIPPED, edition=edition, categories={k: v for k, v in SHIPPED.categories.items() if k != "hotel"})


def test_toml_comes_back_the_same():
    assert from_toml(to_toml(SHIPPED)) == SHIPPED
    odd = replace(SHIPPED, edition='a "quoted" \\ \x7f\n edition')
    assert from_toml(to_toml(odd)) == odd


def test_a_new_city_has_the_shipped_catalogue(store):
    assert store.catalogues.get() == SHIPPED
    assert store.catalogues.editions() == [SHIPPED.edition]
    with pytest.raises(NotFoundError, match=r"'1066'"):
        store.catalogues.get("1066")


def test_an_edition_of_ones_own_becomes_the_current_one(store):
    own = without_hotels("2027-own")
    store.catalogues.save(own)
    store.catalogues.save(own)
    assert store.catalogues.get() == own
    assert store.catalogues.editions() == ["2027-own", SHIPPED.edition]
    assert store.catalogues.get(SHIPPED.edition) == SHIPPED
    store.catalogues.save(SHIPPED)
    assert store.catalogues.get() == SHIPPED
    assert store.catalogues.get("2027-own") == own


def test_a_round_keeps_its_edition_when_the_product_ships_another(store, monkeypatch):
    store.rounds.create(ROUND)
    newer = without_hotels("2099.1")
    monkeypatch.setattr("geo.store.catalogues._shipped", lambda: newer)
    assert store.catalogues.get() == newer
    assert store.catalogues.get(ROUND.edition) == SHIPPED


def test_an_edition_in_use_cannot_change(store):
    store.catalogues.save(without_hotels("own"))
    store.catalogues.save(replace(SHIPPED, edition="own"))  # nobody used the first
    store.rounds.create(replace(ROUND, edition="own"))
    store.catalogues.save(replace(SHIPPED, edition="own"))
    with pytest.raises(StateError, match=r"'own' is in use by round R1"):
        store.catalogues.save(without_hotels("own"))
    with pytest.raises(StateError, match="that of the product"):
        store.catalogues.save(without_hotels(SHIPPED.edition))
    assert store.catalogues.get() == replace(SHIPPED, edition="own")
