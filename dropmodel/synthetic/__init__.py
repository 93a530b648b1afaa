"""Rendered pedestrians: people who never lived, with exact body-part masks.

A person is a body shape (:mod:`~dropmodel.synthetic.people.body`) in a pose, dressed in layers cut from the
body's own helper surfaces; a place is ground, walls and furniture under a sky; a camera looks at both, and a
sensor spoils the picture as real ones do. Everything is drawn on the CPU, and every random choice comes from
a named stream of its own (:mod:`~dropmodel.synthetic.seeds`), so that a seed repeats.

Axes everywhere: metres, z up; a body at rest stands on z = 0 and faces -y, its own left is +x.
"""
