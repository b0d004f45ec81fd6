"""Compiling of inner loops; the types of the arrays that they work on."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

Function = TypeVar("Function", bound=Callable[..., Any])
Array = TypeVar("Array", bound=NDArray[Any])
Bools = NDArray[np.bool_]
Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Codes = NDArray[np.unsignedinteger[Any]]
World = NDArray[np.uint32]
Words = NDArray[np.uint64]


def kernel(function: Function) -> Function:
    """Compile with numba; the GIL is released, the machine code is kept on disk where that can be written.

    The cached code of a kernel goes stale only with its own file: kernels that
    call each other stand in one file.
    """
    try:
        return cast(Function, njit(cache=True, nogil=True)(function))
    except RuntimeError:  # numba finds no folder that it may write to
        return cast(Function, njit(nogil=True)(function))


def inlined(function: Function) -> Function:
    """Compile as a part of each kernel that calls it: handing arrays over takes longer than a short loop."""
    return cast(Function, njit(inline="always")(function))


def frozen(array: Array) -> Array:
    """The array, read-only from now on: many readers share it, also over threads."""
    array.setflags(write=False)
    return array
