"""Modules that a process which workers are forked from must not run (PreloadExclude): whoever imports one there gets it empty, and each worker fills it right after the fork.

Names are those of modules; what lies below a package goes with it. Code that needs the content before the fork cannot have it: then the process is not forked.
"""

import importlib
import sys
from importlib.machinery import ExtensionFileLoader
from types import ModuleType

from . import application


def keep_out(names):
    """Begins; a process that is forked to be a fork parent itself keeps out what its own one did, too."""
    if names:
        sys.meta_path.insert(0, _Exclusion(names))


def is_exclusion(finder):
    return isinstance(finder, _Exclusion)


def find_used():
    """The module whose content was asked for all the same, or None."""
    return next((exclusion.used for exclusion in _all() if exclusion.used), None)


def end():
    """In a worker: runs them in the order in which they were imported. Raises LoadError if one fails."""
    exclusions = _all()
    sys.meta_path[:] = [finder for finder in sys.meta_path if finder not in exclusions]
    for exclusion in exclusions:
        exclusion.is_over = True
    for exclusion in reversed(exclusions):  # The newest is the first one on the path.
        for module in exclusion.empty:
            _fill(module)


def _all():
    return [finder for finder in sys.meta_path if is_exclusion(finder)]


class _Exclusion:
    """The finder (importlib.abc.MetaPathFinder) that comes before all others."""

    def __init__(self, names):
        self._names = tuple(names)
        self.empty, self.used, self.is_over = [], None, False

    def find_spec(self, name, path=None, target=None):
        if not any(name == excluded or name.startswith(excluded + ".") for excluded in self._names):
            return None
        spec = _find(name, path, target)
        if spec is not None and spec.has_location:  # Else a package without a file, or a part of the interpreter.
            spec.loader = _Postponed(self, spec.loader)
        return spec


def _find(name, path, target):
    for finder in sys.meta_path:
        if not is_exclusion(finder) and hasattr(finder, "find_spec"):
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                return spec
    return None


class _Postponed:
    """The loader of an empty module; `real` is the one that can fill it."""

    def __init__(self, exclusion, real):
        self.exclusion, self.real = exclusion, real

    def create_module(self, spec):
        return _Empty(spec.name)

    def exec_module(self, module):
        self.exclusion.empty.append(module)

    def __getattr__(self, name):
        return getattr(self.real, name)


class _Empty(ModuleType):
    def __getattr__(self, name):
        if name[:2] == "__" or sys._getframe(1).f_globals.get("__name__") == "importlib._bootstrap":
            raise AttributeError(name)  # Who goes through all modules; and an import, which then looks for a module of that name below.
        exclusion = self.__spec__.loader.exclusion
        if not exclusion.is_over:
            exclusion.used = exclusion.used or self.__name__
            raise ImportError("%s is in PreloadExclude, and has no %s before the fork" % (self.__name__, name))
        _fill(self)
        return getattr(self, name)


def _fill(module):
    if not isinstance(module, _Empty):
        return  # One before it has needed it.
    loader = module.__spec__.loader.real
    module.__class__ = ModuleType
    module.__spec__.loader = module.__loader__ = loader
    try:
        _run(module, loader)
    except BaseException as error:  # SystemExit too: it must say so in the log.
        raise application.LoadError("PreloadExclude: %s fails in a worker: %s: %s. The traceback is above." % (module.__name__, type(error).__name__, error)) from error


def _run(module, loader):
    if isinstance(loader, ExtensionFileLoader):  # It makes its module itself.
        sys.modules.pop(module.__name__, None)
        module.__dict__.update(vars(importlib.import_module(module.__name__)))
    else:
        loader.exec_module(module)
