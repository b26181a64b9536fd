"""Modules that nobody has named: applications were seen to load them. They are imported only from the interpreter's own library, and only where that goes well."""

import os
import sys

from . import exclusion, library, log, precedence


def names(environment):
    """PROXYGROUPS_LEARNED, less what is to be left out."""
    excluded = tuple(environment.get("PROXYGROUPS_PRELOAD_EXCLUDE", "").split())
    return [name for name in environment.get("PROXYGROUPS_LEARNED", "").split() if precedence.is_name(name) and not is_within(name, excluded)]


def is_within(name, packages):
    return any(name == package or name.startswith(package + ".") for package in packages)


class Guard:
    """The finder (importlib.abc.MetaPathFinder) before all others but those of exclusion.py: within `with`, what lies elsewhere is not imported."""

    def __init__(self, others=()):
        self._library, self._others = library.Library(), tuple(others)

    def __enter__(self):
        place = len([finder for finder in sys.meta_path if exclusion.is_exclusion(finder)])
        sys.meta_path.insert(place, self)
        return self

    def __exit__(self, *_):
        sys.meta_path.remove(self)

    def find_spec(self, name, path=None, target=None):
        if is_within(name, self._others):
            raise ModuleNotFoundError("an application has another module of the name %s" % name, name=name)
        for finder in sys.meta_path[sys.meta_path.index(self) + 1:]:
            spec = finder.find_spec(name, path, target) if hasattr(finder, "find_spec") else None
            if spec is not None:
                self._check(name, spec)
                return spec
        return None

    def _check(self, name, spec):
        # What has no file is part of the interpreter, a package without code, or made by a module that was let in.
        if spec.has_location and not self._library.has(spec.origin):
            raise ModuleNotFoundError("%s is no module of the interpreter's own library" % name, name=name)


def import_all(wanted, looked, after_import):
    """What went wrong, or None. It did not when they were tried, so the code on disk is another one by now."""
    with Guard():
        for name in wanted:
            if name in sys.modules:
                continue
            try:
                __import__(name)
            except BaseException as error:
                return "%s cannot be imported: %s" % (name, describe(error))
            fault = looked.find_fault() or exclusion_fault()
            if fault:
                return "importing %s left %s" % (name, fault)
            after_import()
    return None


def exclusion_fault():
    used = exclusion.find_used()
    return used and "a use of %s, which PreloadExclude leaves out" % used


def describe(error):
    return "%s: %s" % (type(error).__name__, error)


def start_again_without(environment, kept):
    """In place of this process, which has something in it that must not be: the workers share what was named, and no more. `kept`: its descriptors."""
    from .open_files import descriptors

    log.flush_streams()
    for descriptor in descriptors():
        if descriptor > 2 and descriptor not in kept:
            os.close(descriptor)
    left = {name: value for name, value in environment.items() if name not in ("PROXYGROUPS_LEARNED", "PROXYGROUPS_LEARNED_CODE")}
    os.execve(sys.executable, [sys.executable, "-u", os.path.dirname(os.path.abspath(__file__)), "preload"], left)
