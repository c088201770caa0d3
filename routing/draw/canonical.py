"""JSON in the one form that is hashed."""

import json
from typing import Any


def canonical_json(value: Any) -> bytes:  # noqa: ANN401 - whatever JSON can hold
    """Write JSON in the one form that is hashed: keys in order, no spaces, UTF-8 as it is."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
