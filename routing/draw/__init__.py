"""The draw: exact quotas, spread over the city, recomputed by anyone, foreseen by nobody."""

from routing.draw.balance import Balance as Balance
from routing.draw.balance import balance as balance
from routing.draw.chances import probabilities as probabilities
from routing.draw.design import Design as Design
from routing.draw.design import design_for as design_for
from routing.draw.design import trial_key as trial_key
from routing.draw.fingerprint import frame_sha256 as frame_sha256
from routing.draw.sample import reserves as reserves
from routing.draw.sample import select as select
