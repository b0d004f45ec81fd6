"""From world coordinates to the command integers of a vector tile: clip, round, drop what adds nothing, write.

Commands are those of the Mapbox Vector Tile Specification 2.1, section 4.3.
A kernel gives them for all features end to end, with the place where each
feature's commands end; those of lines and polygons also the rows that something
is left of, in order.
The names of the loop kernels: `frame` is that of `grid.frame`, `x`, `y` are world
coordinates, `qx`, `qy` rounded tile units.
"""

import numpy as np

from layers.columns.boxes import Boxes
from layers.columns.compiled import Bools, Bytes, Floats, Ints, World, inlined, kernel
from maps.tiles.grid import EXTENT, Frame

Commands = World
Drawn = tuple[Commands, Ints]
DrawnRows = tuple[Commands, Ints, Ints]
ShapeArrays = tuple[Ints, Ints, Bools, World, World, Bytes, Boxes]
Scratch = tuple[Ints, Ints, Ints]
Room = tuple[Floats, Floats]
Pen = tuple[int, int, int]  # commands written, and where the last vertex was
MOVE_TO, LINE_TO, CLOSE_PATH = 1, 2, 7
ONCE = 1 << 3


@kernel
def _zigzag(value: int) -> np.uint32:
    return np.uint32((value << 1) ^ (value >> 63))


@kernel
def _rounded(value: float) -> int:
    return int(np.floor(value + 0.5))


@inlined
def _with_room(commands: Commands, size: int) -> Commands:
    """The same commands in an array that holds at least `size`."""
    if size <= len(commands):
        return commands
    wider = np.empty(2 * size, np.uint32)
    wider[: len(commands)] = commands
    return wider


# --- points


@kernel
def _rounded_on_its_side(value: float) -> int:
    """Rounded, but never over the edge of the tile: a point belongs to one tile only, at every zoom."""
    below = int(np.floor(value))
    return below if below == -1 or below == EXTENT - 1 else _rounded(value)


@kernel
def point_commands(x: World, y: World, rows: Ints, frame: Frame) -> Drawn:
    """One MoveTo for each of the rows."""
    west, north, scale = frame[0], frame[1], frame[2]
    commands = np.empty(3 * len(rows), np.uint32)
    for i, row in enumerate(rows):
        commands[3 * i] = MOVE_TO | ONCE
        commands[3 * i + 1] = _zigzag(_rounded_on_its_side((x[row] - west) * scale))
        commands[3 * i + 2] = _zigzag(_rounded_on_its_side((y[row] - north) * scale))
    return commands, np.arange(3, 3 * len(rows) + 1, 3)


# --- lines


@inlined
def _inside_share(ax: float, ay: float, bx: float, by: float, frame: Frame) -> tuple[float, float]:
    """From where to where a → b is inside, as shares of its length (Liang–Barsky); first > last: nowhere."""
    low, high = frame[3], frame[4]
    if low <= min(ax, bx) and max(ax, bx) <= high and low <= min(ay, by) and max(ay, by) <= high:
        return 0.0, 1.0
    first, last = 0.0, 1.0
    for start, step in ((ax, bx - ax), (ay, by - ay)):
        if step == 0.0:
            if start < low or start > high:
                return 1.0, 0.0
        else:
            enter, leave = (low - start) / step, (high - start) / step
            if enter > leave:
                enter, leave = leave, enter
            first, last = max(first, enter), min(last, leave)
    return first, last


@inlined
def _add_to_line(qx: Ints, qy: Ints, start: int, used: int, x: int, y: int) -> int:
    """Add a vertex to the line that begins at `start`; one that repeats or merely prolongs the last is merged."""
    if used > start and qx[used - 1] == x and qy[used - 1] == y:
        return used
    if used - start >= 2:
        ax, ay = qx[used - 1] - qx[used - 2], qy[used - 1] - qy[used - 2]
        bx, by = x - qx[used - 1], y - qy[used - 1]
        if ax * by == ay * bx and ax * bx + ay * by > 0:
            used -= 1
    qx[used], qy[used] = x, y
    return used + 1


@inlined
def _clip_line(x: Floats, y: Floats, frame: Frame, scratch: Scratch) -> int:
    """Fill the scratch with the pieces of one path (tile units) inside the frame: vertices, where each piece begins.

    Returns how many pieces there are; `starts[pieces]` is where the last one ends.
    """
    qx, qy, starts = scratch
    pieces, used, going_on = 0, 0, False
    starts[0] = 0
    bx, by = x[0], y[0]
    for i in range(1, len(x)):
        ax, ay = bx, by
        bx, by = x[i], y[i]
        first, last = _inside_share(ax, ay, bx, by, frame)
        if first > last:
            going_on = False
            continue
        if not going_on:
            used, pieces = _end_piece(starts, pieces, used)
            used = _add_to_line(qx, qy, used, used, _rounded(ax + first * (bx - ax)), _rounded(ay + first * (by - ay)))
            pieces += 1
        used = _add_to_line(
            qx, qy, starts[pieces - 1], used, _rounded(ax + last * (bx - ax)), _rounded(ay + last * (by - ay))
        )
        going_on = last == 1.0
    used, pieces = _end_piece(starts, pieces, used)
    return pieces


@inlined
def _end_piece(starts: Ints, pieces: int, used: int) -> tuple[int, int]:
    """Close the piece that is open; take it back if it is a single vertex."""
    if pieces and used - starts[pieces - 1] < 2:
        pieces -= 1
        used = starts[pieces]
    starts[pieces] = used
    return used, pieces


@inlined
def _put_vertices(commands: Commands, pen: Pen, vertices: tuple[Ints, Ints], reach: tuple[int, int, int]) -> Pen:
    """MoveTo the first vertex, LineTo the others; `reach` is first place, number and step (cyclic) of the vertices."""
    qx, qy = vertices
    used, cx, cy = pen
    start, count, step = reach
    for k in range(count):
        i = start + (k * step) % count
        if k < 2:
            commands[used] = (MOVE_TO | ONCE) if k == 0 else (LINE_TO | ((count - 1) << 3))
            used += 1
        commands[used], commands[used + 1] = _zigzag(qx[i] - cx), _zigzag(qy[i] - cy)
        used, cx, cy = used + 2, qx[i], qy[i]
    return used, cx, cy


@inlined
def _to_units(path: tuple[World, World, Bytes], most: int, frame: Frame, out: Room) -> Room:
    """The vertices up to the level `most` in tile units, in the first places of `out`."""
    x, y, levels = path
    out_x, out_y = out
    used = 0
    for i in range(len(x)):
        if levels[i] <= most:
            out_x[used], out_y[used] = (x[i] - frame[0]) * frame[2], (y[i] - frame[1]) * frame[2]
            used += 1
    return out_x[:used], out_y[:used]


@inlined
def _longest(part: ShapeArrays, rows: Ints) -> int:
    """The greatest number of vertices of a path of the rows."""
    shapes, paths = part[0], part[1]
    longest = 0
    for row in rows:
        for path in range(shapes[row], shapes[row + 1]):
            longest = max(longest, paths[path + 1] - paths[path])
    return longest


@inlined
def _has_size(box: World, frame: Frame) -> tuple[bool, bool]:
    """Whether a box still has a width, a height after rounding."""
    west, north, scale = frame[0], frame[1], frame[2]
    return (
        _rounded((box[0] - west) * scale) < _rounded((box[2] - west) * scale),
        _rounded((box[1] - north) * scale) < _rounded((box[3] - north) * scale),
    )


@kernel
def line_commands(part: ShapeArrays, rows: Ints, frame: Frame, most: int) -> DrawnRows:
    """The lines of the rows, of their vertices those up to the level `most`: each piece inside a MoveTo, a LineTo."""
    shapes, paths, _, x, y, levels, boxes = part
    longest = _longest(part, rows)
    room = (np.empty(longest), np.empty(longest))
    scratch = (np.empty(2 * longest, np.int64), np.empty(2 * longest, np.int64), np.empty(longest + 1, np.int64))
    qx, qy, starts = scratch
    commands = np.empty(64 + 16 * len(rows), np.uint32)
    ends, left = np.empty(len(rows), np.int64), np.empty(len(rows), np.int64)
    used, drawn = 0, 0
    for row in rows:
        wide, high = _has_size(boxes[row], frame)
        pen = (used, 0, 0)
        if wide or high:
            for path in range(shapes[row], shapes[row + 1]):
                along = slice(paths[path], paths[path + 1])
                path_x, path_y = _to_units((x[along], y[along], levels[along]), most, frame, room)
                pieces = _clip_line(path_x, path_y, frame, scratch)
                commands = _with_room(commands, pen[0] + 2 * starts[pieces] + 2 * pieces)
                for i in range(pieces):
                    pen = _put_vertices(commands, pen, (qx, qy), (starts[i], starts[i + 1] - starts[i], 1))
        if pen[0] > used:
            used = pen[0]
            ends[drawn], left[drawn] = used, row
            drawn += 1
    return commands[:used], ends[:drawn], left[:drawn]


# --- polygons


@kernel
def _cut(u: Floats, v: Floats, limit: float, side: float) -> tuple[Floats, Floats]:
    """The part of a ring with (u - limit) · side ≥ 0 (Sutherland–Hodgman); a ring has no closing vertex."""
    size = len(u) + len(u) // 2 + 2  # of each run outside at least one vertex goes, and two come
    out_u, out_v = np.empty(size), np.empty(size)
    used = 0
    for i in range(len(u)):
        here, before = (u[i] - limit) * side, (u[i - 1] - limit) * side
        if (here >= 0) != (before >= 0):
            out_u[used] = limit
            out_v[used] = v[i - 1] + before / (before - here) * (v[i] - v[i - 1])
            used += 1
        if here >= 0:
            out_u[used], out_v[used] = u[i], v[i]
            used += 1
    return out_u[:used], out_v[:used]


@kernel
def _clip_ring(x: Floats, y: Floats, low: float, high: float) -> tuple[Floats, Floats]:
    """The part of a ring with low ≤ x, y ≤ high."""
    if x.min() < low:
        x, y = _cut(x, y, low, 1.0)
    if len(x) and x.max() > high:
        x, y = _cut(x, y, high, -1.0)
    if len(x) and y.min() < low:
        y, x = _cut(y, x, low, 1.0)
    if len(x) and y.max() > high:
        y, x = _cut(y, x, high, -1.0)
    return x, y


@inlined
def _turns(qx: Ints, qy: Ints, a: int, b: int, c: int) -> bool:
    """Whether b is a corner on the way from a to c; a straight way on, or straight back, is none."""
    return bool((qx[b] - qx[a]) * (qy[c] - qy[b]) != (qy[b] - qy[a]) * (qx[c] - qx[b]))


@inlined
def _round_ring(x: Floats, y: Floats, qx: Ints, qy: Ints) -> tuple[int, int]:
    """Fill qx, qy with the corners of a rounded ring; returns the first place and the place after the last."""
    used = 0
    for i in range(len(x)):
        qx[used], qy[used] = _rounded(x[i]), _rounded(y[i])
        while used >= 2 and not _turns(qx, qy, used - 2, used - 1, used):
            qx[used - 1], qy[used - 1] = qx[used], qy[used]
            used -= 1
        if used == 0 or qx[used] != qx[used - 1] or qy[used] != qy[used - 1]:
            used += 1
    first = 0
    while used - first >= 3:
        if not _turns(qx, qy, used - 2, used - 1, first):
            used -= 1
        elif not _turns(qx, qy, used - 1, first, first + 1):
            first += 1
        else:
            break
    return first, used


@inlined
def _twice_area(qx: Ints, qy: Ints, first: int, stop: int) -> int:
    """Twice the area by the surveyor's formula: positive = clockwise on the screen, as an exterior has to be."""
    area = int(qx[stop - 1] * qy[first] - qx[first] * qy[stop - 1])
    for i in range(first, stop - 1):
        area += int(qx[i] * qy[i + 1] - qx[i + 1] * qy[i])
    return area


@inlined
def _is_inside(box: World, frame: Frame) -> bool:
    """Whether a box lies inside the frame as a whole: nothing of it has to be cut off."""
    west, north, scale, low, high = frame
    across = (box[0] - west) * scale >= low and (box[2] - west) * scale <= high
    return bool(across and (box[1] - north) * scale >= low and (box[3] - north) * scale <= high)


@kernel
def polygon_commands(part: ShapeArrays, rows: Ints, frame: Frame, most: int) -> DrawnRows:
    """The polygons of the rows, of their vertices those up to the level `most`: exteriors, then their holes.

    Polygons without any area are left out.
    """
    shapes, paths, outer, x, y, levels, boxes = part
    longest = _longest(part, rows)
    room = (np.empty(longest), np.empty(longest))
    qx, qy = np.empty(longest, np.int64), np.empty(longest, np.int64)
    commands = np.empty(64 + 16 * len(rows), np.uint32)
    ends, left = np.empty(len(rows), np.int64), np.empty(len(rows), np.int64)
    used, drawn = 0, 0
    for row in rows:
        wide, high = _has_size(boxes[row], frame)
        inside = _is_inside(boxes[row], frame)
        pen = (used, 0, 0)
        before, area = pen, 0  # of the polygon that is being drawn
        for path in range(shapes[row], shapes[row + 1] if wide and high else shapes[row]):
            if outer[path]:
                pen = pen if area > 0 else before
                before, area = pen, 0
            elif area <= 0:
                continue
            along = slice(paths[path], paths[path + 1])
            ring_x, ring_y = _to_units((x[along], y[along], levels[along]), most, frame, room)
            if not inside:
                ring_x, ring_y = _clip_ring(ring_x, ring_y, frame[3], frame[4])
            if len(ring_x) > len(qx):
                qx, qy = np.empty(2 * len(ring_x), np.int64), np.empty(2 * len(ring_x), np.int64)
            first, stop = _round_ring(ring_x, ring_y, qx, qy)
            ring_area = _twice_area(qx, qy, first, stop) if stop - first >= 3 else 0
            if ring_area != 0:
                area += abs(ring_area) if outer[path] else -abs(ring_area)
                step = 1 if (ring_area > 0) == outer[path] else -1
                commands = _with_room(commands, pen[0] + 2 * (stop - first) + 3)
                pen = _put_vertices(commands, pen, (qx, qy), (first, stop - first, step))
                commands[pen[0]] = CLOSE_PATH | ONCE
                pen = (pen[0] + 1, pen[1], pen[2])
        end = (pen if area > 0 else before)[0]
        if end > used:
            used = end
            ends[drawn], left[drawn] = used, row
            drawn += 1
    return commands[:used], ends[:drawn], left[:drawn]
