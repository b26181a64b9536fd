"""Which modules are the interpreter's own: its library and its site-packages, and nothing that an application brings."""

import itertools
import os
import site
import sys
from types import ModuleType

from . import running
from .precedence import is_name, names_in

_DATAGRAM = 3500
"""Bytes; the front door takes 4096."""

_variables = ModuleType.__dict__["__dict__"].__get__


def _roots():
    packages = site.getsitepackages() if hasattr(site, "getsitepackages") else []
    return tuple({os.path.realpath(folder) + os.sep for folder in [os.path.dirname(os.__file__), *packages]})


class Library:
    """Knows its places; looks each folder up once: an application has hundreds of modules in few folders."""

    def __init__(self):
        self._roots = _roots()
        self._folders = {}

    def has(self, path):
        folder, name = os.path.split(path)
        real = self._folders.get(folder)
        if real is None:
            real = self._folders[folder] = os.path.realpath(folder) + os.sep
        return real.startswith(self._roots) and not os.path.islink(path)


def forget_other_folders():
    """What lies in folders where an application may look for its own; it looks anew. Here rather than in each worker: what that frees lies among what they share."""
    places = Library()
    for folder, finder in list(sys.path_importer_cache.items()):
        if finder is None or not places.has(os.path.join(folder, "")):
            del sys.path_importer_cache[folder]


_known = 0
"""How many modules there were when `begin` or `remember` was called."""

_remembered = [], []

_shared = []
"""Where code lies that this process was forked with (running.Places)."""


def begin():
    """In a process that was forked with modules: what it has is known to who asks, and only what comes is told."""
    global _known
    _known = len(sys.modules)


def remember():
    """In a process that workers are forked from: they tell of its modules without a look at them, which would copy the pages that they share."""
    global _remembered
    ours, others = _sorted()
    _remembered = list(pieces(ours)), list(pieces(others))
    _note(running.Places(ours))
    begin()


def note_code():
    """In a process that workers are forked from, of whose modules they do not tell: but of what they run of its code."""
    _note(running.Places(_sorted()[0]))


def _note(places):
    from . import overhead  # A worker that was started plainly does without.

    _shared.append(places)
    overhead.note(places.size)


def loaded():
    """(modules of the library in the order of their import, names that mean something else here, which code of the library has run: running.py).

    The names are the first parts of names of all other modules, and of those that lie where the application's are looked for, loaded
    or not: who is forked from a process that has the library's module of such a name would not find the application's.
    """
    ours, others = _sorted()
    return _remembered[0] + ours, _remembered[1] + others, running.words(ours) + [word for places in _shared for word in places.words()]


def _sorted():
    """The first two of `loaded`, of what is not known yet."""
    library, ours, others = Library(), [], set()
    new = list(itertools.islice(reversed(sys.modules.items()), max(0, len(sys.modules) - _known)))  # The others are not even looked at.
    for folder in sys.path:
        if isinstance(folder, str) and not library.has(os.path.join(folder, "")):  # Imports leave out the others, too.
            others.update(names_in(folder or os.curdir))
    for name, module in reversed(new):
        found = _is_of(library, name, module)
        if found:
            ours.append(name)
        elif found is not None:
            others.add(name.partition(".")[0])
    return ours, sorted(others - {"proxygroups"})


def _is_of(library, name, module):
    """None: it is no module of a file, or one by another name."""
    try:
        # By its type and its own dictionary: a module may be any object, say of itself what it likes, and run anything when it is asked.
        spec = _variables(module).get("__spec__") if issubclass(type(module), ModuleType) else None
        origin = getattr(spec, "origin", None)
        if not is_name(name) or not isinstance(origin, str) or not spec.has_location:
            return None
        return library.has(origin) and (True if spec.name == name else None)
    except Exception:
        return None  # So may be its name and its spec: one that is odd must not hide the others.


def pieces(names):
    """Names separated by spaces, in texts that fit into a datagram; a text may be among the names."""
    piece = []
    for name in names:
        if sum(map(len, piece)) + len(piece) + len(name) > _DATAGRAM:
            yield " ".join(piece)
            piece = []
        piece.append(name)
    if piece:
        yield " ".join(piece)
