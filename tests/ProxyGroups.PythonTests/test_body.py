"""wsgi.input: lengths, chunks, ends, 100-continue, what happens to an unread rest."""

import ast
import io
import random
import unittest

from harness import Worker
from proxygroups.body import ChunkedBody, LengthBody, MalformedBody
from proxygroups.stream import ClientGone, Stream


def setUpModule():
    global worker
    worker = Worker()


def tearDownModule():
    worker.close()


class Pieces:
    """A socket that gives prepared pieces, then the end."""

    def __init__(self, pieces):
        self._pieces = [piece for piece in pieces if piece]

    def recv(self, size):
        if not self._pieces:
            return b""
        piece = self._pieces.pop(0)
        if len(piece) > size:
            self._pieces.insert(0, piece[size:])
        return piece[:size]


def cut(data, dice):
    pieces = []
    while data:
        length = dice.randint(1, max(1, min(len(data), 40)))
        pieces.append(data[:length])
        data = data[length:]
    return pieces


def chunked(data, dice):
    coded = b""
    while data:
        length = dice.randint(1, min(len(data), 50))
        extension = dice.choice([b"", b"", b";a=b", b' ;q="x y"'])
        size = dice.choice([b"%x", b"%X", b"00%x"]) % length
        coded += size + extension + b"\r\n" + data[:length] + b"\r\n"
        data = data[length:]
    return coded + b"0\r\n" + dice.choice([b"", b"X-Trailer: 1\r\nB: 2\r\n"]) + b"\r\n"


class LikeAFile(unittest.TestCase):
    """Any mix of calls gives what io.BytesIO gives, for both framings and any cutting of the stream."""

    def test_random_calls(self):
        seed = random.randrange(1 << 30)
        print("LikeAFile seed %d" % seed)
        dice = random.Random(seed)
        for _ in range(2000):
            data = bytes(dice.choice(b"ab\n") for _ in range(dice.randint(0, 200)))
            after = b"NEXT REQUEST"
            if dice.random() < 0.5:
                stream = Stream(Pieces(cut(data + after, dice)))
                body = LengthBody(stream, len(data))
            else:
                stream = Stream(Pieces(cut(chunked(data, dice) + after, dice)))
                body = ChunkedBody(stream)
            self.compare(dice, body, io.BytesIO(data), "seed %d" % seed)
            self.assertEqual(0, body.unread())
            self.assertEqual(after, b"".join(iter(lambda: stream.receive(), b"")), "seed %d" % seed)

    def compare(self, dice, body, model, seed):
        for _ in range(dice.randint(0, 15)):
            name = dice.choice(["read", "readline", "readlines", "next"])
            size = dice.choice([-1, None, 0, 1, 2, 5, 17, 1000])
            if name == "next":
                self.assertEqual(next(iter(model), None), next(iter(body), None), seed)
            elif name == "readlines" and size is not None and size > 0:
                got = body.readlines(size)
                wanted = b"".join(got)
                self.assertEqual(model.read(len(wanted)), wanted, seed)
            else:
                arguments = [] if size == -1 and dice.random() < 0.5 else [size]
                self.assertEqual(getattr(model, name)(*arguments), getattr(body, name)(*arguments), seed)
        self.assertEqual(model.read(), body.read(), seed)
        self.assertEqual((b"", b"", []), (body.read(), body.readline(), body.readlines()))

    def test_readlines_with_a_hint_stops_after_it(self):
        body = LengthBody(Stream(Pieces([b"aa\nbb\ncc\n"])), 9)
        self.assertEqual([b"aa\n", b"bb\n"], body.readlines(4))
        self.assertEqual([b"cc\n"], list(body))


class BrokenBodies(unittest.TestCase):
    def test_short_bodies(self):
        with self.assertRaisesRegex(ClientGone, "3 of the body's 5 bytes"):
            LengthBody(Stream(Pieces([b"abc"])), 5).read()
        for data in (b"", b"5", b"5\r", b"5\r\n", b"5\r\nab", b"5\r\nabcde", b"5\r\nabcde\r\n", b"5\r\nabcde\r\n0\r\n", b"5\r\nabcde\r\n0\r\nX: 1\r\n"):
            with self.assertRaises(ClientGone, msg=data):
                ChunkedBody(Stream(Pieces([data]))).read()
        self.assertTrue(issubclass(ClientGone, ConnectionError) and issubclass(ClientGone, OSError))

    def test_a_broken_body_stays_broken(self):
        body = LengthBody(Stream(Pieces([b"abc"])), 5)
        for _ in range(3):
            self.assertRaises(ClientGone, body.read)

    def test_malformed_chunks(self):
        for data in (b"x\r\n", b"\r\n", b"-1\r\n", b"+1\r\n", b"0x1\r\n", b" 1\r\n", b"1_0\r\n", b"1\nA\r\n0\r\n\r\n", b"1\r\nAB\r\n0\r\n\r\n", b"1;a\nb\r\nA\r\n",
                     b"f" * 16 + b"\r\n", b"1;" + b"e" * 5000 + b"\r\n", b"0\r\n" + b"X: 1234567\r\n" * 8000):
            with self.assertRaises(MalformedBody, msg=data[:40]):
                ChunkedBody(Stream(Pieces([data]))).read()

    def test_the_applications_view(self):
        with worker.connect() as client:
            client.send(b"POST /bodysum HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc")
            self.assertEqual("begun", worker.event())
        self.assertEqual("ClientGone the client went away: 3 of the body's 1000 bytes came", worker.event())

    def test_a_malformed_body_is_answered_with_400(self):
        with worker.connect() as client:
            client.send(b"POST /bodysum HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
            answer = client.answer()
            self.assertEqual((400, "close"), (answer.code, answer.get("connection")))
            self.assertTrue(client.is_closed())
        worker.event(), worker.event()


class ThroughTheSocket(unittest.TestCase):
    def test_plans(self):
        data = b"one\ntwo\nthree"
        for plan, wanted in (("read", [data]), ("read:3,readline,readlines", [b"one", b"\n", b"two\n", b"three"]), ("iter", [b"one\n", b"two\n", b"three"]), ("read:0,read", [b"", data])):
            with worker.connect() as client:
                for _ in range(2):
                    answer = client.post("/body?" + plan, data)
                    self.assertEqual((wanted, "None", "13"), (ast.literal_eval(answer.body.decode()), answer.get("x-terminated"), answer.get("x-length")))
                    client.send(b"POST /body?%s HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n8;x=y\r\none\ntwo\n\r\n5\r\nthree\r\n0\r\nT: 1\r\n\r\n" % plan.encode())
                    answer = client.answer()
                    self.assertEqual((wanted, "True", "none"), (ast.literal_eval(answer.body.decode()), answer.get("x-terminated"), answer.get("x-length")))

    def test_a_large_body(self):
        with worker.connect() as client:
            self.assertEqual(str(5 << 20).encode(), client.post("/bodysum", b"x" * (5 << 20)).body)
            self.assertEqual("begun", worker.event())
            self.assertEqual(b"hello", client.get("/hello").body)

    def test_a_small_unread_body_keeps_the_connection(self):
        with worker.connect() as client:
            for size in (0, 1, 65536):
                answer = client.post("/ignore", b"y" * size)
                self.assertEqual((b"ignored", None), (answer.body, answer.get("connection")))
            self.assertEqual(b"hello", client.get("/hello").body)

    def test_a_large_unread_body_closes_it(self):
        with worker.connect() as client:
            client.send(b"POST /toolarge HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\nabc")
            answer = client.answer()
            self.assertEqual((413, b"big", "close"), (answer.code, answer.body, answer.get("connection")))
            self.assertTrue(client.is_closed())

    def test_an_unread_chunked_body_closes_it(self):
        with worker.connect() as client:
            client.send(b"POST /ignore HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n")
            self.assertEqual("close", client.answer().get("connection"))
            self.assertTrue(client.is_closed())


class ExpectContinue(unittest.TestCase):
    HEAD = b"POST /%s HTTP/1.%d\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"

    def test_it_is_asked_for_on_the_first_read_only(self):
        with worker.connect() as client:
            for _ in range(2):
                client.send(self.HEAD % (b"body?read:1,read", 1))
                self.assertEqual("100 Continue", client.answer().status)
                client.send(b"abc")
                self.assertEqual(b"[b'a', b'bc']", client.answer().body)

    def test_an_application_that_does_not_read(self):
        with worker.connect() as client:
            client.send(self.HEAD % (b"ignore", 1))
            answer = client.answer()
            self.assertEqual(("200 OK", "close"), (answer.status, answer.get("connection")))
            self.assertTrue(client.is_closed())

    def test_a_body_that_came_unasked(self):
        with worker.connect() as client:
            client.send(self.HEAD % (b"body?read", 1) + b"abc")
            self.assertEqual(b"[b'abc']", client.answer().body)

    def test_http_10_is_not_asked(self):
        with worker.connect() as client:
            client.send(self.HEAD % (b"body?read", 0) + b"abc")
            self.assertEqual("200 OK", client.answer().status)


if __name__ == "__main__":
    unittest.main()
