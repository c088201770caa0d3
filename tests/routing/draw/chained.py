"""Rounds of the older form, as cities made them before the secrets of a year stood under a root."""

from dataclasses import asdict

from routing.draw import merkle, number
from routing.draw.chances import chances
from routing.draw.commitment import CHAINED, Committed, salts_of
from routing.draw.points import points
from routing.draw.sample import opened


def chained(frame, design, round_id, link_of, **terms):
    """Bind a round by a link, given as the chain and the position in it; ``terms`` are as of a commitment."""
    chain, position = link_of
    public_number = terms.get("public_number", "双色球 2026068")
    chosen = points(frame, design)
    chosen, prob = opened(chosen, chances(frame, design, chosen))
    link, rows = chain.link(position), chosen.rows(prob)
    salts = salts_of(link, rows)
    root = merkle.root([merkle.leaf(row, salt) for row, salt in zip(rows, salts, strict=True)])
    parameters = {
        "version": CHAINED,
        "round": round_id,
        "points": len(rows),
        "quotas": {category: quota for category, quota in design.quotas.items() if quota},
        "reserves": dict(design.reserves or {}),
        "days": design.days,
        "independent_share": design.share,
        "streets": bool(design.streets),
        "public_number": public_number,
        "number_form": number.form_of(public_number),
        "shares": [asdict(one) for one in terms.get("third_parties", ())],
        "chain_end": chain.end,
        "link_position": position,
        "voids": terms.get("voids", 0),
        "previous": terms.get("previous", ""),
    }
    return Committed(parameters, tuple(map(tuple, rows)), tuple(salts), root, link.hex())
