"""The studio: persons walk through places, something steps in front, and the camera takes its pictures.

Every choice comes from a stream named after its aspect, the person, the camera and the frame, so a shot is
the same whoever takes it and in whatever order; what the studio keeps (places, dressed persons) only saves
time.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from dropmodel.synthetic.drawing.camera import Box, View
from dropmodel.synthetic.drawing.geometry import Mesh
from dropmodel.synthetic.drawing.labels import glanced, joints_seen, part_map, sight, tight_box
from dropmodel.synthetic.drawing.render import Stage, draw
from dropmodel.synthetic.people.figure import Figure, PosedFigure
from dropmodel.synthetic.people.pose import Pose, draw_pose, next_step
from dropmodel.synthetic.places import Place, draw_place
from dropmodel.synthetic.places.occluders import draw_occluder, draw_side, place_occluder
from dropmodel.synthetic.seeds import stream
from dropmodel.synthetic.sensor.boxes import detected
from dropmodel.synthetic.sensor.sensor import Conditions, Sensor, draw_sensor
from dropmodel.synthetic.shot import Frame, Person, Shot, ShotInfo
from dropmodel.synthetic.staging import (
    Spot,
    Way,
    beside,
    far_enough,
    hidden_by_scenery,
    in_front,
    lean,
    near_box,
    on_walk,
    seated_way,
    standing_way,
    tall,
    turned_to_camera,
    walking_way,
)
from dropmodel.synthetic.styles import STYLES
from dropmodel.synthetic.wardrobe.identity import Identity, changed, draw_identity, dressed

_PLACES = 16
"""Places kept ready, about 8 MB each."""
_PASSERS_BY = 32
"""Persons who only ever pass in the background or in front of others."""
_POSES = 3
"""Poses of each of them."""
_FIRST_PASSER_BY = 1_000_000
_FIRST_SCENE = 1_000_000
"""Numbers of persons and places that no data set reaches."""
_TRIES = 6
"""Settings drawn for a shot until the person is as hidden, or as free, as asked."""
_ASKED = (0.10, 0.80)
"""Hidden share of a person that counts as occluded, yet leaves somebody to find."""
_FREE = 0.04
_OFTEN = 0.38
"""Share of shots with something in front where chance decides."""
_SEATED = 0.22
"""Metres from a seat's front edge to the middle of the hips, for a person 1.72 m tall."""
_LEAN = 9.0
"""Degrees by which a person may lean in the frame where the walks allow: wide lenses tilt what is aside."""
_TALL = 0.1
"""Share of the frame's height a person fills, if the walks allow: farther away nobody would be recognised."""
_TRIES_TO_STAND = 8
_CHANGED = 0.08
"""Share of a person's cameras that see it with one item changed."""


@dataclass(frozen=True, slots=True, eq=False)
class _Set:
    """A place ready to be filmed; ``brightness`` is the mean luminance of its empty frame."""

    place: Place
    stage: Stage
    sensor: Sensor
    brightness: float


@dataclass(frozen=True, slots=True, eq=False)
class _Actor:
    """Somebody on the set, posed and placed."""

    identity: Identity
    figure: PosedFigure
    spot: Spot
    turn: float

    @property
    def mesh(self) -> Mesh:
        return self.figure.mesh


class Studio:
    """Takes crops and whole frames of one style.

    ``size`` is (width, height) of crops in pixels. The same ``style``, ``seed`` and numbers give the same
    bytes, in any process, with the same versions of numpy, numba and pillow on the same kind of machine.
    """

    def __init__(self, style: str, seed: int, size: tuple[int, int] = (128, 256)) -> None:
        if style not in STYLES:
            raise ValueError(f"unknown style {style!r}; choose {', '.join(STYLES)}")
        self._style = STYLES[style]
        self._seed = seed
        self._size = size
        self._set = lru_cache(maxsize=_PLACES)(self._built)
        self._dressed = lru_cache(maxsize=4)(dressed)
        self._person = lru_cache(maxsize=8)(self._drawn)
        self._passer_by = lru_cache(maxsize=_PASSERS_BY)(self._cast)

    def shots(self, identity: int, camera: int, frames: int, occluded: bool | None = None) -> Iterator[Shot]:
        """``frames`` successive crops of a person passing a camera, a fraction of a second apart.

        ``occluded`` True puts something in front of every one, False keeps the person free, None leaves it
        to chance.
        """
        film = self._set(camera)
        who, variant = self._who(identity, camera)
        figure = self._dressed(who)
        key = (identity, camera, {None: 0, False: 1, True: 2}[occluded])
        random = self._stream("way", *key)
        between = float(random.uniform(0.25, 1.1))
        pose, way = self._way(film, who, figure, random, between * (frames - 1))
        asked = bool(self._stream("asked", *key).uniform() < _OFTEN) if occluded is None else occluded
        for frame in range(frames):
            moment = between * frame
            spot = way.at(moment)
            actor = _Actor(who, figure.posed(next_step(pose, moment)).placed(way.turn, spot), spot, way.turn)
            yield self._shot(film, actor, variant, (*key, frame), asked)

    def scene(self, number: int) -> Frame:
        """A whole frame with several persons; numbers are endless and no two frames show the same place."""
        film = self._built(_FIRST_SCENE + number)
        camera = film.place.camera
        actors = self._crowd(film.place, number)
        width, height = camera.frame
        view = View(camera, (0, 0, width, height), (width, height))
        meshes = [actor.mesh for actor in actors]
        drawing = draw(film.stage, meshes, view, near=range(len(meshes)))
        rain, snow = _falling(film.place)
        picture = film.sensor.picture(
            drawing.radiance,
            self._stream("sensor", "scene", number),
            Conditions(
                night=film.place.night,
                native=1080,
                metres=math.inf,
                window=(0, 0, 1, 1),
                rain=rain,
                snow=snow,
            ),
        )
        parts, owners = np.zeros((height, width), np.uint8), np.zeros((height, width), np.uint8)
        people: list[Person] = []
        for actor, first in zip(actors, drawing.starts, strict=False):
            labels, seen = part_map(drawing.hits, actor.mesh, first)
            box = tight_box(actor.mesh, camera)
            whole, _ = glanced(actor.mesh, [], camera, box)
            if not seen[1:].any():
                continue
            people.append(
                Person(
                    actor.identity.number,
                    box,
                    min(1.0, float(seen[1:].sum()) / max(whole, 1.0)),
                    turned_to_camera(actor.turn, actor.spot, camera),
                    actor.figure.pose.kind,
                    actor.identity.describe(),
                )
            )
            own = (labels > 0) & (parts == 0)
            parts[own] = labels[own]
            owners[own] = len(people)
        return Frame(picture, parts, owners, tuple(people), number, film.place.kind)

    def _stream(self, aspect: str, *key: int | str) -> np.random.Generator:
        return stream(self._seed, self._style.name, aspect, *key)

    def _built(self, number: int) -> _Set:
        place = draw_place(self._style.place, self._seed, number)
        middle = np.mean([walk.start for walk in place.walks] + [walk.end for walk in place.walks], axis=0)
        stage = Stage.of(place.meshes, place.lighting, (float(middle[0]), float(middle[1]), 0.0))
        width, height = place.camera.frame
        empty = draw(stage, [], View(place.camera, (0, 0, width, height), (48, 27)), near=())
        return _Set(
            place,
            stage,
            draw_sensor(self._style.sensor, self._stream("camera", number)),
            float(empty.radiance.mean()),
        )

    def _drawn(self, number: int) -> Identity:
        return draw_identity(self._style.wardrobe, self._seed, number)

    def _cast(self, number: int) -> tuple[Identity, tuple[PosedFigure, ...]]:
        """A passer-by in several poses, which share all but their vertices."""
        who = self._drawn(_FIRST_PASSER_BY + number)
        figure = dressed(who)
        poses = (self._pose(None, who, self._stream("passing", number, k)) for k in range(_POSES))
        return who, tuple(figure.posed(pose) for pose in poses)

    def _who(self, identity: int, camera: int) -> tuple[Identity, str]:
        """The person as this camera sees it, and the item in which it differs from its usual look."""
        who = self._person(identity)
        random = self._stream("changed", identity, camera)
        if random.uniform() >= _CHANGED:
            return who, ""
        item = str(random.choice(who.changeable))
        return changed(who, item), item

    def _way(
        self, film: _Set, who: Identity, figure: Figure, random: np.random.Generator, seconds: float
    ) -> tuple[Pose, Way]:
        """What somebody does for ``seconds``, and where."""
        place = film.place
        pose = self._pose(place, who, random)
        if pose.seat_height is not None:
            way, seat = seated_way(random, place, _SEATED * figure.build.scale)
            return self._pose(place, who, random, "sit", seat.height), way
        way = standing_way(random, place)
        for _ in range(_TRIES_TO_STAND):
            if pose.moving:
                way = walking_way(random, place, pose.speed * figure.build.scale, seconds)
            else:
                way = standing_way(random, place)
            if _well_seen(film, {way.start, way.at(seconds)}):
                break
        return pose, way

    def _pose(
        self,
        place: Place | None,
        who: Identity,
        random: np.random.Generator,
        kind: str | None = None,
        seat_height: float = 0.46,
    ) -> Pose:
        motion, age = self._style.motion, who.phenotype.age
        if kind is None and who.poses:
            kind = str(random.choice(who.poses))
        pose = draw_pose(random, motion, kind, hand=who.hand, age=age, seat_height=seat_height)
        if pose.seat_height is not None and (place is None or not place.seats):
            return draw_pose(random, motion, "stand", age=age)
        return pose

    def _somebody(
        self,
        place: Place,
        key: tuple[int | str, ...],
        spot: Spot | None = None,
        wanted: Callable[[Spot], bool] = lambda _: True,
    ) -> Iterator[_Actor]:
        """A passer-by at ``spot``, or anywhere people walk; nobody where they are not ``wanted``."""
        random = self._stream("passer-by", *key)
        number, pose = int(random.integers(_PASSERS_BY)), int(random.integers(_POSES))
        if spot is None:
            walk = place.walks[int(random.integers(len(place.walks)))]
            spot = on_walk(walk, random.uniform(), random)
        if wanted(spot):
            who, figures = self._passer_by(number)
            turn = float(random.uniform(0, 360))
            yield _Actor(who, figures[pose].placed(turn, spot), spot, turn)

    def _crowd(self, place: Place, number: int) -> list[_Actor]:
        wanted = int(self._stream("count", number).integers(3, 11))
        actors: list[_Actor] = []

        def has_room(spot: Spot) -> bool:
            return far_enough(spot, [other.spot for other in actors])

        for attempt in range(6 * wanted):
            for actor in self._somebody(place, ("scene", number, attempt), wanted=has_room):
                if actor.identity.number not in [other.identity.number for other in actors]:
                    actors.append(actor)
            if len(actors) == wanted:
                break
        return actors

    def _shot(self, film: _Set, actor: _Actor, variant: str, key: tuple[int, ...], asked: bool) -> Shot:
        camera = film.place.camera
        tight = tight_box(actor.mesh, camera)
        others, things, kind = self._company(film.place, actor, tight, key, asked)
        neighbours = [tight_box(other.mesh, camera) for other in others]
        box, error = detected(
            self._stream("box", *key),
            tight,
            camera.frame,
            self._style.box,
            aspect=self._size[0] / self._size[1],
            neighbours=neighbours,
        )
        view = View(camera, box, self._size)
        meshes = [actor.mesh, *(other.mesh for other in others), *things]
        drawing = draw(film.stage, meshes, view, near=range(1 + len(others)))
        seen = sight(drawing, 0, actor.mesh, view)
        beside_it = np.zeros_like(seen.labels)
        for k, other in enumerate(others, start=1):
            labels, _ = part_map(drawing.hits, other.mesh, drawing.starts[k])
            beside_it = np.where((beside_it == 0) & (seen.labels == 0), labels, beside_it)
        joints = joints_seen(drawing, 0, actor.figure.joints, view)
        identity, camera_number, _, frame = key
        x, y = actor.spot
        flat = math.hypot(x - camera.position[0], y - camera.position[1])
        info = ShotInfo(
            identity=identity,
            variant=variant,
            camera=camera_number,
            sequence=1,
            frame=frame,
            style=self._style.name,
            seed=self._seed,
            place=film.place.kind,
            pose=actor.figure.pose.kind,
            yaw=turned_to_camera(actor.turn, actor.spot, camera),
            distance=math.hypot(flat, camera.position[2] - 1),
            pitch=math.degrees(math.atan2(camera.position[2] - 1, flat)),
            occluder=kind,
            occluded=seen.occluded,
            truncated=seen.truncated,
            level=seen.level,
            visibility=tuple(float(value) for value in seen.visibility),
            share=tuple(float(value) for value in seen.share),
            joints=tuple((float(x), float(y), int(found)) for x, y, found in joints),
            box_error=error,
            description=actor.identity.describe(),
        )
        picture = film.sensor.picture(
            drawing.radiance,
            self._stream("sensor", *key),
            self._conditions(film, box, tight, actor, float(drawing.radiance.mean())),
        )
        return Shot(picture, seen.labels, beside_it, info)

    def _company(
        self, place: Place, actor: _Actor, tight: Box, key: tuple[int, ...], asked: bool
    ) -> tuple[list[_Actor], list[Mesh], str]:
        """Other persons, things put in front, and the kind of what hides the person, "" for nothing."""
        camera = place.camera
        low, high = _ASKED if asked else (0.0, _FREE)

        def shows(spot: Spot) -> bool:
            return far_enough(spot, [actor.spot]) and near_box(camera, spot, tight)

        for attempt in range(_TRIES):
            random = self._stream("company", *key, attempt)
            others: list[_Actor] = []
            for k in range(_number_about(random)):
                others += self._somebody(place, (*key, attempt, k), wanted=shows)
            if random.uniform() < 0.12:
                spot = beside(random, actor.spot, camera)
                others += self._somebody(place, (*key, attempt, "beside"), spot, shows)
            things: list[Mesh] = []
            kind = ""
            if asked and random.uniform() < 0.35:
                kind = "person"
                for k in range(1 if random.uniform() < 0.75 else 2):
                    spot = in_front(random, actor.spot, camera)
                    others += self._somebody(place, (*key, attempt, "front", k), spot)
            elif asked:
                height = float(actor.mesh.vertices[:, 2].max())
                share = float(random.uniform(0.15, 0.65))
                side = draw_side(random, self._style.place)
                thing = draw_occluder(random, None, self._style.place, side, place.indoor, place.kind)
                placed = place_occluder(random, thing, camera, actor.spot, height, share, side)
                kind, things = placed.kind, [placed.mesh]
            meshes = [*(other.mesh for other in others), *things]
            hidden = glanced(actor.mesh, meshes, camera, tight)[1] if meshes else 0.0
            if low <= hidden <= high:
                return others, things, kind
        return [], [], ""

    def _conditions(self, film: _Set, box: Box, tight: Box, actor: _Actor, brightness: float) -> Conditions:
        width, height = film.place.camera.frame
        tall = float(actor.mesh.vertices[:, 2].max())
        rain, snow = _falling(film.place)
        return Conditions(
            night=film.place.night,
            # Cameras weigh the middle of the frame, where people pass, against the rest.
            metered=math.sqrt(max(film.brightness, 1e-5) * max(brightness, 1e-5)),
            native=(box[3] - box[1]) * 1080 / height,
            metres=tall * (box[3] - box[1]) / (tight[3] - tight[1]),
            window=(box[0] / width, box[1] / height, box[2] / width, box[3] / height),
            rain=rain,
            snow=snow,
        )


def _well_seen(film: _Set, spots: set[Spot]) -> bool:
    """Whether people on ``spots`` stand upright in the frame, near enough, and behind nothing."""
    camera = film.place.camera
    return all(
        lean(camera, spot) < _LEAN
        and tall(camera, spot) > _TALL
        and hidden_by_scenery(film.stage.scenery, camera, spot) < _FREE
        for spot in spots
    )


def _number_about(random: np.random.Generator) -> int:
    """How many others are about: mostly none or one in sight, now and then a crowd."""
    return int(random.integers(4, 8)) if random.uniform() < 0.12 else int(random.poisson(1.2))


def _falling(place: Place) -> tuple[float, float]:
    """Rain and snow, 0..1."""
    snowing = place.lighting.snow > 0
    return (0.0, place.precipitation) if snowing else (place.precipitation, 0.0)
