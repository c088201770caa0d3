"""The colours of what was found: in order, apart from the ground of the map, also for the colour-blind."""

import itertools
import re

import numpy as np
import pytest

from webmap.maps.palette import STYLESHEET

LIGHT, _, DARK = STYLESHEET.read_text(encoding="utf-8").partition("@media")
OPACITY = 0.8  # of the cells over the ground
# Machado, Oliveira and Fernandes 2009 (doi:10.1109/TVCG.2009.113), severity 1, on linear RGB.
SIGHT = {
    "all cones": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = np.array([0.9505, 1.0, 1.089])


def lab(rgb: np.ndarray, sight: str) -> np.ndarray:
    """Return CIE L*a*b* of sRGB from 0 to 1, as somebody sees it."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    x, y, z = np.cbrt(TO_XYZ @ np.clip(SIGHT[sight] @ linear, 0, 1) / WHITE)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def ramp(theme: str, name: str) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return the ground and the classes upon it."""
    found = dict(re.findall(r"--([a-z]+(?:-\d)?): #([0-9a-f]{6});", theme))
    rgb = {key: np.array([*bytes.fromhex(text)]) / 255 for key, text in found.items()}
    land = rgb["land"]
    return land, [OPACITY * rgb[f"{name}-{at}"] + (1 - OPACITY) * land for at in range(1, 7)]


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["heat", "count"])
@pytest.mark.parametrize("sight", SIGHT)
def test_classes_stand_out_of_the_ground_and_apart(theme: str, name: str, sight: str) -> None:
    land, classes = ramp(theme, name)
    seen = [lab(one, sight) for one in (land, *classes)]
    assert np.linalg.norm(seen[1] - seen[0]) > 11  # the lowest class: visited, and little found
    assert all(np.linalg.norm(above - below) > 7 for below, above in itertools.pairwise(seen[1:]))


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["heat", "count"])
def test_classes_go_one_way_from_the_ground(theme: str, name: str) -> None:
    land, classes = ramp(theme, name)
    lightness = [lab(one, "all cones")[0] for one in (land, *classes)]
    steps = np.diff(lightness)
    assert (np.abs(steps) > 3).all()
    assert len(set(np.sign(steps))) == 1
