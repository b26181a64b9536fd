"""wsgi.file_wrapper: hands an open file to the worker (PEP 3333, "Optional Platform-Specific File Handling")."""

import io
import os
import stat

_REAL_FILES = (io.FileIO, io.BufferedReader, io.BufferedRandom)
"""Exactly these types read what their descriptor holds. A GzipFile has a descriptor too, but of the packed bytes."""


class FileWrapper:
    """Iterates over a file in blocks; the worker sends a real file by sendfile(2) instead."""

    def __init__(self, file, block_size=65536):
        self.file = file
        self.block_size = block_size
        if hasattr(file, "close"):
            self.close = file.close

    def __iter__(self):
        return iter(lambda: self.file.read(self.block_size), b"")


def real_file(wrapper):
    """(descriptor, position, size) if the kernel can send the file itself, else None."""
    file = wrapper.file
    if type(file) not in _REAL_FILES or not hasattr(os, "sendfile"):
        return None
    raw = getattr(file, "raw", file)
    if type(raw) is not io.FileIO:
        return None
    try:
        if type(file) is io.BufferedRandom:
            file.flush()
        state = os.fstat(raw.fileno())
        return (raw.fileno(), file.tell(), state.st_size) if stat.S_ISREG(state.st_mode) else None
    except (OSError, ValueError):
        return None
