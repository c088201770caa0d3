"""Cities that began with a chain: open commitments keep their rule, with one check more, and new ones start a root."""

import datetime as dt
import json

import pytest

from geo.errors import StateError
from geo.model import Commitment, SecretForm, SecretSet
from geo.store import Store
from routing.draw.chain import Chain
from routing.draw.verify import verify
from routing.rounds import proof, publishing, vault
from routing.rounds.frame import Choices, basis_of
from routing.rounds.making import rows_sha256
from routing.teams.drawn import pool_of
from tests.routing.city.rounds import LATE, VALUE, made
from tests.routing.draw.chained import chained


@pytest.fixture
def old_city(city: Store) -> Store:
    """Make two covert rounds on a chain, as an older version left them: the later one ends first."""
    chain = Chain(b"\x05" * 32, 12)
    city.commitments.add_secret_set(SecretSet("2026", SecretForm.CHAIN, 2026, chain.end, 12, dt.datetime.now(dt.UTC)))
    vault.folder_of(city).mkdir()
    text = json.dumps({"seed": chain.seed.hex(), "length": 12, "end": chain.end})
    (vault.folder_of(city) / f"chain-{chain.end[:16]}.json").write_text(text)
    for position, (name, start, days) in enumerate([("A", 12, 9), ("B", 14, 2)], 1):
        round_ = made(city, name, dt.date(2026, 6, start), days=days, covert=True)
        basis = basis_of(city, round_, Choices())
        bound = chained(basis.frame, basis.design, name, (chain, position), public_number=f"双色球 202606{position}")
        kept = Commitment(
            name,
            "2026",
            position,
            bound.parameters,
            bound.root,
            rows_sha256(bound.rows),
            pool_of(city, round_).plain(),
            dt.datetime.now(dt.UTC),
        )
        city.commitments.add(kept, bound.rows, after=position - 1)
    return city


def test_a_link_is_not_revealed_while_an_earlier_round_is_unfinished(old_city):
    between = dt.date(2026, 6, 17)  # B is over, A is not
    proof.draw_committed(old_city, "B", VALUE)
    with pytest.raises(StateError, match="'A', which is committed"):
        publishing.reveal_round(old_city, "B", LATE)  # A's number may be out: nobody waits for it
    proof.draw_committed(old_city, "A", VALUE)
    with pytest.raises(StateError, match="'A', which is drawn and lasts until 2026-06-20"):
        publishing.reveal_round(old_city, "B", between)
    assert old_city.commitments.of_round("B").revealed_at is None
    assert publishing.release_day(old_city, "B", 1, between)["day"] == 1  # a subkey tells no link
    for name in ("B", "A"):
        document = publishing.reveal_round(old_city, name, dt.date(2026, 6, 21))
        assert "link" in document
        assert verify(document).valid


def test_a_void_round_does_not_keep_a_link_back(old_city):
    proof.draw_committed(old_city, "B", VALUE)
    proof.void_round(old_city, "A", "不办了")
    assert verify(publishing.reveal_round(old_city, "B", dt.date(2026, 6, 17))).valid


def test_a_city_with_a_chain_goes_on_with_a_root(old_city):
    made(old_city, "C", dt.date(2026, 6, 22))
    with pytest.raises(StateError, match="that of round 'A'"):  # its open commitments count
        proof.commit_round(old_city, "C", "双色球 2026061")
    new = proof.commit_round(old_city, "C", "双色球 2026070")
    assert new.secrets_are_new
    rules = new.publication["parameters"]
    assert (rules["version"], rules["position"]) == ("xundian-draw-2", 1)
    assert rules["previous"] == proof.hash_of(old_city.commitments.of_round("B"))  # the list goes on
    proof.draw_committed(old_city, "C", VALUE)
    after = dt.date(2026, 6, 25)
    assert verify(publishing.reveal_round(old_city, "C", after)).valid  # whatever the chain's rounds do
    assert {path.name.split("-")[0] for path in vault.folder_of(old_city).iterdir()} == {"chain", "year"}
