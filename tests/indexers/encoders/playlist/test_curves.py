"""The picture of a training is a picture: well-formed, with the points where the log has them."""

import re
from xml.etree import ElementTree

from indexers.encoders.playlist.curves import draw_curves

SVG = "{http://www.w3.org/2000/svg}"
LOG = [
    {"seconds": 0.0, "loss": 8.0},
    {"seconds": 60.0, "loss": 6.0},
    {"seconds": 60.0, "val_loss": 7.0, "val_loss_attending": 6.5},
    {"seconds": 120.0, "loss": 4.0},
]


def test_points_lie_where_the_log_has_them():
    root = ElementTree.fromstring(draw_curves(LOG, "a < b"))  # noqa: S314 - our own text
    lines = {line.get("stroke"): line.get("points") for line in root.iter(f"{SVG}polyline")}
    training = [tuple(map(float, point.split(","))) for point in lines["#8a94a6"].split()]
    assert len(training) == 3
    xs, ys = zip(*training, strict=True)
    assert xs[1] - xs[0] == xs[2] - xs[1] > 0
    assert round(ys[1] - ys[0], 1) == round(ys[2] - ys[1], 1) > 0  # a lower loss lies lower
    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert {"a < b", "validation, vector alone", "minutes", "2.0"} <= set(texts)


def test_a_log_without_losses_says_so():
    assert re.search("nothing was measured", draw_curves([], "empty"))
