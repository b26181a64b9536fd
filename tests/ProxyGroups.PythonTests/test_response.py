"""Answers: framing, streaming, start_response's rules, files, and what is logged when an application fails."""

import gzip
import io
import os
import unittest

from apps import BAD_HEADERS
from harness import Worker


def setUpModule():
    global worker
    worker = Worker()


def tearDownModule():
    worker.close()


class WithClient(unittest.TestCase):
    def setUp(self):
        self.client = worker.connect()
        self.addCleanup(self.client.socket.close)

    def get(self, target, headers="", method="GET"):
        return self.client.get(target, headers, method)

    def assert_alive(self):
        self.assertEqual(b"hello", self.get("/hello").body)

    def assert_cut_off(self, answer):
        self.assertFalse(answer.is_whole)
        self.assertTrue(self.client.is_closed())


class Shouting(io.BufferedReader):
    """Gives other bytes than its descriptor: the kernel must not send that."""

    def read(self, size=-1):
        return super().read(size).upper()


class Framing(WithClient):
    def test_a_list_of_one_piece_gets_its_length(self):
        self.assertEqual(("5", b"hello"), (self.get("/hello").get("content-length"), self.get("/hello").body))

    def test_len_of_one_gives_the_length(self):
        answer = self.get("/len1")
        self.assertEqual(("6", b"single"), (answer.get("content-length"), answer.body))

    def test_an_empty_answer(self):
        self.assertEqual(("0", b""), (self.get("/empty").get("content-length"), self.get("/empty").body))

    def test_a_generator_is_chunked_and_may_start_late(self):
        answer = self.get("/generator")
        self.assertEqual(("chunked", [b"one", b"two"]), (answer.get("transfer-encoding"), answer.pieces))
        self.assert_alive()

    def test_http_10_streams_until_close(self):
        self.client.send(b"GET /generator HTTP/1.0\r\n\r\n")
        answer = self.client.answer()
        self.assertEqual((None, None, "close", b"onetwo"), (answer.get("transfer-encoding"), answer.get("content-length"), answer.get("connection"), answer.body))

    def test_write(self):
        self.assertEqual([b"w1", b"w2", b"r1", b"r2"], self.get("/write").pieces)

    def test_each_piece_is_sent_at_once(self):
        fifo = worker.fifo("piece")
        self.client.send(b"GET /stream?%s HTTP/1.1\r\nHost: a\r\n\r\n" % fifo.encode())
        while b"first" not in self.client.data:
            self.assertTrue(self.client._more())
        self.assertNotIn(b"second", self.client.data)
        open(fifo, "wb").close()
        self.assertEqual([b"first", b"second"], self.client.answer().pieces)

    def test_head_has_the_headers_of_get_and_no_body(self):
        for target, length in (("/hello", "5"), ("/generator", None), ("/empty", None), ("/length?10", "10"), ("/write", None), ("/rewrite", "6")):
            answer = self.get(target, method="HEAD")
            self.assertEqual((200, length, None), (answer.code, answer.get("content-length"), answer.get("transfer-encoding")), target)
            self.assert_alive()

    def test_an_endless_answer_to_head_ends(self):
        self.get("/closingendless", method="HEAD")
        self.assertEqual("closed", worker.event())

    def test_statuses_without_body(self):
        for status in ("204_No_Content", "304_Not_Modified"):
            answer = self.get("/status?" + status)
            self.assertEqual((status.replace("_", " "), None, None, "1"), (answer.status, answer.get("content-length"), answer.get("transfer-encoding"), answer.get("x-kept")))
            self.assert_alive()
        self.assertEqual("1234", self.get("/status304length").get("content-length"))
        self.assert_alive()

    def test_statuses(self):
        for status in ("200 OK", "299 Own Words", "404 N\xe4h", "599 ", "799"):
            answer = self.get("/status?" + status.replace(" ", "_"))
            self.assertEqual((status if " " in status else status + " ", b"body"), (answer.status, answer.body))

    def test_more_bytes_than_said_are_cut_and_logged(self):
        answer = self.get("/length?8", "X-Request-Id: more\r\n")
        self.assertEqual((b"01234567", True), (answer.body, answer.is_whole))
        worker.errors.wait_for("[more] GET /length: the answer is longer than its Content-Length")
        self.assert_alive()

    def test_fewer_bytes_than_said_cut_the_connection(self):
        answer = self.get("/length?11", "X-Request-Id: fewer\r\n")
        self.assertEqual(b"0123456789", answer.body)
        self.assert_cut_off(answer)
        worker.errors.wait_for("[fewer] GET /length: the answer ended 1 bytes short")

    def test_repeated_headers_keep_their_order(self):
        answer = self.get("/cookies")
        self.assertEqual([("Content-Type", "text/plain"), ("Set-Cookie", "a=1"), ("X-Mid", "m\xe9"), ("Set-Cookie", "b=2"), ("set-cookie", "c=3"), ("Content-Length", "1")], answer.headers)

    def test_hints_about_the_connection_are_dropped(self):
        answer = self.get("/hopdrop")
        self.assertEqual((None, None), (answer.get("connection"), answer.get("keep-alive")))

    def test_middleware_cannot_change_the_framing(self):
        answer = self.get("/rewrite")
        self.assertEqual((b"hidden", None), (answer.body, answer.get("connection")))

    def test_a_late_write_does_not_reach_another_answer(self):
        self.get("/latewrite")
        self.assertEqual(b"write() was called after the answer had ended", self.get("/latewriteuse").body)


class Refusals(WithClient):
    def test_bad_headers_are_errors_of_the_application(self):
        for name in BAD_HEADERS:
            answer = self.get("/headers?" + name)
            self.assertEqual((500, b"Internal Server Error\n"), (answer.code, answer.body), name)
            self.assertIsNone(answer.get("x-evil"))
            self.assert_alive()

    def test_the_log_says_which(self):
        self.get("/headers?value-crlf"), self.get("/headers?hop-te"), self.get("/headers?value-int"), self.get("/headers?value-wide")
        for text in ("the value of response header 'X-A' holds CR, LF or NUL", "may not set the hop-by-hop header 'Transfer-Encoding'",
                     "must be str, not int: ('Content-Length', 4)", "characters outside latin-1: '\\u20ac'"):
            worker.errors.wait_for(text)


class Errors(WithClient):
    def test_before_any_byte(self):
        for target in ("/raise", "/raiseafterstart", "/exit", "/twice", "/nostart", "/nostartempty", "/str", "/rawbytes", "/none", "/vandal", "/closingraise"):
            answer = self.get(target)
            self.assertEqual(("500 Internal Server Error", b"Internal Server Error\n", None), (answer.status, answer.body, answer.get("x-lost")), target)
            self.assert_alive()
        self.assertEqual("closed", worker.event())
        for text in ("called a second time without exc_info", "did not call start_response", "must give bytes, not str", "returned bytes; it must return a list"):
            worker.errors.wait_for(text)

    def test_after_the_first_byte_the_answer_is_cut_off(self):
        answer = self.get("/raisemid")
        self.assertEqual(b"part", answer.body)
        self.assert_cut_off(answer)

    def test_the_same_with_a_length(self):
        self.assert_cut_off(self.get("/raisemidlength"))
        self.assertEqual("closed", worker.event())

    def test_exc_info_replaces_what_was_not_sent(self):
        answer = self.get("/excinfo")
        self.assertEqual(("500 Broken", b"error page"), (answer.status, answer.body))

    def test_exc_info_is_raised_again_once_sent(self):
        self.assert_cut_off(self.get("/excinfolate", "X-Request-Id: late\r\n"))
        self.assertIn("KeyError: 'too late'", worker.errors.wait_for("[late] GET /excinfolate: the application failed"))

    def test_the_log_has_id_method_and_path_without_query(self):
        self.get("/raise/%41?password=geheim", "X-Request-Id: id-1\r\n")
        self.get("/raise", "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n", "PUT")
        self.get("/raise", "X-Request-Id: \x1b[31m\xe9\r\n")
        text = worker.errors.wait_for("[\\x1b[31m\\xe9] GET /raise: the application failed\nTraceback")
        self.assertIn("proxygroups: [id-1] GET /raise/%41: the application failed\nTraceback", text)
        self.assertIn("[4bf92f3577b34da6a3ce929d0e0e4736] PUT /raise: the application failed\n", text)
        self.assertIn("ValueError: secret-free message\n", text)
        self.assertNotIn("geheim", text)

    def test_close_is_called_once(self):
        self.get("/closing")
        self.assertEqual("closed", worker.event())
        self.assert_alive()
        worker.events.setblocking(False)
        self.assertRaises(BlockingIOError, worker.events.recv, 10)
        worker.events.settimeout(20)

    def test_close_is_called_when_the_client_leaves(self):
        self.client.send(b"GET /closingendless HTTP/1.1\r\nHost: a\r\n\r\n")
        self.client.socket.recv(10)
        self.client.socket.close()
        self.assertEqual("closed", worker.event())
        self.assertNotIn("closingendless", worker.errors.text())  # The front door logs clients that leave.

    def test_an_error_in_close_costs_nothing(self):
        self.assertEqual(b"whole", self.get("/closebad").body)
        self.assert_alive()
        worker.errors.wait_for("GET /closebad: close() of the answer failed")

    def test_an_error_is_one_write(self):
        from proxygroups import log
        writes, original = [], os.write
        os.write = lambda descriptor, data: writes.append((descriptor, data)) or len(data)
        try:
            try:
                raise ValueError("x")
            except ValueError:
                log.exception("title")
        finally:
            os.write = original
        self.assertEqual([2], [descriptor for descriptor, _ in writes])
        self.assertIn(b"proxygroups: title\nTraceback", writes[0][1])


class Files(WithClient):
    @classmethod
    def setUpClass(cls):
        cls.data = os.urandom(300000)
        cls.name = os.path.join(worker.folder, "file")
        with open(cls.name, "wb") as file:
            file.write(cls.data)
        cls.packed = cls.name + ".gz"
        with gzip.open(cls.packed, "wb") as file:
            file.write(cls.data)

    def file(self, name, position=0, length="", kind="", method="GET"):
        answer = self.get("/file?%s,%s,%s,%s" % (name, position, length, kind), method=method)
        self.assertEqual("file closed", worker.event())
        return answer

    def test_a_real_file(self):
        for kind in ("", "raw"):
            for position in (0, 1, 70001, 300000):
                answer = self.file(self.name, position, kind=kind)
                self.assertEqual((str(300000 - position), True), (answer.get("content-length"), answer.is_whole))
                self.assertEqual(self.data[position:], answer.body)
        self.assert_alive()

    def test_content_length_limits_it(self):
        answer = self.file(self.name, 10, "1000")
        self.assertEqual((self.data[10:1010], "1000"), (answer.body, answer.get("content-length")))
        self.assert_alive()

    def test_a_file_shorter_than_content_length(self):
        self.assert_cut_off(self.file(self.name, 0, "300001"))

    def test_what_has_no_file_is_read(self):
        for kind, name in (("bytesio", self.name), ("gzip", self.packed)):
            answer = self.file(name, 5, kind=kind)
            self.assertEqual((self.data[5:], "chunked"), (answer.body, answer.get("transfer-encoding")), kind)

    def test_head(self):
        self.assertEqual("300000", self.file(self.name, method="HEAD").get("content-length"))
        self.assert_alive()

    def test_sendfile_is_used(self):
        from proxygroups.file_wrapper import FileWrapper, real_file
        with open(self.name, "rb") as file, gzip.open(self.packed) as packed:
            file.read(7)
            self.assertEqual((file.fileno(), 7, 300000), real_file(FileWrapper(file)))
            self.assertIsNone(real_file(FileWrapper(packed)))
        with Shouting(open(self.name, "rb", buffering=0)) as file:
            self.assertIsNone(real_file(FileWrapper(file)))

    def test_a_file_system_without_sendfile(self):
        import errno
        import socket
        from proxygroups.stream import Stream

        original, (left, right) = os.sendfile, socket.socketpair()
        def refuse(*_):
            raise OSError(errno.EINVAL, "no")
        os.sendfile = refuse
        try:
            with left, right, open(self.name, "rb") as file:
                self.assertEqual(5000, Stream(left).send_file(file.fileno(), 3, 5000))
                self.assertEqual(self.data[3:5003], right.recv(65536))
        finally:
            os.sendfile = original


if __name__ == "__main__":
    unittest.main()
