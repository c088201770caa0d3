"""No reveal tells another round, no day the next, and none is made while a round is secret."""

import datetime as dt
import hashlib
import hmac
from dataclasses import replace

import numpy as np
import pytest

from geo.errors import StateError
from routing.draw import redraw, verifier
from routing.draw.chain import Chain
from routing.draw.commitment import DRAWN, parameters_hash, round_key
from routing.draw.reveal import day_key, reveal, seals
from routing.draw.year_secrets import YearSecrets, climbs
from routing.rounds import proof, publishing, vault
from routing.rounds.frame import basis_of
from routing.rounds.reveal_dates import last_secret_day
from tests.routing.city.rounds import JUNE, LATE, VALUE, drawn, made, sample_by
from tests.routing.draw.chained import chained


def test_a_later_link_of_a_chain_told_the_earlier_round(city):
    """The hole: with the older form everything of a covert round that still runs comes out of a later reveal."""
    chain, basis = Chain(b"\x07" * 32, 12), basis_of(city, city.rounds.get("2026-06"))
    first, later = (
        replace(chained(basis.frame, basis.design, name, (chain, position)), state=DRAWN, public_number=VALUE)
        for name, position in (("first", 1), ("later", 2))
    )
    published = reveal(later)
    link = hashlib.sha256(bytes.fromhex(published["link"])).hexdigest()
    opened = [first.root, parameters_hash(first.parameters), link, [], VALUE]
    key = verifier.digest(["xundian-draw-1 key", *opened])
    found = sample_by(published["frame"], first.parameters, bytes.fromhex(key))
    assert found == {row["id"] for row in reveal(first)["sample"]}  # 60 of 60


def guesses(documents, lists, position: int, year: int) -> set[str]:
    """Make whatever could be a secret out of all that is public: hashes of it, and messages under it as a key."""
    known = {one["secret"] for one in documents} | {node for one in documents for node in one["secret_path"]}
    known |= {one[name] for one in lists for name in ("commitment", "root", "parameters_hash")}
    known |= {one["parameters"]["secrets_root"] for one in documents}
    found = set(known)
    message = f"xundian secret|{year}|{position}".encode()
    for text in known:
        value = bytes.fromhex(text)
        for _ in range(64):
            value = hashlib.sha256(value).digest()
            found.add(value.hex())
        raw = bytes.fromhex(text)
        found.add(hmac.digest(raw, message, "sha256").hex())
        found.add(hashlib.sha256(b"\x00" + raw).hexdigest())
        found.add(hashlib.sha256(raw + message).hexdigest())
    return found


@pytest.mark.parametrize("order", [(2, 1, 0), (0, 1, 2)], ids=["the last first", "the first first"])
def test_no_reveal_tells_another_round(overlapping, order):
    """Whoever has all other reveals, the list, the roster and the numbers does no better than chance."""
    city, target = overlapping, f"C{order[-1]}"
    kept = city.commitments.of_round(target)
    ends = {name: last_secret_day(city.rounds.get(name)) for name in ("C0", "C1", "C2")}
    day = LATE if order[0] == 0 else ends["C1"] + dt.timedelta(days=1)
    others = [publishing.reveal_round(city, f"C{number}", day) for number in order[:-1]]
    lists = publishing.public_list(city, "2026", day)
    if day < LATE:
        with pytest.raises(StateError, match="C0"):
            publishing.reveal_round(city, "C0", day)
    frame, root = others[0]["frame"], kept.parameters["secrets_root"]
    real = set(city.fieldwork.drawn_sample(target).index)
    secrets = guesses(others, lists, kept.position, 2026)
    assert len(secrets) > 500
    path = list(proof.secret_of(city, kept)[1])
    assert not any(climbs(one, kept.position, 64, path, root) for one in secrets)
    hits = []
    for secret in sorted(secrets)[:60]:
        key = verifier.digest(["xundian-draw-2 key", proof.hash_of(kept), secret, [], VALUE])
        hits.append(len(real & sample_by(frame, kept.parameters, bytes.fromhex(key))))
    fixed = sum(point["prob"] == redraw.D for point in frame)
    chance = fixed + (60 - fixed) ** 2 / (240 - fixed)
    assert abs(np.mean(hits) - chance) < 1.5  # five standard errors
    assert max(hits) < 32  # of 60


def test_the_guesses_would_find_a_secret_that_hangs_on_another():
    """The attack can win: of a chain, or of secrets that hang on each other, its guesses hold the right one."""
    chain = Chain(b"\x07" * 32, 12)
    document = {"secret": chain.link(5).hex(), "secret_path": [], "parameters": {"secrets_root": "0" * 64}}
    assert chain.link(2).hex() in guesses([document], [], 2, 2026)
    master = YearSecrets(chain.link(5), 2026, 12)  # as if a revealed secret were the master seed
    assert master.secret(2).hex() in guesses([document], [], 2, 2026)


def test_equal_leaves_of_two_frames_have_nothing_in_common(overlapping):
    """The same line in two rounds: neither salt, nor leaf, nor path shows that it is the same place."""
    first, second = (proof.restored(overlapping, overlapping.commitments.of_round(name)) for name in ("C0", "C1"))
    assert [row[0] for row in first.rows] == [row[0] for row in second.rows]
    same = [(one, two) for one, two in zip(first.rows, second.rows, strict=True) if one == two]
    assert len(same) == 240
    assert not set(first.salts) & set(second.salts)
    receipts = [publishing.receipt(overlapping, name, "P010") for name in ("C0", "C1")]
    assert receipts[0]["point"]["id"] == receipts[1]["point"]["id"]
    assert not set(receipts[0]["path"]) & set(receipts[1]["path"])
    master = vault.secrets_of(overlapping, first.parameters["secrets_root"]).master
    for made_of in (master, b"", first.rows[0][0].encode()):  # neither of the master seed nor of the line alone
        salts = {hashlib.sha256(b"salt|" + made_of + row[0].encode()).hexdigest()[:32] for row in first.rows}
        assert not salts & set(first.salts)


def test_a_day_tells_nothing_of_the_next(city):
    drawn(city, "2026-06", 60)
    own = proof.drawn_of(city, "2026-06")
    day = publishing.release_day(city, "2026-06", 1, JUNE + dt.timedelta(days=1))
    with pytest.raises(StateError, match="secret until 2026-06-13"):
        publishing.release_day(city, "2026-06", 2, JUNE + dt.timedelta(days=1))
    guessed = [hashlib.sha256(bytes.fromhex(day["day_key"])).hexdigest(), day_key(bytes.fromhex(day["day_key"]), 2)]
    assert day_key(round_key(own), 2) not in guessed
    assert not set(seals(own)) & {verifier.digest(["xundian-draw-1 seal", key, 2, []]) for key in guessed}


def test_a_covert_round_keeps_its_days_until_the_last_is_over(city):
    made(city, "C", covert=True)
    drawn(city, "C", 60)
    for day in (1, 2, 3):
        with pytest.raises(StateError, match="secret until 2026-06-14 is over: reveal it on 2026-06-15 or later"):
            publishing.release_day(city, "C", day, dt.date(2026, 6, 14))
    with pytest.raises(StateError, match="2026-06-15"):
        publishing.reveal_round(city, "C", dt.date(2026, 6, 14))
    assert city.commitments.of_round("C").revealed_at is None
    assert publishing.release_day(city, "C", 1, dt.date(2026, 6, 15))["day"] == 1


def test_the_public_number_alone_gives_no_sample(city):
    """The number, the publication and the roster are known; a secret is guessed a hundred times."""
    drawn(city, "2026-06", 60)
    kept = city.commitments.of_round("2026-06")
    frame = [
        dict(zip(("id", "category", "street", "x_cm", "y_cm", "prob"), row, strict=True))
        for row in city.commitments.frame_rows(kept.frame_sha256)
    ]
    real, hits = set(city.fieldwork.drawn_sample("2026-06").index), []
    for number in range(60):
        secret = hashlib.sha256(f"guess {number}".encode()).hexdigest()
        key = verifier.digest(["xundian-draw-2 key", proof.hash_of(kept), secret, [], VALUE])
        hits.append(len(real & sample_by(frame, kept.parameters, bytes.fromhex(key))))
    fixed = sum(point["prob"] == redraw.D for point in frame)
    assert abs(np.mean(hits) - (fixed + (60 - fixed) ** 2 / (240 - fixed))) < 1.5
