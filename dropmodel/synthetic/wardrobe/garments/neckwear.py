"""Scarves round the neck."""

import numpy as np

from dropmodel.synthetic.drawing.geometry import PARTS, Array, Indices, Surface
from dropmodel.synthetic.people.figure import Layer
from dropmodel.synthetic.seeds import stream
from dropmodel.synthetic.wardrobe.crown import tube
from dropmodel.synthetic.wardrobe.garments.cutting import Sheet, rimmed
from dropmodel.synthetic.wardrobe.garments.fabric import Fabric, surface
from dropmodel.synthetic.wardrobe.garments.fit import Fit


def scarf_layers(fit: Fit, mantle: Sheet, fabric: Fabric) -> list[Layer]:
    """Two turns of cloth round the neck, and ends on the chest."""
    random = stream("scarf", fabric.number)
    size, neck = fit.size, fit.joint("neck01")
    look = surface(fabric)
    layers = []
    for turn in range(2):
        angle = np.linspace(0, 2 * np.pi, 25)
        wobble = 0.008 * np.sin(2 * angle + random.uniform(0, 6))
        rise = np.cos(angle) * -0.016 + wobble + (0.028 if turn else 0.0)
        wide = 0.088 - 0.008 * turn
        path = np.stack([wide * np.sin(angle), -0.010 - 0.092 * np.cos(angle), rise], axis=1) * size
        lock = tube((path + neck + [0, -0.005, 0.0]).astype(np.float32), 0.034 * size, np.ones(25), 9, 0.06)
        layers.append(_layer(fit, lock.vertices, lock.faces, lock.coords, look))
    if random.random() < 0.6:
        side = 1.0 if random.random() < 0.5 else -1.0
        low = float(random.uniform(1.02, 1.2))

        def end(s: Sheet) -> Array:
            x, y, z = s.spot.T
            shown = np.minimum(np.minimum(0.045 - np.abs(x * side - 0.045), z - low), 1.44 - z)
            return np.where((y > 0) | (s.arm > 0.3), -1.0, shown).astype(np.float32)

        sheet = rimmed(mantle.kept(lambda s: end(s) + 0.05).lifted(0.014).cut(end), 0.012)
        count = len(sheet.points)
        parts = np.zeros_like(sheet.parts)
        parts[:, 2] = 1
        layers.append(
            Layer(sheet.points, sheet.faces, sheet.coords, np.ones(count, np.float32), parts, sheet.bones,
                  sheet.weights, look, np.zeros(count, np.float32))
        )  # fmt: skip
    return layers


def _layer(fit: Fit, vertices: Array, faces: Indices, coords: Array, look: Surface) -> Layer:
    count = len(vertices)
    place = fit.body.place
    bones = np.tile(np.array([place["neck01"], place["spine01"]], np.int16), (count, 1))
    weights = np.tile(np.array([0.5, 0.5], np.float32), (count, 1))
    parts = np.zeros((count, PARTS), np.float32)
    parts[:, 2] = 1
    return Layer(vertices, faces, coords, np.ones(count, np.float32), parts, bones, weights, look,
                 np.zeros(count, np.float32))  # fmt: skip
