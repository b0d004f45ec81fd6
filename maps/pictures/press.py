"""Turns one SVG sheet into PNG or PDF. A program of its own: it reads a request on stdin, writes the file to stdout.

It runs beside the service, for typst keeps a Python process busy while it draws; and it waits for its turn: no more
of them draw at the same time than the machine has cores, whatever number of workers the service has.
"""

import json
import os
import socket
import sys
import time
from collections.abc import Mapping
from typing import Any

POINTS = 0.75  # of a unit, which is a 96th of an inch
_LOOK_AGAIN_S = 0.02
# The sheet and its title are values, never markup: nothing that somebody wrote is read as typst's language.
MAIN = b"""
#let size = json(bytes(sys.inputs.size))
#set document(title: sys.inputs.title, author: sys.inputs.author, date: none)
#set page(width: size.at(0) * 1pt, height: size.at(1) * 1pt, margin: 0pt)
#image(bytes(sys.inputs.svg), format: "svg", width: 100%, height: 100%, fit: "stretch", alt: sys.inputs.title)
"""


def main() -> None:
    """Serve one request: {format, svg, title, author, size (units), ppi, fonts}."""
    request = json.loads(sys.stdin.buffer.read())
    with turn(len(os.sched_getaffinity(0))):
        sys.stdout.buffer.write(printed(request))


def printed(request: Mapping[str, Any]) -> bytes:
    """The file."""
    import typst

    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[request["fonts"]])
    size = json.dumps([one * POINTS for one in request["size"]])
    inputs = {"svg": request["svg"], "title": request["title"], "author": request["author"], "size": size}
    compiler = typst.Compiler(MAIN, font_paths=fonts, ignore_system_fonts=True, sys_inputs=inputs)
    made = compiler.compile(format=request["format"], ppi=request["ppi"])
    assert isinstance(made, bytes)  # noqa: S101 (one page)
    return made


def turn(n: int) -> socket.socket:
    """Hold one of `n` places of this machine until the process ends, however it does.

    A place is an abstract socket name of the user: it lies on no disk, and the kernel clears it away.
    """
    while True:
        for i in range(n):
            place = socket.socket(socket.AF_UNIX)
            try:
                place.bind(f"\0geo-service-drawing-{os.getuid()}-{i}")
            except OSError:
                place.close()
            else:
                return place
        time.sleep(_LOOK_AGAIN_S)


if __name__ == "__main__":
    main()
