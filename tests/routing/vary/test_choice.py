"""The choice can be recomputed from candidates and key alone, and tampering shows."""

import hashlib
import json
from dataclasses import replace

import pytest

from geo.errors import InputError
from routing.draw.design import trial_key
from routing.draw.reveal import day_key
from routing.draw.stream import WORD
from routing.problem import PlannedRoute
from routing.vary import Candidates, Variety, choose, faults, read, subkey, vary
from routing.vary.candidates import together

KEY = trial_key("choice", 3)


def toy(weights=(3, 1, 4)) -> Candidates:
    routes = tuple(
        PlannedRoute(0, 1, order, begin, tuple(b + 60 for b in begin), 100, 900, None, None, 300)
        for order, begin in (((7, 9), (200, 400)), ((9, 7), (200, 410)), ((9, 7), (260, 480)))
    )
    return Candidates(0, 1, 300, (7, 9), ("P-7", "P-9"), (60, 60), weights, routes, "T01")


@pytest.fixture(scope="module")
def varied(twenty):
    problem, plan = twenty
    return vary(problem, plan, KEY, variety=Variety(candidates=60))


def test_the_bytes_are_as_documented() -> None:
    assert toy().canonical().decode() == (
        '{"called":"T01","day":1,"routes":[[3,[0,1],[200,400],100,900,null,null,300],[1,[1,0],[200,410],100,900,null,null,300],'
        '[4,[1,0],[260,480],100,900,null,null,300]],"shortest_s":300,"stops":[[7,"P-7",60],[9,"P-9",60]],'
        '"team":0,"version":"xundian-vary-1"}'
    )
    assert toy().sha256 == hashlib.sha256(toy().canonical()).hexdigest()


def test_the_choice_needs_nothing_but_a_hash_function() -> None:
    """Recompute it as the documentation says, with the standard library only."""
    raw = toy().canonical()
    for seed in range(40):
        key = hashlib.sha256(b"%d" % seed).digest()
        label = f"xundian-draw-1|vary choice|0|1|{hashlib.sha256(raw).hexdigest()}|"
        weights = [route[0] for route in json.loads(raw)["routes"]]
        total = sum(weights)
        digest = hashlib.sha256(label.encode() + b"0|" + key).digest()
        word = int.from_bytes(digest[:6], "big")
        assert word < WORD - WORD % total  # rejected once in 10^14
        ticket = word % total
        due = next(at for at in range(len(weights)) if sum(weights[: at + 1]) > ticket)
        assert choose(toy(), key) == due


def test_weights_are_the_chances() -> None:
    counts = [0, 0, 0]
    for seed in range(4000):
        counts[choose(toy(), hashlib.sha256(b"%d" % seed).digest())] += 1
    expected = [1500, 500, 2000]
    assert sum((n - e) ** 2 / e for n, e in zip(counts, expected, strict=True)) < 13.8  # chi-square, 2 df, p = 0.001


def test_the_day_key_is_that_of_the_draw() -> None:
    assert subkey(KEY, 0).hex() == day_key(KEY, 1)


def test_what_was_saved_is_read_back(varied) -> None:
    for one in varied.candidates:
        back = read(json.loads(one.canonical()))
        assert back == one
        assert back.sha256 == one.sha256
    assert varied.candidates_sha256 == together(varied.candidates)


def test_an_honest_day_has_no_faults(varied) -> None:
    for one, route in zip(varied.candidates, varied.plan.routes, strict=True):
        assert faults(read(json.loads(one.canonical())), one.sha256, subkey(KEY, one.day), route) == []


def test_tampering_shows(varied) -> None:
    one, route = varied.candidates[0], varied.plan.routes[0]
    key, kept = subkey(KEY, 0), one.sha256
    other = next(r for r in one.routes if r.stops != route.stops)
    assert any("stops of the route" in fault for fault in faults(one, kept, key, other))
    later = replace(route, arrive_s=tuple(second + 1 for second in route.arrive_s))
    assert [fault.split()[0] for fault in faults(one, kept, key, later)] == ["arrive_s"]
    heavier = replace(one, weights=(one.weights[0] + 1, *one.weights[1:]))
    fewer = replace(one, weights=one.weights[1:], routes=one.routes[1:])
    renamed = replace(one, names=("elsewhere", *one.names[1:]))
    swapped = replace(one, called="somebody else")
    for changed in (heavier, fewer, renamed, swapped):
        assert any("hash" in fault for fault in faults(changed, kept, key, route))
    assert together([heavier]) != varied.candidates_sha256


def test_another_byte_of_the_candidates_is_another_lot() -> None:
    keys = [hashlib.sha256(b"%d" % seed).digest() for seed in range(60)]
    renamed = replace(toy(), names=("P-7", "P-9 "))
    assert [choose(toy(), key) for key in keys] != [choose(renamed, key) for key in keys]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"version": "xundian-vary-0"}, "version is 'xundian-vary-0'"),
        ({"routes": []}, "broken at weights"),
        ({"routes": [[0, [0, 1], [1, 2], 0, 9, None, None, 3]]}, "broken at weights"),
        ({"routes": [[1, [0, 0], [1, 2], 0, 9, None, None, 3]]}, "broken at order"),
        ({"routes": [[1, [0, 1], [1], 0, 9, None, None, 3]]}, "broken at"),
        ({"stops": 5}, "broken at"),
    ],
)
def test_broken_files_are_refused(change, said) -> None:
    with pytest.raises(InputError, match=said):
        read({**toy().plain(), **change})
