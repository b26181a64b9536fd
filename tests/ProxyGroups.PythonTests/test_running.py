"""Which code workers tell that they have run, and that the same code, laid elsewhere, does what it did."""

import json
import os
import socket
import subprocess
import sys
import types
import unittest
from unittest import mock

from harness import LIMIT, RUNTIME
from test_learn import SHOWS_RUN, Library, read_words
from test_life import WithWorker
from test_preload import Preload, Preloader

from proxygroups import library, running


class Told(WithWorker):
    @unittest.skipUnless(SHOWS_RUN, "no other Python shows which code has run")
    def test_it_tells_which_code_of_the_library_has_run(self):
        worker = self.worker(environment={"PROXYGROUPS_REPORT_AFTER": "1"})
        with worker.connect() as client:
            client.get("/hello")
        words = dict(word.split(":") for word in read_words(worker.notify)["CODE"])
        lines = words["socket"].split(",")
        self.assertIn(str(socket.socket.accept.__code__.co_firstlineno), lines)
        self.assertNotIn(str(socket.create_server.__code__.co_firstlineno), lines)
        self.assertFalse({"apps", "proxygroups", "proxygroups.worker"} & set(words))

    @unittest.skipUnless(SHOWS_RUN, "no other Python shows which code has run")
    def test_few_reads_tell_of_much_code(self):
        # Each waits for a thread that computes, and a worker that is asked to stop for all of them.
        with mock.patch("os.preadv", wraps=os.preadv) as read:
            words = running.words(list(sys.modules))
        self.assertGreater(sum(word.count(",") + 1 for word in words), 300)
        self.assertLess(read.call_count, 100)

    @unittest.skipUnless(SHOWS_RUN, "no other Python shows which code has run")
    def test_to_tell_of_shared_code_copies_next_to_nothing_of_it(self):
        run = subprocess.run([sys.executable, "-c", SHARED % RUNTIME], capture_output=True, text=True, timeout=LIMIT)
        lines, size, copied = map(int, run.stdout.split())
        self.assertGreater(lines, 300, run.stderr)
        self.assertGreater(size, 2_000_000)
        self.assertLess(copied, size / 2)

    @unittest.skipUnless(SHOWS_RUN, "no other Python shows which code has run")
    def test_code_that_is_gone_hides_none_of_the_rest(self):
        def told():
            pass

        with running._Counts() as counts:
            numbers = [list(counts.of_all([1 << 12, id(told.__code__)])) for _ in (told(), told())]
        self.assertEqual([[running._FRESH, running._FRESH + 2]] * 2, numbers)

    def test_no_module_is_asked_for_what_it_holds(self):
        class Asked(types.ModuleType):
            @property
            def __dict__(self):
                raise RuntimeError("asked")

        class Claims:  # As a library of cffi's.
            __class__ = types.ModuleType

        with mock.patch.dict(sys.modules, asked=Asked("asked"), claims=Claims()):
            self.assertFalse({"asked", "claims"} & set(library.loaded()[0]))

    def test_what_is_odd_among_modules_and_folders_hides_none_of_the_rest(self):
        class Raises:
            def __getattr__(self, name):
                raise RuntimeError(name)

        odd = {name: types.ModuleType(name) for name in ("raises", "empty", "null")}
        odd["raises"].__spec__, odd["empty"].__spec__ = Raises(), types.SimpleNamespace(origin="/a/b.py")
        odd["null"].__spec__ = types.SimpleNamespace(origin="/a\0/b.py", has_location=True, name="null")
        with mock.patch.dict(sys.modules, {**odd, 7: sys}), mock.patch.object(sys, "path", [None, b"/", 7, *sys.path]):
            ours, others, _ = library.loaded()
        self.assertIn("json", ours)
        self.assertFalse(set(odd) & set(others))

    def test_much_code_of_a_module_is_told_in_words_that_fit(self):
        pieces = list(running._pieces(list(range(1_000_000, 1_000_700))))
        self.assertEqual([300, 300, 100], list(map(len, pieces)))
        self.assertLess(len("m" * 200 + ":" + ",".join(map(str, pieces[0]))), 3500)


class Laid(Preload):
    @classmethod
    def setUpClass(cls):
        cls.library = Library()
        cls.addClassCleanup(cls.library.close)
        cls.library.add({"many": MANY, "kinds": KINDS, "odd": ODD, "refuses": REFUSES})

    @unittest.skipUnless(SHOWS_RUN, "no other Python shows which code has run")
    def test_code_that_runs_lies_together(self):
        self.assertGreater(self.spread(""), 100_000)
        self.assertLess(self.spread(" ".join("many:%d re:1" % (1 + 40 * index) for index in range(20))), 40_000)

    @unittest.skipUnless(SHOWS_RUN, "no other Python shows which code has run")
    def test_what_is_free_where_code_was_is_told_and_that_of_the_process_above_with_it(self):
        unlaid, laid = (self.preloader("many", PROXYGROUPS_LEARNED_CODE=told) for told in ("", "many:" + ",".join(map(str, range(1, 801)))))
        self.assertGreater(laid.overhead - unlaid.overhead, 80_000)
        parent = laid.fork(laid.app("one", MANY_APP), isForkParent=True, environment={"PROXYGROUPS_SOCKET": os.path.join(laid.folder, "app.sock")})
        self.assertGreaterEqual(parent.overhead, laid.overhead)
        self.assertLess(parent.overhead, laid.overhead + 700_000)

    def spread(self, told):
        subject = self.preloader("many", PROXYGROUPS_LEARNED_CODE=told)
        return subject.fork(subject.app("one", MANY_APP)).facts()["spread"]

    def test_code_that_was_laid_elsewhere_does_what_it_did(self):
        everything = "kinds:%s nothing:1 kinds kinds: kinds:x" % ",".join(map(str, range(1, KINDS.count("\n") + 1)))
        facts = []
        for told in ("", everything):
            subject = self.preloader("kinds", PROXYGROUPS_LEARNED_CODE=told)
            facts.append(subject.fork(subject.app("one", KINDS_APP)).facts())
        self.assertEqual([True, not SHOWS_RUN], [fact.pop("kept") for fact in facts])
        self.assertEqual(*facts)
        self.assertEqual([7, 6, 6, [0, 1, 4], ["a", "b"], "B of A", 3, 5, 8, 24, "cached 2", ["Made", 9], "told", True], facts[1]["values"])

    @unittest.skipUnless(SHOWS_RUN, "no other Python shows which code has run")
    def test_functions_that_are_made_later_run_what_was_laid(self):
        inner = 1 + KINDS[:KINDS.index("    def add(")].count("\n")
        subject = self.preloader("kinds", PROXYGROUPS_LEARNED_CODE="kinds:%d" % inner)
        self.assertEqual({"moved": True, "same": True}, subject.fork(subject.app("one", LATER_APP)).facts())

    def test_what_cannot_be_laid_stays_where_it_is(self):
        everything = "odd:%s" % ",".join(map(str, range(1, ODD.count("\n") + 1)))
        subject = self.preloader("odd", PROXYGROUPS_LEARNED_CODE="%s forbidden:1 proxy:1 slotted:1 ending:1 odd:\u00b2,%s" % (everything, "9" * 5000))
        self.assertEqual({"known": "by code", "two": 2}, subject.fork(subject.app("one", ODD_APP)).facts())

    @unittest.skipUnless(SHOWS_RUN, "no other Python shows which code has run")
    def test_where_a_library_refuses_copies_workers_are_forked_all_the_same(self):
        subject = self.preloader("refuses", PROXYGROUPS_LEARNED_CODE="refuses:1")
        self.assertEqual({"known": "by nobody", "two": 2}, subject.fork(subject.app("one", ODD_APP.replace("odd", "refuses"))).facts())
        self.assertIn("the code that runs is not laid together: RuntimeError: no copies", subject.errors.text())

    @unittest.skipUnless(SHOWS_RUN, "no other Python shows which code has run")
    def test_code_that_the_warm_up_runs_lies_together(self):
        text = MANY + """
import json
some = [globals()["f%d" % number] for number in range(0, 400, 20)]
def application(environ, start_response):
    start_response("200 OK", [])
    values, places = [function(1) for function in some], [id(function.__code__) for function in some]
    return [json.dumps({"values": values, "spread": max(places) - min(places)}).encode()]
"""
        asked, unasked = (self.of_app(text, pages).facts() for pages in (["/"], []))
        self.assertEqual(list(range(1, 401, 20)), asked["values"])
        self.assertEqual(asked["values"], unasked["values"])
        self.assertLess(asked["spread"], 40_000)
        self.assertGreater(unasked["spread"], 100_000)

    def preloader(self, names, **more):
        made = Preloader({}, "json", python=self.library.python, PROXYGROUPS_LEARNED=names, **more)
        self.addCleanup(made.close)
        return made

    def of_app(self, text, pages):
        """A worker of it."""
        made = Preloader({}, "", app=text, PROXYGROUPS_WARMUP=json.dumps(pages))
        self.addCleanup(made.close)
        return made.fork(os.path.join(made.folder, "one"))


SHARED = """
import asyncio, ctypes, decimal, email.message, http.server, json, logging.config, multiprocessing.pool, pdb, pydoc, sqlite3, sys, unittest, xml.dom.minidom, xmlrpc.client
sys.path.insert(0, %r)
import gc, os
from proxygroups import running
def dirty():
    with open("/proc/self/smaps_rollup") as rollup:
        return sum(int(line.split()[1]) * 1024 for line in rollup if line.startswith("Private_Dirty:"))
places = running.Places(list(sys.modules))
size = sum({id(code): code.__sizeof__() for code in running._all_code(running._functions())}.values())
gc.collect()
gc.freeze()
gc.disable()
if os.fork() == 0:
    before = dirty()
    words = places.words()
    print(sum(word.count(",") + 1 for word in words), size, dirty() - before, flush=True)
    os._exit(0)
os.wait()
"""

LATER_APP = """
import json, kinds
def application(environ, start_response):
    start_response("200 OK", [])
    return [json.dumps({"moved": kinds.add.__code__ is not kinds.kept, "same": kinds.adder(1).__code__ is kinds.add.__code__}).encode()]
"""

MANY = "\n".join("def f%d(x):\n    return x + %d if x else 'text %d'" % (number, number, number) for number in range(400))

MANY_APP = '''
import json, many
def application(environ, start_response):
    start_response("200 OK", [])
    places = [id(getattr(many, "f%d" % number).__code__) for number in range(0, 400, 20)]
    return [json.dumps({"spread": max(places) - min(places)}).encode()]
'''

KINDS = '''
import asyncio, contextlib, functools, inspect
def adder(n):
    def add(x, *, more=0):
        return x + n + more
    return add
add = adder(3)
def square(x):
    return [y * y for y in range(x)]
def letters():
    for letter in "ab":
        yield letter
begun = letters()
next(begun)
class A:
    name = "A"
    def who(self):
        return self.name
    @staticmethod
    def three():
        return 3
    @classmethod
    def made(cls, value):
        return [cls.__name__, value]
    @property
    def five(self):
        return (lambda: 5)()
class B(A):
    def who(self):
        return "B of " + super().who()
class Made(A):
    pass
def wraps(function):
    @functools.wraps(function)
    def inner(*args):
        return function(*args) + 1
    return inner
@wraps
def seven():
    return 7
@functools.lru_cache
def cached(n):
    return "cached %d" % n
def factorial(n):
    return 1 if n < 2 else n * factorial(n - 1)
async def told():
    await asyncio.sleep(0)
    return "told"
def counter():
    n = 0
    def count():
        nonlocal n
        n += 1
        return n
    return count
count = counter()
count()
kept = add.__code__
def values():
    return [add(4), add(2, more=1), adder(1)(5), square(3), list(letters()), B().who(), A.three(), A().five, seven(), factorial(4), cached(2), Made.made(9), asyncio.run(told()), count() == 2 and next(begun) == "b" and "yield letter" in inspect.getsource(letters)]
'''

ODD = '''
import os, sys, types, weakref
def two():
    return 2
registry = weakref.WeakKeyDictionary()
registry[two.__code__] = "by code"
def known():
    return registry.get(two.__code__)
class Proxy(types.ModuleType):
    def __getattr__(self, name):
        raise RuntimeError(name)
class Slotted:
    __slots__ = ()
class Ending(types.ModuleType):
    @property
    def __dict__(self):
        os._exit(9)
sys.modules.update(forbidden=None, proxy=Proxy("proxy"), slotted=Slotted(), ending=Ending("ending"))
'''

ODD_APP = '''
import json, odd
def application(environ, start_response):
    start_response("200 OK", [])
    return [json.dumps({"known": odd.known(), "two": odd.two()}).encode()]
'''

REFUSES = '''def two():
    return 2
import sys
def known():
    return "by nobody"
def look(event, arguments):
    if event == "code.__new__":
        raise RuntimeError("no copies")
sys.addaudithook(look)
'''

KINDS_APP = '''
import json, os, kinds
def application(environ, start_response):
    start_response("200 OK", [])
    return [json.dumps({"values": kinds.values(), "kept": kinds.add.__code__ is kinds.kept, "equal": kinds.add.__code__ == kinds.kept}).encode()]
'''
