"""Printing of sheets in processes of their own, no more at a time than the machine has cores."""

import asyncio
import os
import sys
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import orjson

from geo_service.turns import Turns
from layers.words import msg
from maps.pictures import press as program

_LONGEST_S = 60.0
_MOST_WAITING = 24
_MOST_OF_ONE = 8  # of one client: the others have places too


class Press:
    """One of each service process; `turn` is held while a sheet is made, from reading its data on."""

    def __init__(self) -> None:
        refusal = msg("Many pictures are being drawn just now. Please try again in a moment.")
        self._turns = Turns(len(os.sched_getaffinity(0)), most=_MOST_WAITING, of_one=_MOST_OF_ONE, refusal=refusal)

    def turn(self, address: str) -> AbstractAsyncContextManager[None]:
        """Wait for a turn; TooMany where too many wait already."""
        return self._turns.turn(address)

    async def printed(self, request: Mapping[str, Any]) -> bytes:
        """What the program makes of the request; RuntimeError, a fault of our own, where it makes nothing."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", str(Path(program.__file__)),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            made, said = await asyncio.wait_for(process.communicate(orjson.dumps(request)), _LONGEST_S)
        except BaseException:  # whatever stops us stops the program too
            if process.returncode is None:
                process.kill()
            raise
        if process.returncode:
            raise RuntimeError(f"the press ended with {process.returncode}: {said[-2000:].decode(errors='replace')}")
        return made
