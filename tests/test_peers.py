"""What the comparison with other services rests on: its data, its client, and how it counts what they answer."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Thread

import mapbox_vector_tile
import numpy as np
import pyarrow as pa
import pytest
import shapely

from benchmarks.peers import report
from benchmarks.peers.counting import Content, in_items, in_tile
from benchmarks.peers.measuring import Figure
from benchmarks.peers.region import province
from benchmarks.peers.subjects import tiles_of
from benchmarks.peers.targets import TARGETS, told
from benchmarks.peers.wires import Timing, Wire, drive, request_for
from maps.tiles import encode_tile
from maps.tiles.encode import CROWD
from maps.tiles.grid import Tile, tile_at
from tests.columns_support import layer

# ---------------------------------------------------------------- data


def test_the_same_province_is_made_each_time() -> None:
    one, other = province(0.001), province(0.001)
    for made, again in zip(one, other, strict=True):
        assert shapely.to_wkb(made.shapes).tolist() == shapely.to_wkb(again.shapes).tolist()
        assert pa.table(dict(made.fields)).equals(pa.table(dict(again.fields)))
    assert [(made.layer, len(made.shapes)) for made in one] == [
        ("problems", 1000),
        ("road_segments", 100),
        ("parcels", 100),
    ]
    assert all(shapely.is_valid(made.shapes).all() for made in one)


def test_the_fullest_tiles_come_first_and_each_once() -> None:
    (problems, *_) = province(0.01)
    tiles = tiles_of(problems, 12)
    lon, lat = shapely.get_coordinates(problems.shapes).T
    there = [tile_at(*place, 12) for place in zip(lon.tolist(), lat.tolist(), strict=True)]
    counts = [there.count(tile) for tile in tiles]
    assert len(tiles) == len(set(tiles)) == 60
    assert counts[:20] == sorted(counts, reverse=True)[:20]
    assert min(counts) > 0


# ---------------------------------------------------------------- counting


@pytest.mark.parametrize("count", [1, 130, 3000])
def test_features_of_a_tile_are_counted_as_a_decoder_counts_them(count: int) -> None:
    spots = shapely.points(np.random.default_rng(3).uniform((118, 36), (118.4, 36.3), (count, 2)))
    body = encode_tile(layer(spots, name=[f"N{number}" for number in range(count)]), Tile(4, 13, 6))
    assert len(mapbox_vector_tile.decode(body)["layer"]["features"]) == count
    assert in_tile(memoryview(body)) == Content(count)


def test_cells_stand_for_the_features_in_them() -> None:
    spots = shapely.points(np.random.default_rng(3).uniform((118, 36), (118.4, 36.3), (CROWD + 5, 2)))
    content = in_tile(memoryview(encode_tile(layer(spots), Tile(4, 13, 6))))
    assert 0 < content.cells == content.features < CROWD
    assert content.meant == CROWD + 5


def test_items_are_counted() -> None:
    assert in_items(memoryview(b'{"features": [{}, {}]}')) == Content(2)


# ---------------------------------------------------------------- the client


@contextmanager
def answering(answers: Sequence[bytes], *, then_close: bool = False) -> Iterator[int]:
    """A server that gives these answers in turn, whatever is asked, over any number of connections."""
    listening = socket.create_server(("127.0.0.1", 0))
    given = iter(answers)

    def serve(connection: socket.socket) -> None:
        with connection:
            while connection.recv(65536):
                try:
                    connection.sendall(next(given))
                except StopIteration:
                    return
                if then_close:
                    return

    def accept() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            Thread(target=serve, args=(connection,), daemon=True).start()

    Thread(target=accept, daemon=True).start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n"
CLOSING = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello"
EMPTY = b"HTTP/1.1 204 No Content\r\n\r\n"
LARGE = b"HTTP/1.1 200 OK\r\ncontent-length: 3000000\r\n\r\n" + b"x" * 3_000_000
REQUEST = request_for("/x", {"authorization": "Bearer y"})


def test_answers_of_every_form_are_read_over_one_wire() -> None:
    with answering([PLAIN, CHUNKED, EMPTY, LARGE, PLAIN]) as port:
        wire = Wire(port)
        got = [(answer.status, bytes(answer.body)) for answer in (wire.ask(REQUEST) for _ in range(5))]
        wire.close()
    assert got == [(200, b"hello"), (200, b"hello"), (204, b""), (200, b"x" * 3_000_000), (200, b"hello")]


def test_a_wire_is_made_anew_where_the_other_side_closes_it() -> None:
    with answering([CLOSING, PLAIN], then_close=True) as port:
        wire = Wire(port)
        assert [bytes(wire.ask(REQUEST).body) for _ in range(2)] == [b"hello", b"hello"]
        wire.close()


def test_passes_are_whole_and_refusals_are_counted() -> None:
    refused = b"HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nhello"
    with answering([PLAIN, PLAIN, refused] * 1000) as port:
        wires = [Wire(port), Wire(port)]
        timing = drive(wires, [REQUEST] * 3, 0.0)
        for wire in wires:
            wire.close()
    assert (timing.refused, timing.kb) == (1, 0.005)


# ---------------------------------------------------------------- the report


def figure(service: str, subject: str, per_s: float, features: int = 100) -> Figure:
    return Figure(service, subject, Timing(20, per_s, 1, 2, 3, 0), Content(features), 10, 0.5)


def test_a_missed_target_is_bold_and_named() -> None:
    subject = "problems z12"
    target = TARGETS["tipg"][subject]
    assert told("tipg", subject, target) == f"{target:.1f}× / {target}×"
    assert told("tipg", subject, target - 1) == f"**{target - 1:.1f}× / {target}×**"
    figures = [figure("geo-service", subject, 390), figure("tipg", subject, 10), figure("MapServer", subject, 1)]
    assert report.missed(figures) == ["problems z12 against tipg: 39.0× of 40×"]


def test_answers_that_hold_something_else_are_marked() -> None:
    figures = [
        figure("geo-service", "items", 9, 100),
        figure("tipg", "items", 9, 105),
        figure("pygeoapi", "items", 9, 50),
    ]
    marks = {line.split(" | ")[1]: line.split(" | ")[7] for line in report.details(figures).splitlines()[2:]}
    assert marks == {"geo-service": "", "tipg": "", "pygeoapi": "-50%"}
