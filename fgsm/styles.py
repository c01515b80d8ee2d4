"""How people write the ten digits: every style a formula, to be read like a drawing lesson.

A digit is a list of strokes, a stroke a list of points `(x, y)`: x to the right, y downwards, the
digit about 1 high and wide. A style is a function of `r`, where `r(low, high)` draws a number from
that range anew for every digit: how long the flag of a 1 is, where the waist of an 8 lies.
`fgsm.strokes` gives the digits a hand (slant, width, tremor) and draws them.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

Point = tuple[float, float]
Stroke = list[Point]
Range = Callable[[float, float], float]
"""`(low, high)` -> a number, as a rule one between the two."""


@dataclass(frozen=True)
class Style:
    """One way to write one digit."""

    digit: int
    name: str
    strokes: Callable[[Range], list[Stroke]]
    held_out: bool
    """Whether models are only tested on it, never trained."""


STYLES: list[Style] = []


def style(
    digit: int, name: str, *, held_out: bool = False
) -> Callable[[Callable[[Range], list[Stroke]]], None]:
    """Add the function below to the list."""
    return lambda strokes: STYLES.append(Style(digit, name, strokes, held_out))


def curve(*points: Point) -> Stroke:
    """A smooth line through the points (a Catmull-Rom spline). Two curves joined make a corner."""
    ends = [points[0], *points, points[-1]]
    line = [points[0]]
    for before, start, end, after in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        for t in (0.2, 0.4, 0.6, 0.8, 1.0):
            a, d = -t * (1 - t) ** 2 / 2, -(t**2) * (1 - t) / 2
            b, c = 1 - t**2 * (5 - 3 * t) / 2, t * (1 + 4 * t - 3 * t**2) / 2
            x, y = (a * before[i] + b * start[i] + c * end[i] + d * after[i] for i in (0, 1))
            line.append((x, y))
    return line


def arc(x: float, y: float, wide: float, high: float, start: float, end: float) -> list[Point]:
    """Points on an ellipse around (x, y), from one angle to another, as on a clock.

    0 degrees are at the top, 90 at the right; where `end` is less than `start`, anticlockwise.
    """
    steps = max(2, round(abs(end - start) / 30))
    angles = [math.radians(start + (end - start) * i / steps) for i in range(steps + 1)]
    return [(x + wide * math.sin(angle), y - high * math.cos(angle)) for angle in angles]


# ---- 0 ----


def ring(r: Range, turn: int = -1) -> Stroke:
    """A ring from about the top; its ends leave a gap, or overlap. It turns left, or right (1)."""
    start = r(-35, 45)
    end = start + turn * r(335, 395)
    return curve(*arc(0.5, 0.5, r(0.26, 0.44), 0.5, start, end))


@style(0, "plain")
def _(r: Range) -> list[Stroke]:
    return [ring(r)]


@style(0, "clockwise")
def _(r: Range) -> list[Stroke]:
    return [ring(r, 1)]


@style(0, "curl inside")
def _(r: Range) -> list[Stroke]:
    wide = r(0.28, 0.44)
    around = arc(0.5, 0.5, wide, 0.5, r(10, 50), -345)
    return [curve(*around, (r(0.4, 0.55), r(0.05, 0.25)), (r(0.3, 0.5), r(0.12, 0.3)))]


@style(0, "tail at the top")
def _(r: Range) -> list[Stroke]:
    ring = arc(0.5, 0.5, r(0.28, 0.44), 0.5, 0, r(-350, -310))
    return [curve((r(0.6, 0.9), r(-0.1, 0.05)), *ring)]


@style(0, "slashed")
def _(r: Range) -> list[Stroke]:
    return [ring(r), curve((r(0.68, 1.0), r(-0.06, 0.24)), (r(0.0, 0.32), r(0.76, 1.06)))]


@style(0, "slashed backwards", held_out=True)
def _(r: Range) -> list[Stroke]:
    return [ring(r), curve((r(0.05, 0.3), r(0.0, 0.25)), (r(0.7, 0.95), r(0.75, 1.0)))]


# ---- 1 ----


def stem(r: Range) -> Stroke:
    """The vertical stroke of a 1, hardly bent."""
    return curve((0.5, 0), (0.5 + r(-0.04, 0.04), 0.5), (0.5, 1))


def flag(r: Range) -> Stroke:
    """The flag of a 1, from its tip up to the top: steeper than the roof of a 7."""
    length, angle = r(0.12, 0.6), math.radians(r(25, 62))
    x, y = 0.5 - length * math.sin(angle), length * math.cos(angle)
    return curve((x, y), ((x + 0.5) / 2 + r(-0.03, 0.05), y / 2 + r(-0.03, 0.05)), (0.5, 0))


def foot(r: Range) -> Stroke:
    """The line under a 1."""
    y = 1 + r(-0.03, 0.03)
    return curve((0.5 - r(0.1, 0.55), y), (0.5 + r(0.1, 0.55), y + r(-0.06, 0.04)))


@style(1, "plain")
def _(r: Range) -> list[Stroke]:
    return [stem(r)]


@style(1, "flag")
def _(r: Range) -> list[Stroke]:
    return [flag(r) + stem(r)]


@style(1, "foot")
def _(r: Range) -> list[Stroke]:
    return [stem(r), foot(r)]


@style(1, "flag and foot")
def _(r: Range) -> list[Stroke]:
    return [flag(r) + stem(r), foot(r)]


@style(1, "hook")
def _(r: Range) -> list[Stroke]:
    left = r(0.1, 0.28)
    return [curve((0.5 - left, left * r(0.7, 1.4)), (0.5, 0), (0.52, 0.25), (0.5, 1))]


@style(1, "flag and foot in one stroke", held_out=True)
def _(r: Range) -> list[Stroke]:
    left = (0.5 - r(0.15, 0.35), 1.0)
    return [flag(r) + stem(r) + curve((0.5, 1), left) + curve(left, (0.5 + r(0.15, 0.4), 1.0))]


# ---- 2 ----


def neck(r: Range) -> list[Point]:
    """The upper bow of a 2, from its left end over the top."""
    return arc(0.48, 0.28, r(0.3, 0.42), 0.28, r(-105, -45), r(85, 125))


@style(2, "plain")
def _(r: Range) -> list[Stroke]:
    corner = (r(0.0, 0.14), 1.0)
    base = curve(corner, (0.5, 1 + r(-0.08, 0.04)), (r(0.75, 1.05), r(0.94, 1.04)))
    return [curve(*neck(r), corner) + base]


@style(2, "loop")
def _(r: Range) -> list[Stroke]:
    size = r(0.6, 1.5)  # of the loop
    loop = [(0.1, 0.98), (0.02 - 0.08 * size, 0.97 - 0.07 * size), (0.14, 0.97 - 0.17 * size)]
    return [curve(*neck(r), (0.32, 0.8), *loop, (0.45, 0.95), (r(0.8, 1.1), r(0.92, 1.02)))]


@style(2, "wavy base")
def _(r: Range) -> list[Stroke]:
    corner = (r(0.0, 0.12), r(0.94, 1.0))
    wave = curve(corner, (0.25, r(0.86, 0.94)), (0.65, r(0.98, 1.05)), (r(0.9, 1.1), r(0.84, 0.96)))
    return [curve(*neck(r), corner) + wave]


@style(2, "swan")
def _(r: Range) -> list[Stroke]:
    bow = arc(0.48, 0.26, r(0.34, 0.44), 0.26, r(-135, -100), 100)
    return [curve(*bow, (0.4, 0.74), (0.08, 0.98), (0.4, r(0.92, 1.0)), (r(0.8, 1.05), 1.0))]


@style(2, "like a z", held_out=True)
def _(r: Range) -> list[Stroke]:
    top, corner = (r(0.8, 0.95), r(0.0, 0.08)), (r(0.0, 0.1), 1.0)
    roof = curve((r(0.05, 0.15), r(0.05, 0.15)), (0.5, 0.0), top)
    return [roof + curve(top, corner) + curve(corner, (r(0.85, 1.0), 1.0))]


# ---- 3 ----


def belly(r: Range, waist: Point) -> Stroke:
    """The lower bow of a 3, from its waist to its left end."""
    high = (1 - waist[1]) / 2
    return curve(waist, *arc(0.44, 1 - high, r(0.34, 0.48), high, 25, r(215, 275)))


@style(3, "round")
def _(r: Range) -> list[Stroke]:
    waist = (r(0.25, 0.5), r(0.4, 0.52))
    high = waist[1] / 2
    bow = arc(0.44, high, r(0.3, 0.42), high, r(-95, -35), 150)
    return [curve(*bow, waist) + belly(r, waist)]


@style(3, "flat top")
def _(r: Range) -> list[Stroke]:
    top, waist = (r(0.75, 0.95), r(-0.03, 0.05)), (r(0.28, 0.5), r(0.33, 0.45))
    return [curve((r(0.02, 0.2), r(0.0, 0.08)), top) + curve(top, waist) + belly(r, waist)]


@style(3, "loop")
def _(r: Range) -> list[Stroke]:
    y = r(0.42, 0.52)
    bow = arc(0.44, y / 2, r(0.3, 0.4), y / 2, r(-80, -40), 140)
    loop = [(r(0.2, 0.34), y + 0.05), (r(0.18, 0.3), y - 0.05), (0.42, y)]
    low = arc(0.44, 0.74, r(0.36, 0.46), 0.26, 40, r(225, 270))
    return [curve(*bow, *loop, *low)]


@style(3, "soft waist", held_out=True)
def _(r: Range) -> list[Stroke]:
    bow = arc(0.44, 0.25, r(0.32, 0.4), 0.25, r(-80, -40), 125)
    low = arc(0.44, 0.74, r(0.36, 0.46), 0.26, 55, r(225, 270))
    return [curve(*bow, (r(0.5, 0.62), 0.48), *low)]


# ---- 4 ----


@style(4, "open, two strokes")
def _(r: Range) -> list[Stroke]:
    corner, x = (r(0.0, 0.15), r(0.48, 0.68)), r(0.55, 0.85)
    angle = curve((r(0.05, 0.42), r(-0.02, 0.1)), corner)
    bar = curve(corner, (r(0.85, 1.1), corner[1] + r(-0.08, 0.06)))
    return [angle + bar, curve((x + r(-0.02, 0.1), r(0.0, 0.4)), (x, 1.0))]


@style(4, "open, round, two strokes")
def _(r: Range) -> list[Stroke]:
    y, x = r(0.45, 0.6), r(0.7, 0.9)
    bowl = curve((r(0.0, 0.15), 0), (r(0.0, 0.12), y - 0.15), (0.3, y), (x, y + r(-0.1, 0.0)))
    return [bowl, curve((x + r(-0.02, 0.06), r(-0.03, 0.15)), (x - r(0.0, 0.08), 1.0))]


@style(4, "open, one stroke")
def _(r: Range) -> list[Stroke]:
    y, top = r(0.38, 0.7), (r(0.65, 1.0), r(-0.05, 0.2))
    left = [(r(0.0, 0.3), r(0.0, 0.12)), (r(-0.05, 0.12), y - r(0.08, 0.2))]
    up = curve(*left, (r(0.25, 0.45), y), (r(0.6, 0.8), y - r(0.05, 0.2)), top)
    return [up + curve(top, (r(0.45, 0.85), 1.0))]


@style(4, "open, one stroke, angular")
def _(r: Range) -> list[Stroke]:
    low, top = (r(-0.03, 0.12), r(0.42, 0.68)), (r(0.65, 0.95), r(-0.03, 0.3))
    right = (r(0.65, 0.9), low[1] + r(-0.1, 0.04))
    left = curve((r(0.0, 0.4), r(-0.02, 0.12)), low) + curve(low, right)
    return [left + curve(right, top) + curve(top, (r(0.5, 0.85), 1.0))]


@style(4, "open, one stroke, by the side")
def _(r: Range) -> list[Stroke]:
    corner, top = (r(0.0, 0.15), r(0.5, 0.66)), (r(0.5, 0.85), r(-0.03, 0.35))
    side = (r(0.8, 1.15), corner[1] - r(0.02, 0.2))
    angle = curve((r(0.15, 0.45), 0), corner)
    bar = curve(corner, (0.6, corner[1] + r(-0.02, 0.05)), side, top)
    return [angle + bar + curve(top, (r(0.5, 0.72), 1.0))]


@style(4, "closed, two strokes")
def _(r: Range) -> list[Stroke]:
    top, corner = (r(0.5, 0.78), 0.0), (r(-0.03, 0.1), r(0.55, 0.72))
    bar = curve(corner, (r(0.85, 1.1), corner[1] + r(-0.05, 0.05)))
    return [
        curve(top, corner) + bar,
        curve((top[0] + r(-0.05, 0.05), r(-0.03, 0.12)), (top[0], 1.0)),
    ]


@style(4, "closed, one stroke")
def _(r: Range) -> list[Stroke]:
    top, corner = (r(0.55, 0.75), 0.0), (r(0.0, 0.1), r(0.55, 0.7))
    bar = curve((r(0.85, 1.1), corner[1] + r(-0.05, 0.05)), corner)
    return [bar + curve(corner, top) + curve(top, (top[0] + r(-0.05, 0.05), 1.0))]


@style(4, "round loop, one stroke", held_out=True)
def _(r: Range) -> list[Stroke]:
    y = r(0.5, 0.62)
    down = [(r(0.2, 0.4), 0.0), (r(0.02, 0.12), y - 0.12), (0.2, y + 0.03)]
    return [curve(*down, (0.8, y - 0.05), (r(0.85, 1.0), 0.25), (0.72, 0.1), (r(0.6, 0.7), 1.0))]


# ---- 5 ----


def bowl(r: Range, start: Point) -> list[Point]:
    """The lower part of a 5, from the lower end of its neck to its left end."""
    high = (1 - start[1] + r(0.02, 0.1)) / 2
    return [start, *arc(0.42, 1 - high, r(0.38, 0.52), high, r(-25, 5), r(205, 265))]


@style(5, "one stroke")
def _(r: Range) -> list[Stroke]:
    corner, low = (r(0.1, 0.25), r(0.0, 0.06)), (r(0.06, 0.18), r(0.36, 0.5))
    bar = curve((r(0.75, 1.05), r(-0.05, 0.06)), corner)
    return [bar + curve(corner, low) + curve(*bowl(r, low))]


@style(5, "two strokes")
def _(r: Range) -> list[Stroke]:
    corner, low = (r(0.1, 0.28), 0.0), (r(0.06, 0.2), r(0.36, 0.5))
    left, y = corner[0] + r(-0.05, 0.12), r(-0.06, 0.05)
    bar = curve((left, y), (r(0.75, 1.1), y + r(-0.1, 0.06)))
    return [curve(corner, low) + curve(*bowl(r, low)), bar]


@style(5, "like an s")
def _(r: Range) -> list[Stroke]:
    top = [(r(0.8, 1.0), r(0.0, 0.1)), (0.5, 0.0), (r(0.12, 0.24), r(0.14, 0.24))]
    return [curve(*top, (0.3, r(0.4, 0.5)), *arc(0.42, 0.7, r(0.4, 0.48), 0.3, 30, r(205, 260)))]


@style(5, "round neck, bar apart", held_out=True)
def _(r: Range) -> list[Stroke]:
    low = (r(0.1, 0.2), r(0.4, 0.48))
    neck = curve((r(0.2, 0.3), 0.05), (r(0.08, 0.15), 0.25), *bowl(r, low))
    return [neck, curve((r(0.3, 0.42), r(-0.06, 0.02)), (r(0.85, 1.05), r(-0.08, 0.02)))]


# ---- 6 ----


@style(6, "plain")
def _(r: Range) -> list[Stroke]:
    high, wide = r(0.2, 0.3), r(0.32, 0.44)
    back = [(r(0.5, 0.95), 0.0), (r(0.24, 0.36), r(0.26, 0.36))]
    return [curve(*back, *arc(0.48, 1 - high, wide, high, 275, r(-75, 0)))]


@style(6, "curved back")
def _(r: Range) -> list[Stroke]:
    high, wide = r(0.2, 0.3), r(0.34, 0.44)
    back = [(r(0.8, 1.0), r(0.06, 0.18)), (r(0.55, 0.7), 0.0), (r(0.12, 0.22), r(0.26, 0.36))]
    return [curve(*back, *arc(0.48, 1 - high, wide, high, 270, r(-80, -10)))]


@style(6, "straight back")
def _(r: Range) -> list[Stroke]:
    high, wide = r(0.17, 0.28), r(0.3, 0.42)
    left = (0.48 - wide, 1 - high)
    back = curve((left[0] + r(0.0, 0.25), 0.0), left)
    return [back + curve(*arc(0.48, 1 - high, wide, high, 270, r(-90, -20)))]


@style(6, "curl", held_out=True)
def _(r: Range) -> list[Stroke]:
    back = [(r(0.6, 0.9), 0.0), (r(0.18, 0.28), 0.35)]
    inside = [(0.3, r(0.62, 0.7)), (0.4, r(0.74, 0.82))]
    return [curve(*back, *arc(0.48, 0.74, r(0.36, 0.42), 0.26, 280, -10), *inside)]


# ---- 7 ----


def seven(r: Range) -> Stroke:
    """The roof and the leg of a 7."""
    corner, bend = (r(0.82, 1.0), r(-0.03, 0.06)), r(-0.06, 0.14)
    end = (r(0.1, 0.58), 1.0)
    roof = curve((r(0.0, 0.12), r(-0.02, 0.1)), corner)
    middle = ((corner[0] + end[0]) / 2 - bend, 0.48)
    return roof + curve(corner, middle, end)


def bar(r: Range) -> Stroke:
    """The bar through the leg of a 7."""
    y = r(0.42, 0.6)
    return curve((r(0.18, 0.42), y), (r(0.72, 1.02), y + r(-0.1, 0.06)))


def serif(r: Range, points: Stroke) -> Stroke:
    """The short stroke down to the left end of the roof of a 7."""
    x, y = points[0]
    return curve((x + r(-0.05, 0.05), y + r(0.1, 0.3)), (x, y))


@style(7, "plain")
def _(r: Range) -> list[Stroke]:
    return [seven(r)]


@style(7, "barred")
def _(r: Range) -> list[Stroke]:
    return [seven(r), bar(r)]


@style(7, "serif")
def _(r: Range) -> list[Stroke]:
    points = seven(r)
    return [serif(r, points) + points]


@style(7, "wavy roof, barred")
def _(r: Range) -> list[Stroke]:
    corner = (r(0.85, 1.0), r(0.0, 0.05))
    roof = curve((0.0, r(0.1, 0.22)), (r(0.1, 0.2), 0.02), (r(0.5, 0.6), r(0.06, 0.14)), corner)
    return [roof + curve(corner, (r(0.5, 0.65), 0.45), (r(0.3, 0.5), 1.0)), bar(r)]


@style(7, "curved leg")
def _(r: Range) -> list[Stroke]:
    corner = (r(0.85, 1.0), r(0.0, 0.05))
    leg = curve(corner, (r(0.6, 0.75), r(0.2, 0.3)), (r(0.4, 0.55), 0.6), (r(0.35, 0.5), 1.0))
    return [curve((0, r(0.0, 0.1)), corner) + leg]


@style(7, "serif, barred", held_out=True)
def _(r: Range) -> list[Stroke]:
    points = seven(r)
    return [serif(r, points) + points, bar(r)]


# ---- 8 ----


def eight(r: Range, start: float, end: float, side: int = -1) -> Stroke:
    """A Lissajous figure from one angle to another: once down and up, twice left and right.

    Angle 0 is the top; `side` says where it goes from there, -1 left, 1 right.
    """
    upper, lower, waist = r(0.26, 0.4), r(0.32, 0.46), r(0.4, 0.54)
    steps = round((end - start) / 20)
    points = []
    for i in range(steps + 1):
        angle = math.radians(start + (end - start) * i / steps)
        y = (1 - math.cos(angle)) / 2
        wide = upper if y < 0.5 else lower
        y = 2 * waist * y if y < 0.5 else 1 - 2 * (1 - waist) * (1 - y)
        points.append((0.5 + side * wide * math.sin(2 * angle), y))
    return curve(*points)


@style(8, "to the left first")
def _(r: Range) -> list[Stroke]:
    return [eight(r, r(-40, 15), r(335, 375))]


@style(8, "to the right first")
def _(r: Range) -> list[Stroke]:
    return [eight(r, r(-30, 15), r(335, 375), side=1)]


@style(8, "from the waist")
def _(r: Range) -> list[Stroke]:
    return [eight(r, r(75, 110), r(435, 470))]


@style(8, "straight way up")
def _(r: Range) -> list[Stroke]:
    upper = arc(0.5, 0.25, r(0.26, 0.36), 0.25, r(40, 75), -140)
    lower = arc(0.5, 0.76, r(0.32, 0.42), 0.24, 40, 265)
    return [curve(*upper, (0.5, 0.5), *lower, (0.42, 0.55), (r(0.75, 0.95), r(0.02, 0.18)))]


@style(8, "two rings")
def _(r: Range) -> list[Stroke]:
    y, upper, lower = r(0.4, 0.52), r(-30, 40), r(-30, 40)
    high = (1 - y + r(-0.03, 0.06)) / 2
    return [
        curve(*arc(0.5, y / 2, r(0.22, 0.34), y / 2, upper, upper - r(345, 380))),
        curve(*arc(0.5, 1 - high, r(0.28, 0.42), high, lower, lower - r(345, 380))),
    ]


@style(8, "from the lower left", held_out=True)
def _(r: Range) -> list[Stroke]:
    return [eight(r, r(215, 245), r(580, 600), side=1)]


# ---- 9 ----


def head(r: Range) -> list[Point]:
    """The ring of a 9, from its upper right back to its right side."""
    high, wide = r(0.2, 0.31), r(0.28, 0.44)
    return arc(0.46, high, wide, high, r(40, 85), r(-285, -255))


@style(9, "straight tail")
def _(r: Range) -> list[Stroke]:
    ring = head(r)
    top = (max(x for x, _ in ring) + r(-0.02, 0.04), r(0.05, 0.25))
    return [curve(*ring, top) + curve(top, (top[0] + r(-0.2, 0.04), 1.0))]


@style(9, "bent tail")
def _(r: Range) -> list[Stroke]:
    ring = head(r)
    right = max(x for x, _ in ring)
    return [curve(*ring, (right, r(0.3, 0.4)), (r(0.6, 0.76), r(0.66, 0.76)), (r(0.25, 0.6), 1.0))]


@style(9, "curled tail")
def _(r: Range) -> list[Stroke]:
    ring = head(r)
    right = max(x for x, _ in ring)
    tail = [
        (right - r(0.0, 0.05), 0.68),
        (r(0.5, 0.7), r(0.92, 1.0)),
        (r(0.15, 0.4), r(0.92, 1.02)),
    ]
    return [curve(*ring, (right, 0.35), *tail, (r(-0.1, 0.18), r(0.64, 0.92)))]


@style(9, "two strokes")
def _(r: Range) -> list[Stroke]:
    start, high = r(20, 80), r(0.2, 0.3)
    ring = arc(0.45, high, r(0.28, 0.42), high, start, start - r(340, 385))
    x = max(x for x, _ in ring) + r(-0.03, 0.06)
    return [curve(*ring), curve((x, r(-0.03, 0.25)), (x + r(-0.2, 0.03), 1.0))]


@style(9, "like a g")
def _(r: Range) -> list[Stroke]:
    high, start = r(0.18, 0.26), r(50, 85)
    ring = arc(0.48, high, r(0.3, 0.44), high, start, start - r(310, 350))
    right = max(x for x, _ in ring)
    top = (right + r(-0.02, 0.05), r(0.0, 0.2))
    tail = [(top[0] - r(-0.05, 0.1), 0.7), (r(0.45, 0.65), 1.0), (r(0.1, 0.3), r(0.85, 1.0))]
    return [curve(*ring, top) + curve(top, *tail, (r(-0.05, 0.15), r(0.7, 0.85)))]


@style(9, "curled tail, two strokes", held_out=True)
def _(r: Range) -> list[Stroke]:
    ring = arc(0.45, 0.26, r(0.3, 0.4), 0.26, 60, r(-320, -290))
    tail = [(r(0.76, 0.86), 0.05), (0.82, 0.6), (r(0.5, 0.65), 0.97), (r(0.1, 0.3), r(0.85, 0.97))]
    return [curve(*ring), curve(*tail)]
