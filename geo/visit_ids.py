"""What makes a visit and a deduction the same whenever they are sent."""

import hashlib


def visit_id(checkpoint: str, team: str, arrived_at: str) -> str:
    """Return the id of a visit; ``arrived_at`` is UTC in ISO form, as ``datetime.isoformat`` writes it."""
    return _hash(f"{checkpoint}\x1f{team}\x1f{arrived_at}")


def deduction_id(visit: str, item: str, number: int) -> str:
    """Return the id of a deduction; ``number`` counts those that one visit has of one item, from 0."""
    return _hash(f"{visit}\x1f{item}\x1f{number}")


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=10).hexdigest()
