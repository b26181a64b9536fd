"""Entry point: `python <this directory> wsgi`, `preload` or `preload-app` for a process that workers are forked from, or `trial` for what may be learned.

Python puts this directory at sys.path[0], where our file names would shadow the application's modules. It is
replaced by the parent only while the package is imported, and then by the application's own directory. The
package keeps finding its later imports through its `__path__`, so the parent is not needed after that.
"""

import os
import sys

MINIMUM_PYTHON = (3, 9)

PARTS = {"wsgi": "worker", "preload-app": "app_preloader", "preload": "preloader", "trial": "trial"}

WITH_APPLICATION = ("wsgi", "preload-app")
"""Of the others no directory of any application is on the path: two of them may have modules of one name."""


def import_part(name):
    """Imports one of our modules with a sys.path that shows neither our files nor our parent to the application."""
    package_directory = os.path.dirname(os.path.abspath(__file__))
    if sys.path and os.path.abspath(sys.path[0]) == package_directory:  # Not so under PYTHONSAFEPATH.
        del sys.path[0]
    sys.path.insert(0, os.path.dirname(package_directory))
    try:
        return getattr(__import__("proxygroups." + name), name)
    finally:
        del sys.path[0]


def import_more(name):
    """Of a process that workers are forked from: what a worker that was started plainly has not."""
    memory = import_part("memory")
    before = memory.anonymous()
    part, overhead = import_part(name), import_part("overhead")
    overhead.note(memory.anonymous() - before)
    return part


def import_report():
    """Later the application's own files would be taken for what it imports. What PYTHONPATH has of these names is taken even now, and need not do: then nothing is told."""
    try:
        import_part("library")
    except Exception:
        del os.environ["PROXYGROUPS_REPORT_AFTER"]
        import_part("log").exception("the modules that are loaded cannot be told")


def main(arguments):
    if sys.version_info < MINIMUM_PYTHON:
        return ("proxygroups: Python %d.%d is too old, 3.9 or later is needed. Set \"Python\" to a newer one."
                % sys.version_info[:2])
    if len(arguments) != 1 or arguments[0] not in PARTS:
        return "usage: python %s wsgi" % os.path.dirname(__file__)
    part = import_part("worker")
    precedence = import_part("precedence")
    precedence.note()
    if arguments != ["wsgi"]:
        part = import_more(PARTS[arguments[0]])
    elif os.environ.get("PROXYGROUPS_REPORT_AFTER"):
        import_report()
    if arguments[0] in WITH_APPLICATION:
        sys.path.insert(0, os.getcwd())
        precedence.give_way(os.getcwd())
    return part.main(os.environ)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
