"""The compiled functions: found, checked against this processor, and declared.

This module does not know what a layer is.
"""

from __future__ import annotations

import ctypes
import functools
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

# The one for processors that multiply bf16 first.
_NAMES = ("_bf16", "_vnni")


class Unavailable(Exception):
    """Why there are no compiled functions here."""


class Matrix(ctypes.Structure):
    """`Matrix` of native.h. The tensors must outlive it."""

    _fields_ = [
        ("weights", ctypes.c_void_p),
        ("scale", ctypes.c_void_p),
        ("bias", ctypes.c_void_p),
        ("factors", ctypes.c_void_p),
        ("inputs", ctypes.c_int64),
        ("outputs", ctypes.c_int64),
        ("depth", ctypes.c_int64),
    ]


class Heads(ctypes.Structure):
    """`Heads` of attend.c. The tensors must outlive it."""

    _fields_ = [
        ("num_heads", ctypes.c_int64),
        ("num_kv_heads", ctypes.c_int64),
        ("head_dim", ctypes.c_int64),
        ("norm", ctypes.c_float),
        ("q_norm", ctypes.c_void_p),
        ("k_norm", ctypes.c_void_p),
    ]


_TENSOR, _SIZE, _NUMBER, _FLOAT = ctypes.c_void_p, ctypes.c_int64, ctypes.c_int, ctypes.c_float
_FUNCTIONS = {
    "dayi_pack": (_TENSOR, _SIZE, _SIZE, _NUMBER, _TENSOR, _NUMBER),
    "dayi_project": (_TENSOR, _SIZE, ctypes.POINTER(Matrix), _FLOAT, _TENSOR, _TENSOR, _NUMBER),
    "dayi_attend": (
        *(_TENSOR, _SIZE, ctypes.POINTER(Matrix), ctypes.POINTER(Matrix), ctypes.POINTER(Heads), _FLOAT),
        *(_TENSOR, _TENSOR, _SIZE, _TENSOR, _SIZE, _TENSOR, _NUMBER),
    ),
    "dayi_feed_forward": (
        *(_TENSOR, _SIZE, ctypes.POINTER(Matrix), ctypes.POINTER(Matrix)),
        *(_FLOAT, _TENSOR, _NUMBER),
    ),
}


@functools.cache
def library() -> ctypes.CDLL:
    """The functions of native.h; tensors are given as their addresses.

    Raises:
        Unavailable: they were not built, or this processor cannot run them.
    """
    if sys.platform != "linux":
        raise Unavailable("built for Linux only")
    reason = "not built: there was no C compiler when Dayi was installed, or no x86-64 processor"
    for name in _NAMES:
        path = Path(__file__).with_name(name + EXTENSION_SUFFIXES[0])
        if path.exists():
            found = opened(path)
            if found.dayi_runs_here():
                return found
            reason = "this processor has no AVX-512 with VNNI"
    raise Unavailable(reason)


def opened(path: Path) -> ctypes.CDLL:
    """One of the builds, whether it can run here or not."""
    found = ctypes.CDLL(str(path))
    for function, arguments in _FUNCTIONS.items():
        getattr(found, function).argtypes = arguments
        getattr(found, function).restype = None
    return found


def is_available() -> bool:
    """Whether `library` gives anything here."""
    try:
        library()
    except Unavailable:
        return False
    return True
