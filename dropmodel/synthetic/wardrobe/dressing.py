"""From an identity's choices to the layers of a figure: skin, clothes, shoes, hair, head-wear and things
carried.

What lies under something else is cut away, so that nothing comes through in any pose.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from dropmodel.synthetic.drawing.geometry import Array, Decal, Surface
from dropmodel.synthetic.people.figure import Figure, Layer
from dropmodel.synthetic.seeds import stream
from dropmodel.synthetic.wardrobe import faces, hair, headwear
from dropmodel.synthetic.wardrobe.carried import carried_layers
from dropmodel.synthetic.wardrobe.crown import Crown, Lock
from dropmodel.synthetic.wardrobe.faces import Face
from dropmodel.synthetic.wardrobe.garments import prints
from dropmodel.synthetic.wardrobe.garments.cutting import Sheet
from dropmodel.synthetic.wardrobe.garments.fabric import Fabric, fastening, quilted, surface
from dropmodel.synthetic.wardrobe.garments.fields import cover
from dropmodel.synthetic.wardrobe.garments.fit import Fit
from dropmodel.synthetic.wardrobe.garments.footwear import SHOES, covered_by, shoe_sheets, sock_sheet
from dropmodel.synthetic.wardrobe.garments.neckwear import scarf_layers
from dropmodel.synthetic.wardrobe.garments.outfit import Garment, Shoes, settled
from dropmodel.synthetic.wardrobe.garments.spec import Collar, Legs, Top
from dropmodel.synthetic.wardrobe.garments.tailor import Pieces, sewn
from dropmodel.synthetic.wardrobe.items import Carried
from dropmodel.synthetic.wardrobe.palette import Tint


@dataclass(slots=True)
class _Cloth:
    """A sheet on its way to become a layer."""

    sheet: Sheet
    surface: Surface
    fold: float
    trousers: bool = False


@dataclass(frozen=True, slots=True)
class Hat:
    """Head-wear: its kind and what it is made of."""

    kind: str
    fabric: Fabric


@dataclass(frozen=True, slots=True)
class Look:
    """All that is put on one body."""

    skin: Tint
    hair: str
    hair_tint: Tint
    face: Face
    outfit: tuple[Garment, ...]
    shoes: Shoes
    hat: Hat | None
    scarf: Fabric | None
    carried: Carried | None
    number: int


def hood_of(outfit: tuple[Garment, ...]) -> Garment | None:
    """The outermost garment with a hood."""
    for garment in reversed(outfit):
        if isinstance(garment.shape, Top) and garment.shape.collar is Collar.HOOD:
            return garment
    return None


def _hooded(look: Look) -> Look:
    """A hood worn up is of its garment's cloth, and no longer lies on the back."""
    garment = hood_of(look.outfit)
    if look.hat is None or look.hat.kind != "hood up" or garment is None:
        return look
    assert isinstance(garment.shape, Top)
    bare = replace(garment, shape=replace(garment.shape, collar=Collar.STAND))
    outfit = tuple(bare if g is garment else g for g in look.outfit)
    return replace(look, outfit=outfit, hat=replace(look.hat, fabric=garment.fabric))


_HIDDEN = 0.035
"""Metres under another garment from which on nothing is kept."""


def dress(fit: Fit, look: Look) -> Figure:
    """The dressed figure of one body."""
    look = _hooded(look)
    skin = fit.skin()
    worn, mantle = _clothes(fit, look)
    covers = [garment.shape for garment in settled(look.outfit)]
    hidden = np.zeros(len(skin.points), bool)
    for shape in covers:
        hidden |= cover(shape, skin) > (0.10 if not isinstance(shape, Legs | Top) else _HIDDEN)
    shoe = SHOES[look.shoes.kind]
    hidden |= covered_by(shoe, skin) > 0.012
    hidden |= _socked(look.shoes, skin)
    backs = np.concatenate([skin.points, *(cloth.sheet.points for cloth in worn[2:])])
    crown = Crown(fit, backs[backs[:, 2] > fit.joint("spine03")[2]])
    head, under_hair = _head(crown, look, skin)
    hidden |= under_hair
    layers = [
        _layer(skin.without(hidden), faces.skin_surface(look.skin, look.hair_tint, look.face), 0.0),
        _eyes(fit, look.number),
        *(_layer(cloth.sheet, cloth.surface, cloth.fold) for cloth in worn),
        *head,
    ]
    if look.scarf is not None:
        layers += scarf_layers(fit, mantle, look.scarf)
    if look.carried is not None:
        layers += carried_layers(fit, look.carried, mantle)
    return Figure(layers, fit.shape, look.number)


def _layer(sheet: Sheet, look: Surface, fold: float) -> Layer:
    count = len(sheet.points)
    free = 1 - sheet.borders.max(axis=1, initial=0)
    return Layer(
        sheet.points, sheet.faces, sheet.coords, np.ones(count, np.float32), sheet.parts, sheet.bones,
        sheet.weights, look, (fold * free).astype(np.float32),
    )  # fmt: skip


def _eyes(fit: Fit, number: int) -> Layer:
    piece = fit.body.pieces["eyes"]
    count = len(piece.coords)
    return Layer(
        fit.raw["eyes"], piece.faces, piece.coords, np.ones(count, np.float32), piece.parts, piece.bones,
        piece.weights, faces.eye_surface(number), np.zeros(count, np.float32),
    )  # fmt: skip


def _clothes(fit: Fit, look: Look) -> tuple[list[_Cloth], Sheet]:
    """All garments and shoes from the inside out, and the outermost top's uncut surface."""
    worn: list[_Cloth] = []
    mantle: Sheet | None = None
    under: Array | None = None
    tucked = _in_boots(look)
    _add_feet(fit, look.shoes, worn)
    for place, garment in enumerate(settled(look.outfit)):
        random = stream("sewing", look.number, place, garment.fabric.number)
        pieces, under = sewn(fit, garment.shape, random, under)
        mantle = pieces.pop("mantle", mantle)
        for cloth in worn:
            if not (tucked and isinstance(garment.shape, Legs)):
                cloth.sheet = cloth.sheet.without(cover(garment.shape, cloth.sheet) > _HIDDEN)
        worn += _coloured(garment, pieces)
    if tucked:
        shoe = SHOES[look.shoes.kind]
        for cloth in worn:
            if cloth.trousers:
                cloth.sheet = cloth.sheet.without(covered_by(shoe, cloth.sheet) > 0.02)
    return [cloth for cloth in worn if len(cloth.sheet.faces)], mantle or fit.tights(soft=True).lifted(0.012)


def _coloured(garment: Garment, pieces: Pieces) -> list[_Cloth]:
    """The pieces of a garment with their looks."""
    main, fold = surface(garment.fabric, _details(garment)), _fold(garment)
    trousers = isinstance(garment.shape, Legs)
    cloths = []
    for role, sheet in pieces.items():
        if role == "belt":
            belt = surface(garment.fabric if trousers else garment.trim, (), 0.72)
            cloths.append(_Cloth(sheet, belt, 0.3 * fold, trousers))
        elif role == "trim":
            cloths.append(_Cloth(sheet, surface(garment.trim, (), 0.9), fold, trousers))
        elif garment.fabric.weave == "quilt":
            full = sheet.lifted(0.012 * (quilted(main, sheet.coords) - 0.6))
            cloths.append(_Cloth(full, main, fold, trousers))
        else:
            cloths.append(_Cloth(sheet, main, fold, trousers))
    return cloths


def _in_boots(look: Look) -> bool:
    """Whether trousers, or bare legs, end in high boots; wide trousers fall over them."""
    hems = [g.shape.ease[2] for g in look.outfit if isinstance(g.shape, Legs) and g.shape.hem > 0.6]
    return SHOES[look.shoes.kind].top > 0.25 and all(ease < 0.012 for ease in hems)


def _add_feet(fit: Fit, shoes: Shoes, worn: list[_Cloth]) -> None:
    shoe = SHOES[shoes.kind]
    upper, sole = shoe_sheets(fit, shoe)
    look = replace(
        surface(Fabric(shoe.weave, (shoes.tint,), number=shoes.number)), gloss=shoe.gloss, bump=0.05
    )
    if shoe.laces:
        look = replace(look, decals=prints.shoe_details(shoes.stripe, sum(shoes.tint.srgb) < 1.2))
    worn.append(_Cloth(upper, look, 0.0))
    worn.append(_Cloth(sole, Surface(shoes.sole.light, grain=0.05, gloss=0.04), 0.0))
    if _has_socks(shoes):
        sock = surface(Fabric("rib", (shoes.sock,), number=shoes.number))
        low = 0.0 if shoe.straps else shoe.top - 0.03
        worn.append(_Cloth(sock_sheet(fit, low, max(shoes.sock_height, shoe.top + 0.02)), sock, 0.002))


def _has_socks(shoes: Shoes) -> bool:
    return shoes.kind not in ("ballerinas", "pumps", "sandals", "knee boots", "rubber boots", "loafers")


def _socked(shoes: Shoes, skin: Sheet) -> npt.NDArray[np.bool_]:
    if not _has_socks(shoes):
        return np.zeros(len(skin.points), bool)
    height = max(shoes.sock_height, SHOES[shoes.kind].top + 0.02)
    hidden: npt.NDArray[np.bool_] = (skin.spot[:, 2] < height - 0.015) & (skin.arm < 0.3)
    return hidden


def _fold(garment: Garment) -> float:
    """How far cloth moves when squeezed: soft and loose far, stiff and tight little."""
    stiff = {"leather": 0.5, "quilt": 0.4, "diamonds": 0.4, "denim": 0.8, "knit": 0.8, "cable": 0.6}
    shape = garment.shape
    loose = shape.ease[1] * 0.45 if isinstance(shape, Legs) else 0.010
    base = min(max(loose, 0.002), 0.012)
    return base * stiff.get(garment.fabric.weave, 1.0)


def _details(garment: Garment) -> tuple[Decal, ...]:
    """Prints, fastenings and pockets, the most telling first: a surface has room for three."""
    shape = garment.shape
    if isinstance(shape, Top):
        return tuple(_top_details(garment, shape)[:3])
    return tuple(_leg_details(garment)[:3])


def _leg_details(garment: Garment) -> list[Decal]:
    fabric, extras = garment.fabric, garment.extras
    dark = sum(fabric.tint.srgb) < 1.2
    found: list[Decal] = []
    if "leg reflectors" in extras:
        found.append(prints.reflectors(0.26, 0.44, fabric.tint.scaled(0.9)))
    if "fade" in extras and fabric.number % 3:
        found.append(prints.fade(0.2 + 0.1 * (fabric.number % 4)))
    if "rips" in extras:
        found.append(prints.rips(fabric.number))
    if "side stripes" in extras and fabric.number % 2 and len(fabric.tints) > 1:
        found += prints.side_stripes(fabric.tints[1], fabric.number % 3 == 0)
    if "pockets low" in extras or "flap pockets low" in extras:
        found.append(prints.trouser_pockets(dark, "flap pockets low" in extras))
    if "crease" in extras:
        found.append(prints.creases(dark))
    return found


def _top_details(garment: Garment, top: Top) -> list[Decal]:
    fabric, extras = garment.fabric, garment.extras
    dark = sum(fabric.tint.srgb) < 1.2
    found: list[Decal] = []
    if "reflectors" in extras:
        found.append(prints.reflectors(0.92, 1.24, fabric.tint.scaled(0.9), 2, True))
    if "tie" in extras:
        found.append(prints.tie(fabric.tints[-1], 1.05, 1.435))
    if not top.opening:
        height = {"v": 1.32, "deep v": 1.16}.get(top.neck.value, 1.43)
        found += fastening(top.front, fabric, top.hem, height)
    found += _prints(garment)
    if "two buttons" in extras:
        found.append(prints.buttons(dark, 1.02, 1.12))
    if "kangaroo pocket" in extras:
        found.append(prints.pouch(dark))
    if "chest pocket" in extras or "badge" in extras:
        found.append(prints.chest_pocket(dark, "badge" in extras))
    if "pockets" in extras or "flap pockets" in extras:
        found.append(prints.pockets(dark, "flap pockets" in extras, 1.02 if top.hem > 0.9 else 0.97))
    return found


def _prints(garment: Garment) -> list[Decal]:
    fabric = garment.fabric
    found: list[Decal] = []
    ink = fabric.tints[1] if len(fabric.tints) > 1 else fabric.tint
    second = fabric.tints[2] if len(fabric.tints) > 2 else fabric.tint
    if fabric.motif:
        random = stream("print", fabric.number)
        half = float(random.choice([0.045, 0.10, 0.12]))
        x = 0.075 if half < 0.05 else 0.0
        z = 1.31 if half < 0.05 else float(random.uniform(1.20, 1.27))
        found.append(
            prints.motif(
                fabric.motif, ink, second, fabric.number, (x - half, z - half, x + half, z + half), -1
            )
        )
        if random.random() < 0.2:
            found.append(prints.motif(fabric.motif, ink, second, fabric.number, (-0.11, 1.12, 0.11, 1.34), 1))
    if "back number" in garment.extras:
        found.append(prints.motif("number", ink, second, fabric.number, (-0.11, 1.10, 0.11, 1.34), 1))
    if "back word" in garment.extras:
        dark = Tint("charcoal", (0.2, 0.2, 0.22))
        found.append(prints.motif("word", dark, dark, fabric.number, (-0.11, 1.14, 0.11, 1.36), 1))
    return found


def _head(crown: Crown, look: Look, skin: Sheet) -> tuple[list[Layer], npt.NDArray[np.bool_]]:
    """Hair, head-wear, beard, mask and glasses, and which skin lies under them."""
    layers: list[Layer] = []
    hidden = np.zeros(len(skin.points), bool)
    kind = headwear.HEADWEAR[look.hat.kind] if look.hat else None
    style = hair.STYLES[look.hair]
    if kind is None or not kind.hides:
        grown = hair.hair(crown, style, look.number, kind.edge if kind and kind.edge < 60 else None)
        if grown is not None:
            hidden |= crown.under(skin.points, grown[0], 0.006)
            layers.append(crown.layer(grown[1], hair.surface(look.hair_tint, style.curl > 0.005)))
    if look.hat is not None:
        shell, rest = headwear.headwear(crown, look.hat.kind, look.number)
        cloth = surface(look.hat.fabric)
        if shell is not None:
            hidden |= crown.under(skin.points, shell, 0.02)
            layers.append(crown.layer(shell, cloth))
        if rest is not None:
            layers.append(crown.layer(rest, replace(cloth, bump=0.05)))
    face = look.face
    if face.beard == "full beard" and face.mask is None:
        layers.append(_layer(faces.beard_sheet(crown.fit, 0.014), hair.surface(look.hair_tint, True), 0.0))
    if face.mask is not None:
        hidden |= faces.mask_line(skin) > 0.004
        layers.append(
            _layer(faces.mask_sheet(crown.fit), Surface(face.mask.light, grain=0.04, wrap=0.1), 0.0)
        )
    if face.glasses:
        frame: Lock = faces.glasses(crown, face.glasses)
        layers.append(crown.layer(frame, Surface((0.02, 0.018, 0.016), gloss=0.25)))
    return layers, hidden


__all__ = ["Array", "Hat", "Look", "dress"]
