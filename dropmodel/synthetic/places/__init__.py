"""Places: streets, squares, halls, platforms, each with its light, its camera and room to walk."""

from dropmodel.synthetic.places.draw import draw_place
from dropmodel.synthetic.places.place import Place, Seat, Walk
from dropmodel.synthetic.places.style import HELD_OUT, STYLES, TRAIN, VALIDATION, PlaceStyle

__all__ = ["HELD_OUT", "STYLES", "TRAIN", "VALIDATION", "Place", "PlaceStyle", "Seat", "Walk", "draw_place"]
