"""Styles: every room's random sources together, disjoint between styles so that generalisation shows."""

from dataclasses import dataclass

from dropmodel.synthetic import places
from dropmodel.synthetic.people import pose
from dropmodel.synthetic.sensor import boxes, sensor_styles
from dropmodel.synthetic.wardrobe import palette


@dataclass(frozen=True, slots=True)
class Style:
    """Where people, clothes, motion, places, cameras and boxes are drawn from."""

    name: str
    wardrobe: palette.WardrobeStyle
    motion: pose.MotionStyle
    place: places.PlaceStyle
    sensor: sensor_styles.SensorStyle
    box: boxes.BoxStyle


STYLES = {
    style.name: style
    for style in (
        Style("train", palette.TRAIN, pose.TRAIN, places.TRAIN, sensor_styles.TRAIN, boxes.TRAIN),
        Style(
            "validation",
            palette.VALIDATION,
            pose.VALIDATION,
            places.VALIDATION,
            sensor_styles.VALIDATION,
            boxes.VALIDATION,
        ),
        Style(
            "held_out",
            palette.HELD_OUT,
            pose.HELD_OUT,
            places.HELD_OUT,
            sensor_styles.HELD_OUT,
            boxes.HELD_OUT,
        ),
    )
}
"""The three styles by name: for training, for choosing settings, and for the last word."""
