"""From an attitude to a skeleton: the rotations that put one body into a pose."""

from typing import NamedTuple

import numpy as np

from dropmodel.synthetic.drawing.geometry import Array, rotation_x, rotation_y, rotation_z
from dropmodel.synthetic.people.attitude import Arm, Attitude, Leg, Trunk, Vector
from dropmodel.synthetic.people.build import SIDES, Build
from dropmodel.synthetic.people.skeleton import (
    Matrix,
    about,
    angle_about,
    angle_between,
    between,
    carried,
    cross,
    frame,
    middle_joint,
    rest_rotations,
    transforms,
    unit,
)

_SPINE = ("spine05", "spine04", "spine03", "spine02", "spine01")
_NECK = (("neck01", 0.15), ("neck02", 0.2), ("neck03", 0.25), ("head", 0.4))
_CURL = (55.0, 80.0, 45.0)
"""Degrees of a finger's three joints in a fist."""
_TOUCH = 0.85
"""Share of an arm's radius that stays outside the trunk: arms rest against it."""


class Posing(NamedTuple):
    """``moves`` [J, 3, 4] of the bones; ``grips`` [2, 3] of the hands; ``rise`` to add to z where known."""

    moves: Array
    grips: Matrix
    rise: float | None


def posing(attitude: Attitude, build: Build) -> Posing:
    """The bones of ``build`` put into ``attitude``."""
    poser = _Poser(build)
    poser.trunk(attitude.trunk)
    ground = poser.legs(attitude)
    for side in range(2):
        poser.arm(side, attitude.arms[side], attitude.trunk.shrug, ground)
    moves = poser.moves()
    grips = np.stack([carried(moves, poser.bone("wrist", side), poser.hands[side].grip) for side in range(2)])
    return Posing(moves, grips, None if attitude.seat is None else -ground)


class Hand:
    """One hand at rest: directions ``along`` the fingers, to ``thumb``, out of the ``palm``; its ``grip``."""

    def __init__(self, build: Build, side: int) -> None:
        letter = SIDES[side]
        wrist = build.joint(f"wrist.{letter}")
        knuckle = build.joint(f"finger3-1.{letter}")
        across = build.joint(f"finger2-1.{letter}") - build.joint(f"finger5-1.{letter}")
        self.along = unit(knuckle - wrist)
        self.thumb = unit(across - (across @ self.along) * self.along)
        self.palm = cross(self.along, self.thumb) * (1 - 2 * side)
        self.grip = knuckle + 0.028 * build.scale * self.palm


class _Poser:
    def __init__(self, build: Build) -> None:
        self.build = build
        self.turns = rest_rotations(len(build.joints))
        self.hands = (Hand(build, 0), Hand(build, 1))

    def bone(self, name: str, side: int | None = None) -> int:
        return self.build.place[name if side is None else f"{name}.{SIDES[side]}"]

    def joint(self, name: str, side: int) -> Matrix:
        return self.build.joint(f"{name}.{SIDES[side]}")

    def moves(self) -> Array:
        return transforms(self.turns, self.build.joints, self.build.parents)

    def turn_of(self, moves: Array, name: str, side: int | None = None) -> Matrix:
        turn: Matrix = moves[self.bone(name, side), :, :3].astype(np.float64)
        return turn

    def trunk(self, trunk: Trunk) -> None:
        yaw, drop, tilt = trunk.hips
        self.turns[self.bone("root")] = rotation_z(yaw) @ rotation_y(drop) @ rotation_x(tilt)
        share = 1 / len(_SPINE)
        bend = (
            rotation_z(trunk.twist * share) @ rotation_y(trunk.bend * share) @ rotation_x(trunk.lean * share)
        )
        for name in _SPINE:
            self.turns[self.bone(name)] = bend
        for name, amount in (("spine02", 0.35), ("spine01", 0.45)):
            self.turns[self.bone(name)] = self.turns[self.bone(name)] @ rotation_x(amount * trunk.stoop)
        chest = self.turn_of(self.moves(), "spine01")
        yaw, pitch, tilt = trunk.look
        wanted = chest.T @ rotation_z(yaw) @ rotation_x(pitch) @ rotation_y(tilt)
        axis = np.array(
            [wanted[2, 1] - wanted[1, 2], wanted[0, 2] - wanted[2, 0], wanted[1, 0] - wanted[0, 1]]
        )
        angle = float(np.degrees(np.arctan2(np.linalg.norm(axis), np.trace(wanted) - 1)))
        for name, amount in _NECK:
            forward = rotation_x(0.25 * trunk.stoop) if name == "neck01" else np.eye(3)
            self.turns[self.bone(name)] = about(axis, amount * angle) @ forward if angle > 1e-3 else forward
        self.turns[self.bone("head")] = self.turns[self.bone("head")] @ rotation_x(-0.25 * trunk.stoop)

    def legs(self, attitude: Attitude) -> float:
        """Both legs; returns the height of the ground in the skeleton's space."""
        moves = self.moves()
        if attitude.legs[0].plant is not None:
            ground = self._ground(attitude, moves)
            for side, leg in enumerate(attitude.legs):
                target = self._planted(leg, side, attitude.trunk.shift)
                target[2] = ground + self.build.ankles[side]
                self._leg_to(side, leg, target)
            return ground
        for side, leg in enumerate(attitude.legs):
            self._leg(side, leg)
        self._even(attitude.legs)
        moves = self.moves()
        return min(self._low(moves, side) for side in range(2))

    def _planted(self, leg: Leg, side: int, shift: float) -> Matrix:
        out, forward = leg.plant if leg.plant is not None else (0.0, 0.0)
        sign, scale = 1 - 2 * side, self.build.scale
        return np.array([sign * out * scale - shift * scale, -forward * scale, 0.0])

    def _ground(self, attitude: Attitude, moves: Array) -> float:
        """The highest ground on which both feet stand with their knees bent at least as asked."""
        found = []
        for side, leg in enumerate(attitude.legs):
            hip = carried(moves, self.bone("upperleg01", side), self.joint("upperleg01", side))
            if attitude.seat is not None:
                found.append(float(hip[2]) - attitude.seat - self.build.seat)
                continue
            upper, lower = self._lengths(side)
            bend = np.cos(np.radians(max(leg.knee, 6.0)))
            reach = upper**2 + lower**2 + 2 * upper * lower * bend
            away = self._planted(leg, side, attitude.trunk.shift)[:2] - hip[:2]
            drop = np.sqrt(max(reach - float(away @ away), 0.01))
            found.append(float(hip[2] - drop - self.build.ankles[side]))
        return max(found)

    def _lengths(self, side: int) -> tuple[float, float]:
        hip, knee, ankle = (self.joint(name, side) for name in ("upperleg01", "lowerleg01", "foot"))
        return float(np.linalg.norm(knee - hip)), float(np.linalg.norm(ankle - knee))

    def _leg(self, side: int, leg: Leg) -> None:
        """A leg by its angles, in the axes of the world whatever the hips do."""
        sign = 1 - 2 * side
        rest = self.joint("foot", side) - self.joint("upperleg01", side)
        inward = max(leg.out - np.degrees(np.arctan2(sign * rest[0], -rest[2])), -self.build.closest)
        out = np.degrees(np.arctan2(sign * rest[0], -rest[2])) + inward
        swing = rotation_x(-leg.thigh) @ rotation_y(-sign * out)
        self._bend(side, leg, swing @ [0.0, 0.0, -1.0], leg.knee)

    def _leg_to(self, side: int, leg: Leg, ankle: Matrix) -> None:
        """A leg whose ankle is at a given place."""
        sign = 1 - 2 * side
        hip = carried(self.moves(), self.bone("upperleg01", side), self.joint("upperleg01", side))
        upper, lower = self._lengths(side)
        yaw = rotation_z(sign * (leg.yaw + 4))
        knee, end = middle_joint(hip, ankle, upper, lower, yaw @ [0.0, -1.0, 0.35])
        self._bend(side, leg, knee - hip, angle_between(knee - hip, end - knee))

    def _bend(self, side: int, leg: Leg, thigh: Matrix, knee: float) -> None:
        """Turns of thigh, shank, foot and toes for a thigh's direction and a knee's bend."""
        sign = 1 - 2 * side
        hip, middle, ankle = (self.joint(name, side) for name in ("upperleg01", "lowerleg01", "foot"))
        x = np.array([1.0, 0.0, 0.0])
        hinge = rotation_z(sign * 0.6 * leg.yaw) @ x
        above = self.turn_of(self.moves(), "pelvis", side)
        rest = frame(middle - hip, x)
        self.turns[self.bone("upperleg01", side)] = above.T @ frame(thigh, hinge) @ rest.T
        axis = rest[:, 1]
        straight = angle_about(axis, middle - hip, ankle - middle)
        self.turns[self.bone("lowerleg01", side)] = about(axis, knee - straight)
        shank = self.turn_of(self.moves(), "lowerleg02", side)
        foot = rotation_z(sign * leg.yaw) @ rotation_x(-leg.foot)
        self.turns[self.bone("foot", side)] = shank.T @ foot
        self.turns[self.bone("toes", side)] = rotation_x(-leg.toes)

    def _low(self, moves: Array, side: int) -> float:
        """Height of the lowest point of a foot."""
        points = self.build.soles[side]
        toes = points[:, 1] < self.joint("toes", side)[1]
        heights = [
            float(carried(moves, self.bone("toes" if ahead else "foot", side), point)[2])
            for point, ahead in zip(points, toes, strict=True)
        ]
        return min(heights)

    def _even(self, legs: tuple[Leg, Leg]) -> None:
        """Draw one leg up where its foot would sink below the one that carries the weight."""
        moves = self.moves()
        low = [self._low(moves, side) for side in range(2)]
        stance = [leg.stance for leg in legs]
        lower = int(low[1] < low[0])
        gap = low[1 - lower] - low[lower]
        if stance[1 - lower] > 0:
            # Both on the ground, or the lower foot swings: it must clear.
            lift = gap * stance[1 - lower] if stance[lower] > 0 else gap + 0.012 * self.build.scale
            ankle = carried(moves, self.bone("foot", lower), self.joint("foot", lower))
            self._leg_to(lower, legs[lower], ankle + np.array([0.0, 0.0, lift]))

    def arm(self, side: int, arm: Arm, shrug: float, ground: float) -> None:
        """One arm with its hand."""
        self._curl(side, arm.curl)
        if arm.reach is not None:
            self._reach(side, arm, shrug, ground)
            self._hand(side, arm)
            return
        for step in range(16):
            self._hang(side, arm, arm.out + 2.5 * step, shrug)
            self._hand(side, arm)
            if not self._touches(side):
                return

    def _hang(self, side: int, arm: Arm, out: float, shrug: float) -> None:
        sign = 1 - 2 * side
        chest = self.turn_of(self.moves(), "spine01")
        yaw = rotation_z(float(np.degrees(np.arctan2(chest[1, 0], chest[0, 0]))))
        turn = yaw @ rotation_x(-arm.swing) @ rotation_y(-sign * out)
        upper = turn @ [0.0, 0.0, -1.0]
        hinge = about(upper, sign * arm.twist) @ turn @ [-1.0, 0.0, 0.0]
        self._set_arm(side, upper, hinge, arm.elbow, shrug)

    def _reach(self, side: int, arm: Arm, shrug: float, ground: float) -> None:
        reach = arm.reach
        if reach is None:
            return
        target, axes = self._target(side, arm, ground)
        pole = axes @ self._own(side, reach.pole)
        shoulder, elbow, wrist = (self.joint(name, side) for name in ("upperarm01", "lowerarm01", "wrist"))
        upper, lower = float(np.linalg.norm(elbow - shoulder)), float(np.linalg.norm(wrist - elbow))
        # The shoulder follows the arm, so where it starts from depends on where it goes.
        for _ in range(3):
            moves = self.moves()
            start = carried(moves, self.bone("upperarm01", side), shoulder)
            middle, end = middle_joint(start, target, upper, lower, pole)
            bend = angle_between(middle - start, end - middle)
            self._set_arm(side, middle - start, cross(middle - start, end - middle), bend, shrug)

    def _set_arm(self, side: int, upper: Matrix, hinge: Matrix, elbow: float, shrug: float) -> None:
        """Shoulder, upper arm and elbow for the upper arm's direction and the elbow's axis in the world."""
        sign = 1 - 2 * side
        top, middle, end = (self.joint(name, side) for name in ("upperarm01", "lowerarm01", "wrist"))
        u, f = middle - top, end - middle
        rest = frame(u, cross(u, f))
        chest = self.turn_of(self.moves(), "spine01")
        wanted = chest.T @ frame(upper, hinge) @ rest.T
        swing = between(u, wanted @ u)
        lift = float(np.degrees(np.arcsin(np.clip((wanted @ unit(u))[2], -1, 1)))) + 45
        # Collar bone and shoulder blade give about a third of a raise, less of a drop.
        share = 0.3 if lift > 0 else 0.16
        collar = rotation_y(-sign * shrug * 0.7)
        blade = between(u, wanted @ u, share)
        self.turns[self.bone("clavicle", side)] = collar
        self.turns[self.bone("shoulder01", side)] = blade
        spin = angle_about(wanted @ u, swing @ rest[:, 1], wanted @ rest[:, 1])
        half = about(wanted @ u, 0.5 * spin) @ swing
        self.turns[self.bone("upperarm01", side)] = (collar @ blade).T @ half
        self.turns[self.bone("upperarm02", side)] = about(u, 0.5 * spin)
        self.turns[self.bone("lowerarm01", side)] = about(rest[:, 1], elbow - angle_between(u, f))

    def _touches(self, side: int) -> bool:
        """Whether the arm hangs into the trunk."""
        moves = self.moves()
        radius = _TOUCH * self.build.arm_radius
        hand, elbow, wrist = self.hands[side], self.joint("lowerarm01", side), self.joint("wrist", side)
        knuckles = hand.grip - 0.02 * self.build.scale * hand.palm
        spots = [
            ("lowerarm01", elbow, radius),
            ("lowerarm01", (elbow + wrist) / 2, radius),
            ("wrist", wrist, 0.8 * radius),
            ("wrist", knuckles, 0.6 * radius),
            ("finger3-2", self.joint("finger3-2", side), 0.5 * radius),
            ("finger3-3", self.joint("finger3-3", side), 0.5 * radius),
            ("finger1-3", self.joint("finger1-3", side), 0.5 * radius),
        ]
        waist, hip = float(self.build.joint("spine04")[2]), self.build.hip
        frames = [moves[self.bone(name)].astype(np.float64) for name in ("root", "spine03")]
        frames.append(moves[self.bone("upperleg01", side)].astype(np.float64))
        top, knee = self.joint("upperleg01", side), self.joint("lowerleg01", side)
        for bone, point, margin in spots:
            place = carried(moves, self.bone(bone, side), point)
            root, spine, thigh = (frame[:, :3].T @ (place - frame[:, 3]) for frame in frames)
            if thigh[2] < hip - 0.03 * self.build.scale:
                share = float(np.clip((top[2] - thigh[2]) / (top[2] - knee[2]), 0, 1))
                sunk = self.build.sunk(thigh, margin, float(top[0] + share * (knee[0] - top[0])))
            else:
                sunk = self.build.sunk(spine if root[2] > waist else root, margin)
            if sunk:
                return True
        return False

    def _own(self, side: int, vector: Vector) -> Matrix:
        """A vector (outwards, forwards, up) in the world's axes."""
        return np.array([(1 - 2 * side) * vector[0], -vector[1], vector[2]])

    def _target(self, side: int, arm: Arm, ground: float) -> tuple[Matrix, Matrix]:
        """Where the wrist goes, and the axes its directions are meant in."""
        if arm.reach is None:
            raise ValueError("a hanging arm has no target")
        build, moves, anchor = self.build, self.moves(), arm.reach.anchor
        offset = build.scale * self._own(side, arm.reach.at)
        sign = 1 - 2 * side
        if anchor == "head":
            middle = build.joint("head") + build.scale * np.array([0.0, -0.02, 0.06])
            axes = self.turn_of(moves, "head")
            return carried(moves, self.bone("head"), middle) + axes @ offset, axes
        if anchor == "ground":
            root = moves[self.bone("root")].astype(np.float64)
            hips = root[:, :3] @ build.joint("root") + root[:, 3]
            return np.array(
                [
                    hips[0] + offset[0],
                    hips[1] + offset[1],
                    ground + arm.reach.at[2] * min(1.0, 1.08 * build.scale),
                ]
            ), np.eye(3)
        if anchor == "thigh":
            axes = self.turn_of(moves, "upperleg01", side)
            hip, knee = self.joint("upperleg01", side), self.joint("lowerleg01", side)
            inside = hip + arm.reach.at[1] * (knee - hip)
            place = carried(moves, self.bone("upperleg01", side), inside)
            world = self.turn_of(moves, "root")
            return place + world @ [offset[0], 0.0, offset[2]], world
        height = (build.shoulder if anchor == "front" else build.hip) + offset[2]
        bone = "root" if height < float(build.joint("spine04")[2]) else "spine02"
        axes = self.turn_of(moves, bone)
        if anchor == "front":
            inside = np.array([offset[0], build.front(height) + offset[1], height])
        elif anchor == "back":
            inside = np.array([offset[0], build.back(height) + offset[1], height])
        else:
            middle_y = (build.front(height) + build.back(height)) / 2
            inside = np.array([sign * build.width(height) + offset[0], middle_y + offset[1], height])
        return carried(moves, self.bone(bone), inside), axes

    def _hand(self, side: int, arm: Arm) -> None:
        """Forearm turned so that the palm looks where it should, wrist bent."""
        hand = self.hands[side]
        elbow, wrist = self.joint("lowerarm01", side), self.joint("wrist", side)
        line = wrist - elbow
        moves = self.moves()
        forearm = self.turn_of(moves, "lowerarm01", side)
        chest = self.turn_of(moves, "spine01")
        yaw = rotation_z(float(np.degrees(np.arctan2(chest[1, 0], chest[0, 0]))))
        wanted = yaw @ self._own(side, arm.palm)
        roll = float(np.clip(angle_about(forearm @ line, forearm @ hand.palm, wanted), -95, 95))
        self.turns[self.bone("lowerarm02", side)] = about(line, 0.6 * roll)
        self.turns[self.bone("wrist", side)] = about(line, 0.4 * roll)
        if arm.fingers is not None:
            turned = forearm @ about(line, roll)
            aim = turned.T @ yaw @ self._own(side, arm.fingers)
            angle = angle_between(hand.along, aim)
            share = min(1.0, 65 / max(angle, 1e-6))
            turn = about(line, 0.4 * roll) @ between(hand.along, aim, share)
            self.turns[self.bone("wrist", side)] = turn

    def _curl(self, side: int, curl: float) -> None:
        """Fingers bent, 0 flat to 1 a fist."""
        hand = self.hands[side]
        hinge = cross(hand.along, hand.palm)
        for finger in range(2, 6):
            amount = curl * (0.85 + 0.1 * (finger - 2))
            for k, degrees in enumerate(_CURL):
                self.turns[self.bone(f"finger{finger}-{k + 1}", side)] = about(hinge, amount * degrees)
        inward = cross(hand.along, -hand.thumb)
        for k in range(2):
            self.turns[self.bone(f"finger1-{k + 2}", side)] = about(inward, curl * 40)
