"""Finds the WSGI callable that a setting names."""

import os
import sys

from . import log

DEFAULT_ATTRIBUTES = ("application", "app")
"""Tried in this order when the setting names no attribute."""


class LoadError(Exception):
    """The application cannot be had; the text is one line with cause and remedy."""


def load(target, directory=None):
    """Returns the callable named by `target`.

    target     "shop.wsgi:application", "path/to/file.py:app" (for names that are no module), the attribute dotted
               ("site.wsgi:holder.app") or a factory call without arguments ("shop:create_app()").
    directory  where the application lies if it shares the interpreter with others: a module that this directory has
               must not be another application's module of the same name
    """
    place, attribute = _split(target)
    module = _import(place, directory)
    found = _resolve(module, place, attribute) if attribute else _default(module, place)
    if not callable(found):
        raise LoadError("%r in %r is %s and cannot be called%s"
                        % (attribute, place, _kind(found), _did_you_mean(module, attribute)))
    return found


def _split(target):
    place, colon, attribute = target.rpartition(":")
    return (place, attribute) if colon else (target, "")


def report(error, title=""):
    """Writes a LoadError to the log as one block: the traceback of its cause, then the line that says what to do."""
    cause, text = error.__cause__, ""
    if cause is not None and not isinstance(cause, SystemExit):
        import traceback  # Costs more than a megabyte, and most workers never need it.

        text = "".join(traceback.format_exception(type(cause), cause, cause.__traceback__))
    log.write("%sproxygroups: %s%s\n" % (text, title, error))


def _import(place, directory):
    where = directory or os.getcwd()
    try:
        return _import_file(os.path.join(where, place)) if _is_file(place) else _import_module(place, directory)
    except (KeyboardInterrupt, LoadError):
        raise
    except BaseException as error:  # SystemExit too: a module that ends the process must say so in the log.
        raise LoadError("cannot import %r: %s" % (place, _cause(place, where, error))) from error


def _is_file(place):
    return place.endswith(".py") or "/" in place


def _import_module(name, directory):
    __import__(name)
    if directory:
        _check_home(name.partition(".")[0], directory)
    return sys.modules[name]


def _check_home(name, directory):
    """One interpreter has one module of a name, and serving another application's one would be worse than none."""
    own = os.path.join(directory, name)
    if not (os.path.isfile(os.path.join(own, "__init__.py")) or os.path.isfile(own + ".py")):
        return
    module = sys.modules[name]
    homes = list(getattr(module, "__path__", ())) or [os.path.splitext(getattr(module, "__file__", None) or "")[0]]
    if os.path.realpath(own) not in map(os.path.realpath, homes):
        raise LoadError("%r lies in %s, but the one that was imported is %s: applications of one process group share their "
                        "modules. Rename it, write \"file.py:callable\", or give this application a process group of its own."
                        % (name, directory, homes[0] or "Python's own"))


def _import_file(path):
    from importlib.machinery import SourceFileLoader
    from importlib.util import module_from_spec, spec_from_file_location

    path = os.path.abspath(path)
    directory = os.path.dirname(path)
    if directory not in sys.path:
        sys.path.insert(0, directory)
    name = _module_name(path)
    spec = spec_from_file_location(name, path, loader=SourceFileLoader(name, path))
    module = sys.modules[name] = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _module_name(path):
    """The file's own name where it can be one, so that `import passenger_wsgi` elsewhere finds this same module."""
    stem = os.path.splitext(os.path.basename(path))[0]
    taken = stem in sys.modules or stem in getattr(sys, "stdlib_module_names", ())
    name = stem if stem.isidentifier() and not taken else "_proxygroups_application"
    while name in sys.modules:
        name += "_"
    return name


def _cause(place, where, error):
    if isinstance(error, ModuleNotFoundError) and error.name:
        return _missing_module(place, where, error.name)
    if isinstance(error, FileNotFoundError) and _is_file(place) and error.filename == os.path.abspath(os.path.join(where, place)):
        return "there is no such file in %s. Check \"Directory\" and the spelling." % where
    if isinstance(error, SyntaxError):
        return ("%s line %s is no valid Python %d.%d: %s. Set \"Python\" to the version it was written for, or repair "
                "the line." % (error.filename, error.lineno, sys.version_info[0], sys.version_info[1], error.msg))
    if isinstance(error, SystemExit):
        return "it ended the process with exit(%r). A web app must only define its application when imported." % error.code
    return "%s: %s. The traceback is above." % (type(error).__name__, error)


def _missing_module(place, where, missing):
    if not _is_file(place) and (place + ".").startswith(missing + "."):
        return "No module named %r in %s. Check \"Directory\", which should hold it, and the spelling." % (missing, where)
    package = missing.partition(".")[0]
    return ("No module named %r. Set \"Python\" to the virtualenv that has it, or install it: %s -m pip install %s"
            % (missing, sys.executable, package))


def _default(module, place):
    for name in DEFAULT_ATTRIBUTES:
        if hasattr(module, name):
            return getattr(module, name)
    raise LoadError("%r has neither %s. Write \"%s:name\"%s"
                    % (place, " nor ".join(map(repr, DEFAULT_ATTRIBUTES)), place, _did_you_mean(module, "application")))


def _resolve(module, place, attribute):
    is_factory = attribute.endswith("()")
    name = attribute[:-2] if is_factory else attribute
    found = _get(module, place, name)
    return _call(found, place, attribute) if is_factory else found


def _get(module, place, name):
    found = module
    for part in name.split("."):
        if not part.isidentifier():
            raise LoadError("%r is no attribute name. Write \"module:name\", \"module:name.name\" or \"module:factory()\" "
                            "(without arguments)." % name)
        if not hasattr(found, part):
            raise LoadError("%r has no attribute %r%s" % (place, name, _did_you_mean(found, part)))
        found = getattr(found, part)
    return found


def _call(factory, place, attribute):
    if not callable(factory):
        raise LoadError("%r in %r is %s and cannot be called" % (attribute, place, _kind(factory)))
    try:
        return factory()
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise LoadError("%s in %r failed: %s: %s. The traceback is above."
                        % (attribute, place, type(error).__name__, error)) from error


def _kind(value):
    return "None" if value is None else "of type %s" % type(value).__name__


def _did_you_mean(owner, wanted):
    """Callables of `owner` most like `wanted`, as the end of a sentence."""
    import difflib

    names = [name for name in getattr(owner, "__dict__", ()) if name[:1] != "_" and _is_candidate(owner, name)]
    near = difflib.get_close_matches(wanted, names, 3, 0.4) or [name for name in names if "app" in name.lower()][:3]
    return "; did you mean %s?" % " or ".join(map(repr, near)) if near else ""


def _is_candidate(owner, name):
    """A callable made here; classes and functions that were imported from elsewhere would only distract."""
    value = getattr(owner, name, None)
    home = getattr(value, "__module__", None)
    return callable(value) and (not isinstance(value, type) or home == getattr(owner, "__name__", None))
