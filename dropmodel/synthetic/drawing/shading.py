"""The colour of every pixel: surfaces, light, shadow, fog and sky, in linear light."""

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from dropmodel.synthetic.drawing.albedo import BUMP, BUMP_RATE, GLOSS, GLOW, SHARPNESS, WRAP, albedo
from dropmodel.synthetic.drawing.light import Lighting
from dropmodel.synthetic.drawing.noise import noise
from dropmodel.synthetic.drawing.raster import Hits

Array = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int32]


class Solids(NamedTuple):
    """All triangles of a picture: [V, 3] vertices, normals and coords, [F, 3] faces and [F] surface rows.

    Surfaces from row ``still`` on belong to what stands still: rain soaks them and snow lies on them.
    """

    vertices: Array
    normals: Array
    coords: Array
    faces: Indices
    surface: Indices
    still: int


class Eye(NamedTuple):
    """Where the picture is seen from; scale and shift as in :func:`raster.screen_points`, in samples."""

    position: Array
    axes: Array
    scale: tuple[float, float]
    shift: tuple[float, float]


class Shadows(NamedTuple):
    """Depth maps towards the lights, see :mod:`~dropmodel.synthetic.drawing.shadows`.

    ``sky_axes`` [D, 3, 3] and ``sky_heights`` [Z, D, R, R] tell how open the sky is round each of Z
    ``centers`` [Z, 3]; ``key_axes`` [3, 3] with ``key_heights`` [Z, R, R] and ``far_heights`` [R, R] tell
    where the key light falls, near the centres and in the whole place.
    """

    centers: Array
    sky_axes: Array
    sky_heights: Array
    sky_scale: float
    key_axes: Array
    key_heights: Array
    key_scale: float
    key_blur: float
    far_center: Array
    far_heights: Array
    far_scale: float


class Atmosphere(NamedTuple):
    """:class:`~dropmodel.synthetic.drawing.light.Lighting` as the kernel reads it; ``lamps`` [L, 6]."""

    key_direction: Array
    key: Array
    ambient: Array
    bounce: Array
    lamps: Array
    zenith: Array
    horizon: Array
    cloud: Array
    cover: float
    sky_seed: int
    fog: float
    fog_color: Array
    wet: float
    snow: float


def atmosphere(lighting: Lighting) -> Atmosphere:
    """The kernel's form of ``lighting``."""
    lamps = np.array([(*lamp.position, *lamp.color) for lamp in lighting.lamps], np.float32).reshape(-1, 6)
    sky = lighting.sky
    colors = (lighting.key_direction, lighting.key, lighting.ambient, lighting.bounce)
    direction, key, ambient, bounce = (np.asarray(color, np.float32) for color in colors)
    return Atmosphere(
        direction / np.linalg.norm(direction),
        key,
        ambient,
        bounce,
        lamps,
        np.asarray(sky.zenith, np.float32),
        np.asarray(sky.horizon, np.float32),
        np.asarray(sky.cloud, np.float32),
        float(sky.cover),
        int(sky.seed),
        float(lighting.fog),
        np.asarray(lighting.fog_color, np.float32),
        float(lighting.wet),
        float(lighting.snow),
    )


@njit(cache=True, fastmath=True, inline="always")
def _hidden(above: float, slope: float) -> float:
    """How much something ``above`` metres nearer to the light hides it; a ramp leaves no stair-case."""
    return min(1.0, max(0.0, above * slope))


@njit(cache=True, fastmath=True)
def _covered(heights: Array, across: float, down: float, height: float, slope: float) -> float:
    """How much of a light is hidden at a place between four squares of its map; 0 outside the map."""
    side = len(heights)
    column, row = math.floor(across), math.floor(down)
    if column < 0 or row < 0 or column > side - 2 or row > side - 2:
        return 0.0
    part_x, part_y = across - column, down - row
    top = (1 - part_x) * _hidden(heights[row, column] - height, slope)
    top += part_x * _hidden(heights[row, column + 1] - height, slope)
    low = (1 - part_x) * _hidden(heights[row + 1, column] - height, slope)
    low += part_x * _hidden(heights[row + 1, column + 1] - height, slope)
    return (1 - part_y) * top + part_y * low


@njit(cache=True, fastmath=True)
def _open_sky(shadows: Any, x: float, y: float, z: float, nx: float, ny: float, nz: float) -> float:
    """Light from above on a surface, 1 for one that faces up under an open sky."""
    plain = 0.5 + 0.5 * nz
    nearest, zone = 1e9, -1
    for k in range(len(shadows.centers)):
        dx, dy, dz = x - shadows.centers[k, 0], y - shadows.centers[k, 1], z - shadows.centers[k, 2]
        distance = dx * dx + dy * dy + dz * dz
        if distance < nearest:
            nearest, zone = distance, k
    side = shadows.sky_heights.shape[2]
    reach = 0.5 * side / shadows.sky_scale
    away = math.sqrt(nearest) / reach
    if zone < 0 or away > 1:
        return plain
    px = x + nx * 0.03 - shadows.centers[zone, 0]
    py = y + ny * 0.03 - shadows.centers[zone, 1]
    pz = z + nz * 0.03 - shadows.centers[zone, 2]
    light, full = 0.0, 0.0
    for d in range(len(shadows.sky_axes)):
        axes = shadows.sky_axes[d]
        facing = nx * axes[2, 0] + ny * axes[2, 1] + nz * axes[2, 2]
        if facing <= 0:
            continue
        full += facing
        across = (axes[0, 0] * px + axes[0, 1] * py + axes[0, 2] * pz) * shadows.sky_scale + side / 2 - 0.5
        down = (axes[1, 0] * px + axes[1, 1] * py + axes[1, 2] * pz) * shadows.sky_scale + side / 2 - 0.5
        height = axes[2, 0] * px + axes[2, 1] * py + axes[2, 2] * pz + 0.02
        light += facing * (1 - _covered(shadows.sky_heights[zone, d], across, down, height, 30.0))
    openness = light / full if full > 0 else 1.0
    weight = min(1.0, max(0.0, (1 - away) * 4))
    open_share: float = plain * (1 + (openness - 1) * weight)
    return open_share


@njit(cache=True, fastmath=True)
def _key_light(shadows: Any, x: float, y: float, z: float, nx: float, ny: float, nz: float) -> float:
    """Share of the key light that reaches a point, 0..1."""
    axes = shadows.key_axes
    light = 1.0
    side = shadows.far_heights.shape[0]
    if side > 1:
        qx = x + nx * 0.15 - shadows.far_center[0]
        qy = y + ny * 0.15 - shadows.far_center[1]
        qz = z + nz * 0.15 - shadows.far_center[2]
        across = (axes[0, 0] * qx + axes[0, 1] * qy + axes[0, 2] * qz) * shadows.far_scale + side / 2 - 0.5
        down = (axes[1, 0] * qx + axes[1, 1] * qy + axes[1, 2] * qz) * shadows.far_scale + side / 2 - 0.5
        height = axes[2, 0] * qx + axes[2, 1] * qy + axes[2, 2] * qz + 0.2
        light = 1 - _covered(shadows.far_heights, across, down, height, 12.0)
    if light <= 0:
        return 0.0
    side = shadows.key_heights.shape[1]
    blur = shadows.key_blur * shadows.key_scale
    for zone in range(len(shadows.centers)):
        qx = x + nx * 0.015 - shadows.centers[zone, 0]
        qy = y + ny * 0.015 - shadows.centers[zone, 1]
        qz = z + nz * 0.015 - shadows.centers[zone, 2]
        a = (axes[0, 0] * qx + axes[0, 1] * qy + axes[0, 2] * qz) * shadows.key_scale + side / 2
        b = (axes[1, 0] * qx + axes[1, 1] * qy + axes[1, 2] * qz) * shadows.key_scale + side / 2
        if a < 2 or b < 2 or a > side - 3 or b > side - 3:
            continue
        height = axes[2, 0] * qx + axes[2, 1] * qy + axes[2, 2] * qz
        hidden = 0.0
        for tap in range(4):
            dx = -blur if tap % 2 == 0 else blur
            dy = -blur if tap < 2 else blur
            column = min(max(int(a + dx), 0), side - 1)
            row = min(max(int(b + dy), 0), side - 1)
            hidden += _hidden(shadows.key_heights[zone, row, column] - height - 0.012, 60.0)
        light = min(light, 1 - hidden / 4)
    return light


@njit(cache=True, fastmath=True)
def _sky_color(air: Any, dx: float, dy: float, dz: float) -> tuple[float, float, float]:
    rise = math.sqrt(max(dz, 0.0))
    red = air.horizon[0] + (air.zenith[0] - air.horizon[0]) * rise
    green = air.horizon[1] + (air.zenith[1] - air.horizon[1]) * rise
    blue = air.horizon[2] + (air.zenith[2] - air.horizon[2]) * rise
    if air.cover > 0 and dz > 0.02:
        far = 1 / (dz + 0.15)
        first, _, _, _ = noise(dx * far * 2, dy * far * 2, 0.5, air.sky_seed)
        second, _, _, _ = noise(dx * far * 5, dy * far * 5, 0.5, air.sky_seed + 1)
        amount = min(1.0, max(0.0, (0.65 * first + 0.35 * second + 2 * air.cover - 1) * 1.6))
        red += (air.cloud[0] - red) * amount
        green += (air.cloud[1] - green) * amount
        blue += (air.cloud[2] - blue) * amount
    return red, green, blue


@njit(cache=True, fastmath=True)
def _shaded(
    solids: Any,
    table: Any,
    tiles: Any,
    air: Any,
    shadows: Any,
    eye: Any,
    f: int,
    u: float,
    v: float,
    pixel: float,
) -> tuple[float, float, float]:
    """Colour of triangle ``f`` at weights (1 - u - v, u, v) before fog; a pixel is ``pixel`` metres wide."""
    a, b, c = solids.faces[f, 0], solids.faces[f, 1], solids.faces[f, 2]
    w = 1 - u - v
    look = table[solids.surface[f]]
    still = solids.surface[f] >= solids.still
    points, normals, coords = solids.vertices, solids.normals, solids.coords
    x = w * points[a, 0] + u * points[b, 0] + v * points[c, 0]
    y = w * points[a, 1] + u * points[b, 1] + v * points[c, 1]
    z = w * points[a, 2] + u * points[b, 2] + v * points[c, 2]
    c0 = w * coords[a, 0] + u * coords[b, 0] + v * coords[c, 0]
    c1 = w * coords[a, 1] + u * coords[b, 1] + v * coords[c, 1]
    c2 = w * coords[a, 2] + u * coords[b, 2] + v * coords[c, 2]
    nx = w * normals[a, 0] + u * normals[b, 0] + v * normals[c, 0]
    ny = w * normals[a, 1] + u * normals[b, 1] + v * normals[c, 1]
    nz = w * normals[a, 2] + u * normals[b, 2] + v * normals[c, 2]
    vx, vy, vz = eye.position[0] - x, eye.position[1] - y, eye.position[2] - z
    distance = math.sqrt(vx * vx + vy * vy + vz * vz) + 1e-9
    vx, vy, vz = vx / distance, vy / distance, vz / distance

    # Cloth is seen from both sides: the side of the flat triangle decides which way its normal points.
    ux, uy, uz = points[b, 0] - points[a, 0], points[b, 1] - points[a, 1], points[b, 2] - points[a, 2]
    tx, ty, tz = points[c, 0] - points[a, 0], points[c, 1] - points[a, 1], points[c, 2] - points[a, 2]
    fx, fy, fz = uy * tz - uz * ty, uz * tx - ux * tz, ux * ty - uy * tx
    if (fx * vx + fy * vy + fz * vz) * (fx * nx + fy * ny + fz * nz) < 0:
        nx, ny, nz = -nx, -ny, -nz
    length = math.sqrt(nx * nx + ny * ny + nz * nz) + 1e-9
    nx, ny, nz = nx / length, ny / length, nz / length
    if look[BUMP] > 0:
        ra, rb, rc = look[BUMP_RATE], look[BUMP_RATE + 1], look[BUMP_RATE + 2]
        fade = look[BUMP] * min(1.0, 1.5 / (max(ra, rb, rc) * pixel + 1e-6))
        _, ga, gb, gc = noise(c0 * ra, c1 * rb, c2 * rc, 5)
        along = ga * nx + gb * ny + gc * nz
        nx, ny, nz = (
            nx - fade * (ga - along * nx),
            ny - fade * (gb - along * ny),
            nz - fade * (gc - along * nz),
        )
        length = math.sqrt(nx * nx + ny * ny + nz * nz) + 1e-9
        nx, ny, nz = nx / length, ny / length, nz / length

    facing = max(0.15, abs(nx * vx + ny * vy + nz * vz))
    red, green, blue = albedo(look, tiles, c0, c1, c2, pixel / math.sqrt(facing))
    if still and air.snow > 0 and nz > 0.35:
        drift, _, _, _ = noise(x * 1.3, y * 1.3, z, 23)
        lying = min(1.0, max(0.0, (nz - 0.35) * 2.5)) * min(1.0, max(0.0, 2 * air.snow - 0.5 + 0.5 * drift))
        red, green, blue = (
            red + (0.8 - red) * lying,
            green + (0.82 - green) * lying,
            blue + (0.86 - blue) * lying,
        )
    mirror = 0.0
    if still and air.wet > 0 and nz > 0.8:
        pool, _, _, _ = noise(x * 0.9, y * 0.9, 0.5, 29)
        soaked = air.wet * min(1.0, max(0.2, 0.6 + pool))
        factor = 1 - 0.5 * soaked
        red, green, blue = red * factor, green * factor, blue * factor
        mirror = 0.6 * soaked

    kx, ky, kz = air.key_direction[0], air.key_direction[1], air.key_direction[2]
    wrap = look[WRAP]
    toward = (nx * kx + ny * ky + nz * kz + wrap) / (1 + wrap)
    key = toward * _key_light(shadows, x, y, z, nx, ny, nz) if toward > 0 else 0.0
    sky = _open_sky(shadows, x, y, z, nx, ny, nz)
    from_below = (0.5 - 0.5 * nz) * min(1.0, 0.25 + 0.75 * sky / (0.5 + 0.5 * nz + 1e-3))
    light_r = key * air.key[0] + sky * air.ambient[0] + from_below * air.bounce[0]
    light_g = key * air.key[1] + sky * air.ambient[1] + from_below * air.bounce[1]
    light_b = key * air.key[2] + sky * air.ambient[2] + from_below * air.bounce[2]
    for k in range(len(air.lamps)):
        lx, ly, lz = air.lamps[k, 0] - x, air.lamps[k, 1] - y, air.lamps[k, 2] - z
        square = lx * lx + ly * ly + lz * lz + 0.25
        slant = (lx * nx + ly * ny + lz * nz) / math.sqrt(square)
        fall = max(0.0, (slant + 0.2) / 1.2) / square
        light_r += fall * air.lamps[k, 3]
        light_g += fall * air.lamps[k, 4]
        light_b += fall * air.lamps[k, 5]
    glow = look[GLOW]
    red, green, blue = red * (light_r + glow), green * (light_g + glow), blue * (light_b + glow)

    gloss = max(look[GLOSS], mirror)
    if gloss > 0:
        hx, hy, hz = kx + vx, ky + vy, kz + vz
        length = math.sqrt(hx * hx + hy * hy + hz * hz) + 1e-9
        glint = max(0.0, (nx * hx + ny * hy + nz * hz) / length)
        shine = gloss * 1.5 * glint ** look[SHARPNESS] * (key / max(toward, 0.05) if toward > 0 else 0.0)
        edge = 1 - min(1.0, abs(nx * vx + ny * vy + nz * vz))
        edge = gloss * (0.04 + 0.96 * edge * edge * edge * edge * edge)
        rz = 2 * (nx * vx + ny * vy + nz * vz) * nz - vz
        share = 0.5 + 0.5 * rz
        share = edge * (0.3 + 0.7 * share) * min(1.0, sky / (0.5 + 0.5 * nz + 1e-3))
        red += shine * air.key[0] + share * air.horizon[0]
        green += shine * air.key[1] + share * air.horizon[1]
        blue += shine * air.key[2] + share * air.horizon[2]
    return red, green, blue


@njit(cache=True, fastmath=True, nogil=True)
def shade(
    hits: Hits,
    solids: Solids,
    table: Array,
    tiles: Any,
    air: Atmosphere,
    shadows: Shadows,
    eye: Eye,
    samples: int,
) -> Array:
    """Linear colours [H, W, 3] of hits [samples * H, samples * W].

    Every triangle's surface is shaded once a pixel, where the first of its samples lies, and weighted by the
    samples it covers: edges are smooth at a quarter of the cost of shading every sample.
    """
    height, width = hits.face.shape[0] // samples, hits.face.shape[1] // samples
    picture = np.empty((height, width, 3), np.float32)
    limit = samples * samples
    known_surface = np.empty(limit, np.int32)
    known_near = np.empty(limit, np.float32)
    known_color = np.empty((limit, 3), np.float32)
    for oy in range(height):
        for ox in range(width):
            known = 0
            red, green, blue = 0.0, 0.0, 0.0
            for s in range(limit):
                sy, sx = oy * samples + s // samples, ox * samples + s % samples
                f = hits.face[sy, sx]
                near = hits.nearness[sy, sx]
                surface = -1 if f < 0 else solids.surface[f]
                found = -1
                for k in range(known):
                    if known_surface[k] == surface and abs(known_near[k] - near) <= 0.02 * near:
                        found = k
                        break
                if found < 0:
                    found = known
                    known += 1
                    known_surface[found] = surface
                    known_near[found] = near
                    rx = (sx + 0.5 - eye.shift[0]) / eye.scale[0]
                    ry = (sy + 0.5 - eye.shift[1]) / eye.scale[1]
                    dx = rx * eye.axes[0, 0] + ry * eye.axes[1, 0] + eye.axes[2, 0]
                    dy = rx * eye.axes[0, 1] + ry * eye.axes[1, 1] + eye.axes[2, 1]
                    dz = rx * eye.axes[0, 2] + ry * eye.axes[1, 2] + eye.axes[2, 2]
                    length = math.sqrt(dx * dx + dy * dy + dz * dz)
                    depth = 400.0
                    if f < 0:
                        r, g, b = _sky_color(air, dx / length, dy / length, dz / length)
                    else:
                        depth = 1 / near
                        pixel = samples * depth / min(eye.scale[0], eye.scale[1])
                        r, g, b = _shaded(
                            solids,
                            table,
                            tiles,
                            air,
                            shadows,
                            eye,
                            f,
                            hits.second[sy, sx],
                            hits.third[sy, sx],
                            pixel,
                        )
                    if air.fog > 0:
                        clear = math.exp(-air.fog * depth)
                        r = r * clear + air.fog_color[0] * (1 - clear)
                        g = g * clear + air.fog_color[1] * (1 - clear)
                        b = b * clear + air.fog_color[2] * (1 - clear)
                    known_color[found, 0] = r
                    known_color[found, 1] = g
                    known_color[found, 2] = b
                red += known_color[found, 0]
                green += known_color[found, 1]
                blue += known_color[found, 2]
            picture[oy, ox, 0] = red / limit
            picture[oy, ox, 1] = green / limit
            picture[oy, ox, 2] = blue / limit
    return picture
