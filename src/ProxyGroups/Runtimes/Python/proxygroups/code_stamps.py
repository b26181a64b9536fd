"""Whether the modules in memory are still those on disk: a restart after an upgrade must not start from the old code."""

import os
import sys
from array import array

_MOST = (1 << 63) - 1
"""A file may be of a year that 64 bits cannot hold; only whether it stays counts."""


class CodeStamps:
    """Size and time of each module's file, taken once all are imported.

    Two objects hold them all: to look at a thousand would write to each one's count, and leave a copy of its page to every worker (1.2 MB each with Django).
    """

    def __init__(self, modules):
        files = {_file_of(module) for module in list(modules.values())}
        files = sorted(file for file in files if file and "\0" not in file)
        self._files = "\0".join(files)
        self._stamps = array("q", (number for file in files for number in _stamp(file)))

    @property
    def size(self):
        return sys.getsizeof(self._files) + sys.getsizeof(self._stamps)

    def find_changed(self):
        """The path of a file that has changed or gone since, or None."""
        index, begin = 0, 0
        while index < len(self._stamps):
            end = self._files.find("\0", begin)
            file = self._files[begin:] if end < 0 else self._files[begin:end]
            if _stamp(file) != (self._stamps[index], self._stamps[index + 1]):
                return file
            index, begin = index + 2, end + 1
        return None


def _file_of(module):
    try:
        file = getattr(module, "__file__", None)
    except Exception:  # It may be any object, and run anything when it is asked.
        file = None
    return file if type(file) is str else ""


def _stamp(file):
    try:
        state = os.stat(file)
    except OSError:
        return -1, -1
    return state.st_mtime_ns & _MOST, state.st_size
