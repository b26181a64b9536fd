"""Which code has run, and how a process that workers are forked from lays that code close together.

A worker writes to all code that it runs: references are counted there, and CPython 3.11 notes in it what it has met. So it copies the pages that hold it, with all
that lies between. Workers tell of the code of modules that they have loaded themselves, by module and first line; the next generation is forked from a process
that has copied it to one place. What has run during a warm-up is known without that. No other Python shows whether code has run: there nothing is told or laid.
"""

import bisect
import gc
import itertools
import mmap
import os
import sys
import weakref
from array import array
from types import CodeType, FunctionType, ModuleType

from . import log

_LINES_IN_A_WORD = 300

_LONGEST_LINE_NUMBER = 9

_MODULES_AT_ONCE = 250

_READ_AT_ONCE = 1 << 20

_LAST = sys.maxsize

_FRESH, _RUN_ONCE, _RUN_OFTEN = -8, -7, 0
"""Code counts its first calls, from the first to the last of these."""

_OURS = os.path.dirname(os.path.abspath(__file__)) + os.sep


def words(modules):
    """Code of these modules that has run: ["module:line,line", ...]."""
    return Places(modules).words()


class Places:
    """Where the code of modules lies.

    Noted before a fork it lets each worker tell what it runs of what it was forked with: to look at the code itself would count references, and copy it.
    """

    def __init__(self, modules):
        files = dict(_files(modules))
        self._names, numbers = "\n".join(files.values()), {file: number for number, file in enumerate(files)}
        with _Counts() as counts:
            codes = {id(code): code for code in _all_code(_functions()) if code.co_filename in files} if counts.are_known else {}
        self._places = array("Q", sorted(codes))
        self._modules = array("I", (numbers[codes[place].co_filename] for place in self._places))
        self._lines = array("i", (codes[place].co_firstlineno for place in self._places))

    @property
    def size(self):
        return sum(map(sys.getsizeof, (self._names, self._places, self._modules, self._lines)))

    def words(self):
        lines = {}
        with _Counts() as counts:
            if counts.are_known:
                for number, line, count in zip(self._modules, self._lines, counts.of_all(self._places)):
                    if count != _FRESH:
                        lines.setdefault(number, set()).add(line)
        names = self._names.split("\n")
        return ["%s:%s" % (names[number], ",".join(map(str, piece))) for number, run in lines.items() for piece in _pieces(sorted(run))]


class Laying:
    """Lays the code of these words together, in their order, and with it ours, which every worker runs. For who has forked nobody yet.

    It begins while modules are imported: what lies where the code was is free, and the next modules take it.
    """

    def __init__(self, told):
        with _Counts() as counts:
            self._told = told if counts.are_known else []
        self._modules = len(sys.modules)

    def after_import(self):
        if self._told and len(sys.modules) - self._modules >= _MODULES_AT_ONCE:
            self.lay()

    def lay(self):
        """What has been imported since the last time."""
        if not self._told:
            return
        places = itertools.count(1)
        order = {place: next(places) for word in self._told for place in _lines(word)}
        if not _lay(lambda code: 0 if code.co_filename.startswith(_OURS) else order.get((code.co_filename, code.co_firstlineno)), are_more_imported=True):
            self._told = []
        self._modules = len(sys.modules)
        gc.freeze()


def begun():
    """What `lay_run` is to know: code that has run by now, but not often."""
    with _Counts() as counts:
        found = ((id(code), counts.of(code)) for code in _all_code(_functions()) if counts.are_known)
        return {place: count for place, count in found if count not in (_FRESH, _RUN_OFTEN)}


def lay_run(before):
    """Lays together what has run since `before`, and what had run often by then: that may have run again."""
    with _Counts() as counts:
        run = {id(code) for code in _all_code(_functions()) if counts.are_known and counts.of(code) not in (_FRESH, before.get(id(code)))}
    if run:
        _lay(lambda code: 0 if id(code) in run else None, are_more_imported=False)


def _lay(place, are_more_imported):
    """Hangs copies into all functions whose code has a place; False: a library keeps us from it, and all stays where it is. The functions stay, and code is compared by what it says."""
    try:
        _lay_copies(_with_makers(place), are_more_imported)
        return True
    except Exception as error:
        log.line("the code that runs is not laid together: %s: %s" % (type(error).__name__, error))
        return False


def _with_makers(place):
    """A place for code that makes functions of code that has one, too, behind all others: what it makes later would run the former code."""

    def found(code):
        if weakref.getweakrefcount(code):
            return None  # Who refers to it weakly would find nothing there.
        own = place(code)
        return _LAST if own is None and any(type(value) is CodeType and found(value) is not None for value in code.co_consts) else own

    return found


def _lay_copies(place, are_more_imported):
    from . import free_chunks, overhead

    gc.collect()
    functions = _functions()
    wanted = sorted((code for code in _all_code(functions) if place(code) is not None), key=place)
    for code in wanted:
        code.co_code  # It keeps these bytes, and asks for them when it is copied: they would lie between the copies.
    free_chunks.give_back()
    overhead.take_free(is_natural=not are_more_imported)
    copies = {}
    for code in wanted:
        _copy(code, copies, place)
    for function in functions:
        if id(function.__code__) in copies:
            function.__code__ = copies[id(function.__code__)][1]


def _copy(code, copies, place):
    if id(code) not in copies:
        inner = {index: _copy(value, copies, place) for index, value in enumerate(code.co_consts) if type(value) is CodeType and place(value) is not None}
        constants = {"co_consts": tuple(inner.get(index, value) for index, value in enumerate(code.co_consts))} if inner else {}
        copies[id(code)] = code, code.replace(**constants)  # The former stays as long, so that nothing else gets its address.
    return copies[id(code)][1]


def _lines(word):
    name, _, lines = word.partition(":")
    for file, _ in _files([name]):
        for line in lines.split(","):
            if line.isascii() and line.isdigit() and len(line) <= _LONGEST_LINE_NUMBER:
                yield file, int(line)


def _files(modules):
    """Of plain modules alone: any other object may run anything when it is asked."""
    found = ((vars(module).get("__file__"), name) for name in modules if type(module := sys.modules.get(name)) is ModuleType)
    return [pair for pair in found if type(pair[0]) is str]


def _pieces(lines):
    return (lines[begin:begin + _LINES_IN_A_WORD] for begin in range(0, len(lines), _LINES_IN_A_WORD))


def _functions():
    """But for those that are frozen: what was laid already, or what a process was forked with, for a look at it would copy it."""
    return [found for found in gc.get_objects() if type(found) is FunctionType]


def _all_code(functions):
    """Theirs, and what lies within; some of it again, for to remember all would take more memory than what is laid."""
    for function in functions:
        waiting = [function.__code__]
        while waiting:
            code = waiting.pop()
            yield code
            waiting.extend(value for value in code.co_consts if type(value) is CodeType)


class _Counts:
    """The interpreter's own counts, read where they lie: no name leads to them. `are_known`: this Python has them."""

    def __enter__(self):
        self._memory, self._place = None, None
        try:
            self._memory = os.open("/proc/self/mem", os.O_RDONLY)
            self._place = self._find()
        except Exception:
            pass  # Forbidden, here or by a library; nothing is lost but memory.
        self.are_known = self._place is not None
        return self

    def __exit__(self, *_):
        if self._memory is not None:
            os.close(self._memory)

    def of(self, code):
        return _number(os.pread(self._memory, 2, id(code) + self._place))

    def of_all(self, places):
        """Of code at these places, which rise. In few reads: each gives up the interpreter's lock, and a thread that computes keeps it for 5 ms."""
        begin = 0
        with mmap.mmap(-1, _READ_AT_ONCE) as data:  # It is gone afterwards: the C library would keep what it was given back.
            while begin < len(places):
                first = places[begin]
                end = bisect.bisect_right(places, first + self._read_into(data, first + self._place) - 2, begin)
                for place in places[begin:end]:
                    yield _number(data[place - first:place - first + 2])
                if end == begin:  # It is not there any more.
                    yield _FRESH
                begin = max(end, begin + 1)

    def _read_into(self, data, place):
        try:
            return os.preadv(self._memory, [data], place)
        except OSError:
            return 0

    def _find(self):
        """Where a call leaves its trace in code, the only one and of the right numbers; None: nowhere."""
        if sys.implementation.name != "cpython":
            return None
        code = (lambda: None).__code__.replace()
        before, _, after = self._read(code), FunctionType(code, {})(), self._read(code)
        places = [place for place in range(len(before)) if before[place] != after[place]]
        numbers = [_number(data[places[0]:places[0] + 2]) for data in (before, after) if len(places) == 1]
        return places[0] if numbers == [_FRESH, _RUN_ONCE] else None

    def _read(self, code):
        return os.pread(self._memory, code.__sizeof__(), id(code))


def _number(data):
    return int.from_bytes(data, sys.byteorder, signed=True)
