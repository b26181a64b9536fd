"""What lies beside an application comes before modules of the same name that only we have loaded: it finds its own, as in a worker that was started plainly and tells nothing."""

import os
import sys

_ENDINGS = (".py", ".so", ".pyc")
_LONGEST_NAME = 200

_own = frozenset()


def note():
    """What is loaded by now every worker has, and no application can have another one of that name."""
    global _own
    _own = frozenset(sys.modules)


def give_way(folder):
    """To what an application has in its folder, unless that is what is loaded. What has been imported keeps what it needs."""
    if len(sys.modules) == len(_own):
        return
    home = os.path.realpath(folder)
    for name in names_in(folder):
        if name in sys.modules and name not in _own and name not in sys.builtin_module_names and not _lies_in(home, sys.modules[name]):
            _forget(name)


def names_in(folder):
    """Names of the modules and packages there, loaded or not."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                name, ending = os.path.splitext(entry.name)
                if ending in _ENDINGS or _is_package(entry):
                    name = name.partition(".")[0]  # Of "fast.cpython-311-x86_64-linux-gnu.so".
                    if is_name(name):
                        yield name
    except OSError:
        return


def is_name(text):
    """A name as in an import, and no program that runs when it is imported."""
    return text.isascii() and len(text) <= _LONGEST_NAME and all(part.isidentifier() and part != "__main__" for part in text.split("."))


def _is_package(entry):
    """A folder may hold any number of files, and is looked through at each start of a worker: what kind they are of is known."""
    try:
        return entry.is_dir() and os.path.exists(os.path.join(entry.path, "__init__.py"))
    except OSError:
        return False


def _lies_in(folder, module):
    """As where PYTHONPATH or an installation to be edited leads there: run twice, it would be there twice."""
    spec = getattr(module, "__spec__", None)
    origin, is_package = getattr(spec, "origin", None), getattr(spec, "submodule_search_locations", None) is not None
    if not isinstance(origin, str):
        return False
    return os.path.realpath(os.path.dirname(os.path.dirname(origin) if is_package else origin)) == folder


def _forget(package):
    """With all below. Hardly any application needs it: a look at all names copies pages that workers share."""
    for name in [name for name in sys.modules if isinstance(name, str) and (name + ".").startswith(package + ".")]:
        del sys.modules[name]
