"""Whether the modules in memory are still those on disk: a restart after an upgrade must not start from the old code."""

import os


class CodeStamps:
    """Size and time of each module's file, taken once all are imported."""

    def __init__(self, modules):
        files = {getattr(module, "__file__", None) for module in list(modules.values())}
        self._stamps = {file: _stamp(file) for file in files if isinstance(file, str)}

    def find_changed(self):
        """The path of a file that has changed or gone since, or None."""
        for file, stamp in self._stamps.items():
            if _stamp(file) != stamp:
                return file
        return None


def _stamp(file):
    try:
        state = os.stat(file)
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size
