"""Request heads: what reaches the application, and what is refused."""

import ast
import random
import unittest
from urllib.parse import unquote_to_bytes

from harness import Client, Worker
from proxygroups import environ as environ_module


def setUpModule():
    global worker
    worker = Worker()


def tearDownModule():
    worker.close()


def seen(answer):
    return dict(ast.literal_eval(answer.body.decode()))


def environ_of(target="/environ", headers="", method="GET"):
    with worker.connect() as client:
        return seen(client.get(target, headers, method))


class Environ(unittest.TestCase):
    def test_plain_request(self):
        got = environ_of("/environ/a?x=1&y=%20")
        wanted = {"REQUEST_METHOD": "GET", "SCRIPT_NAME": "", "PATH_INFO": "/environ/a", "QUERY_STRING": "x=1&y=%20",
                  "SERVER_NAME": "shop.example.com", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "",
                  "REQUEST_URI": "/environ/a?x=1&y=%20", "wsgi.url_scheme": "http", "wsgi.version": (1, 0), "wsgi.multithread": True,
                  "wsgi.multiprocess": True, "wsgi.run_once": False, "HTTP_HOST": "shop.example.com"}
        self.assertEqual(wanted, {key: got.get(key) for key in wanted})
        for absent in ("CONTENT_LENGTH", "CONTENT_TYPE", "HTTPS", "HTTP_CONTENT_LENGTH"):
            self.assertNotIn(absent, got)

    def test_the_front_doors_headers(self):
        got = environ_of("/environ", "X-Forwarded-Prefix: /bl%C3%B6g/\r\nX-Forwarded-Proto: https\r\nX-Forwarded-For: 1.1.1.1, 10.0.0.9\r\n")
        self.assertEqual("/bl\xc3\xb6g", got["SCRIPT_NAME"])
        self.assertEqual(("https", "on", "443"), (got["wsgi.url_scheme"], got["HTTPS"], got["SERVER_PORT"]))
        self.assertEqual("10.0.0.9", got["REMOTE_ADDR"])

    def test_remote_address_forms(self):
        for text, address, port in (("10.0.0.1", "10.0.0.1", None), ("10.0.0.1:99", "10.0.0.1", "99"), ("[2001:db8::1]:99", "2001:db8::1", "99"),
                                    ("[::1]", "::1", None), ("2001:db8::1", "2001:db8::1", None), ("a, b,::1", "::1", None), ("unknown", "unknown", None)):
            got = environ_of("/environ", "X-Forwarded-For: %s\r\n" % text)
            self.assertEqual((address, port), (got["REMOTE_ADDR"], got.get("REMOTE_PORT")), text)

    def test_a_repeated_forwarded_for_means_its_last_entry(self):
        got = environ_of("/environ", "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 10.0.0.1\r\n")
        self.assertEqual("10.0.0.1", got["REMOTE_ADDR"])

    def test_hosts(self):
        for host, name, port in (("a.b", "a.b", "80"), ("a.b:8080", "a.b", "8080"), ("[::1]:81", "[::1]", "81"), ("[::1]", "[::1]", "80"), ("a:x", "a", "80")):
            with worker.connect() as client:
                client.send(b"GET /environ HTTP/1.1\r\nHost: %s\r\n\r\n" % host.encode())
                got = seen(client.answer())
            self.assertEqual((name, port), (got["SERVER_NAME"], got["SERVER_PORT"]), host)

    def test_without_host(self):
        with worker.connect() as client:
            client.send(b"GET /environ HTTP/1.1\r\n\r\n")
            got = seen(client.answer())
        self.assertEqual(("localhost", "80"), (got["SERVER_NAME"], got["SERVER_PORT"]))

    def test_headers_that_collide_are_dropped(self):
        got = environ_of("/environ", "X_Real: 1\r\nX-Forwarded_For: 6.6.6.6\r\nContent_Length: 5\r\nProxy: evil\r\npRoXy: evil\r\n")
        for absent in ("HTTP_X_REAL", "HTTP_PROXY", "CONTENT_LENGTH", "HTTP_CONTENT_LENGTH", "HTTP_X_FORWARDED_FOR"):
            self.assertNotIn(absent, got)

    def test_a_client_can_set_no_cgi_variable(self):
        got = environ_of("/environ", "Script-Name: /evil\r\nRemote-Addr: 6.6.6.6\r\nwsgi.url_scheme: gopher\r\n")
        self.assertEqual(("", "", "http"), (got["SCRIPT_NAME"], got["REMOTE_ADDR"], got["wsgi.url_scheme"]))

    def test_repeated_headers(self):
        got = environ_of("/environ", "Accept: a\r\nCookie: x=1\r\naccept: b\r\ncookie: y=2\r\n")
        self.assertEqual(("a,b", "x=1; y=2"), (got["HTTP_ACCEPT"], got["HTTP_COOKIE"]))

    def test_content_headers(self):
        with worker.connect() as client:
            got = seen(client.post("/environ", b"abc", "Content-Type: text/x\r\n"))
        self.assertEqual(("3", "text/x"), (got["CONTENT_LENGTH"], got["CONTENT_TYPE"]))
        self.assertFalse({"HTTP_CONTENT_LENGTH", "HTTP_CONTENT_TYPE"} & set(got))

    def test_values_keep_inner_blanks_and_latin_1(self):
        got = environ_of("/environ", "X-A: \t a  b\xe9\xa0 \t\r\nX-B:\r\nX-C::\r\n")
        self.assertEqual(("a  b\xe9\xa0", "", ":"), (got["HTTP_X_A"], got["HTTP_X_B"], got["HTTP_X_C"]))

    def test_targets(self):
        for target, path, query in (("/environ/%41%2f%zz%", "/environ/A/%zz%", ""), ("/environ?a?b", "/environ", "a?b"), ("http://x.y/environ/q?z", "/environ/q", "z"),
                                    ("/environ//a/../b", "/environ//a/../b", ""), ("/environ/\xe9", "/environ/\xe9", ""), ("/environ/%e2%82%AC%00", "/environ/\xe2\x82\xac\0", "")):
            got = environ_of(target)
            self.assertEqual((path, query, target), (got["PATH_INFO"], got["QUERY_STRING"], got["REQUEST_URI"]))

    def test_asterisk_and_empty_paths(self):
        base = {}
        self.assertEqual("", environ_module.build(b"OPTIONS * HTTP/1.1\r\nHost: a", base)["PATH_INFO"])
        self.assertEqual("/", environ_module.build(b"GET http://a HTTP/1.1\r\nHost: a", base)["PATH_INFO"])
        self.assertEqual("q", environ_module.build(b"GET http://a?q HTTP/1.1\r\nHost: a", base)["QUERY_STRING"])

    def test_methods(self):
        for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "M-SEARCH", "get"):
            self.assertEqual(method, environ_of("/environ", "", method)["REQUEST_METHOD"])

    def test_a_validating_application(self):
        with worker.connect() as client:
            for _ in range(3):
                self.assertEqual(b"got 0", client.get("/valid").body)
                answer = client.post("/valid", b"x" * 1000, "Content-Type: a/b\r\n")
                self.assertEqual(b"got 1000", answer.body)
                self.assertEqual(["a=1", "b=2"], [value for name, value in answer.headers if name == "Set-Cookie"])
                client.send(b"POST /validwrite HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\na\nb\n\r\n0\r\n\r\n")
                answer = client.answer()
                self.assertEqual((201, b"2,POST"), (answer.code, answer.body))

    def test_the_cache_of_names_is_bounded(self):
        for number in range(environ_module._KEYS_LIMIT + 100):
            got = environ_module.build(b"GET / HTTP/1.1\r\nX-%d: v" % number, {})
            self.assertEqual("v", got["HTTP_X_%d" % number])
        self.assertEqual(environ_module._KEYS_LIMIT, len(environ_module._KEYS))

    def test_the_cache_of_lines_is_bounded_keeps_no_secret_and_changes_nothing(self):
        secrets = b"Cookie: c=secret\r\nAuthorization: secret\r\nX-Api-Key: secret\r\nAccept: " + b"long" * 50
        for number in [*range(environ_module._FIELDS_LIMIT + 100), 0, 0]:
            got = environ_module.build(b"GET / HTTP/1.1\r\nUser-Agent:\t %d \r\nUser_Agent: no\r\n%b" % (number, secrets), {})
            self.assertEqual((str(number), "c=secret", "secret", "secret", "long" * 50),
                             (got["HTTP_USER_AGENT"], got["HTTP_COOKIE"], got["HTTP_AUTHORIZATION"], got["HTTP_X_API_KEY"], got["HTTP_ACCEPT"]))
            self.assertLessEqual(len(environ_module._FIELDS), environ_module._FIELDS_LIMIT)
        kept = repr(environ_module._FIELDS)
        self.assertIn("User-Agent:\\t 0 ", kept)
        self.assertNotIn("secret", kept)
        self.assertNotIn("long", kept)


class RandomRequests(unittest.TestCase):
    """Thousands of requests on one connection, sent in random pieces and batches: nothing is lost, moved or changed."""

    def test_round_trip(self):
        seed = random.randrange(1 << 30)
        print("RandomRequests seed %d" % seed)
        dice = random.Random(seed)
        with worker.connect() as client:
            for _ in range(300):
                batch = [self.request(dice) for _ in range(dice.randint(1, 12))]
                self.send_in_pieces(client, dice, b"".join(data for data, _ in batch))
                for _, wanted in batch:
                    got = seen(client.answer())
                    self.assertEqual(wanted, {key: got.get(key) for key in wanted}, "seed %d" % seed)

    @staticmethod
    def send_in_pieces(client, dice, data):
        while data:
            cut = dice.randint(1, len(data))
            client.send(data[:cut])
            data = data[cut:]

    @classmethod
    def request(cls, dice):
        path = "/environ/" + "".join(dice.choice("aZ09-._~!$&'()*+,;=:@/%s" % chr(dice.randint(0xA0, 0xFF))) if dice.random() < 0.7
                                     else "%%%02X" % dice.randint(0, 255) for _ in range(dice.randint(0, 30)))
        query = "".join(dice.choice("abc=&?%20/+;") for _ in range(dice.randint(0, 20)))
        target = path + ("?" + query if query else "")
        wanted = {"PATH_INFO": unquote_to_bytes(path.encode("latin-1")).decode("latin-1"), "QUERY_STRING": query, "REQUEST_URI": target}
        lines = ["%s %s HTTP/1.1" % (dice.choice(("GET", "POST", "PUT")), target), "Host: h"]
        cls.add_headers(dice, lines, wanted)
        body = cls.add_body(dice, lines)
        return "\r\n".join(lines + ["", ""]).encode("latin-1") + body, wanted

    @staticmethod
    def add_headers(dice, lines, wanted):
        for _ in range(dice.randint(0, 12)):
            name = "X-" + "".join(dice.choice("abcDEF12-.!~") for _ in range(dice.randint(1, 8)))
            value = "".join(chr(dice.choice([*range(0x21, 0x7F), *range(0xA1, 0x100)])) for _ in range(dice.randint(0, 40)))
            lines.append(name + dice.choice((":", ": ", ":\t ")) + value + dice.choice(("", " ", "\t")))
            key = "HTTP_" + name.upper().replace("-", "_")
            wanted[key] = wanted[key] + "," + value if key in wanted else value

    @staticmethod
    def add_body(dice, lines):
        """The application does not read it: small ones must be skipped, and a chunked one would close."""
        if dice.random() < 0.5:
            return b""
        body = bytes(dice.randrange(256) for _ in range(dice.randint(0, 300)))
        lines.insert(dice.randint(1, len(lines)), "content-length: %d" % len(body))
        return body


class Refused(unittest.TestCase):
    def refused(self, data, code=400):
        with worker.connect() as client:
            client.send(data)
            answer = client.answer()
            self.assertEqual((code, "close"), (answer.code, answer.get("connection")), data)
            self.assertTrue(client.is_closed())

    def test_malformed_heads(self):
        for head in (b"GET / HTTP/1.1\r\nBad Name: 1", b"GET / HTTP/1.1\r\nNoColon", b"GET / HTTP/1.1\r\nHost", b"GET / HTTP/1.1\r\n: 1", b"GET / HTTP/1.1\r\nA : 1",
                     b"GET / HTTP/1.1\r\nA: 1\r\n folded", b"GET / HTTP/1.1\r\nA: 1\nB: 2", b"GET / HTTP/1.1\r\nA: 1\rB: 2", b"GET / HTTP/1.1\r\nA: \x00",
                     b"GET /", b"GET  / HTTP/1.1", b"GET / HTTP/1.1 ", b"G\x01T / HTTP/1.1", b"GET / FTP/1.1", b"GET x HTTP/1.1", b"GET ftp://x HTTP/1.1", b" / HTTP/1.1",
                     b"GET / HTTP/1.1\r\nHost: a\r\nHost: b", b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1",
                     b"GET / HTTP/1.1\r\nContent-Length: 1, 1", b"GET / HTTP/1.1\r\nContent-Length: +1", b"GET / HTTP/1.1\r\nContent-Length: -1", b"GET / HTTP/1.1\r\nContent-Length: \xb2",
                     b"GET / HTTP/1.1\r\nContent-Length:", b"GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked",
                     b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked"):
            self.refused(head + b"\r\n\r\n")

    def test_unknown_coding_and_version(self):
        self.refused(b"GET / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501)
        self.refused(b"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505)

    def test_a_long_head(self):
        self.refused(b"GET / HTTP/1.1\r\nA: " + b"x" * 70000, 431)
        with worker.connect() as client:
            answer = client.get("/environ", "X-Long: %s\r\n" % ("y" * 65000))
            self.assertEqual(65000, len(seen(answer)["HTTP_X_LONG"]))

    def test_a_refusal_is_logged(self):
        self.refused(b"GET / HTTP/1.1\r\nLogged Name: 1\r\n\r\n")
        worker.errors.wait_for("refused a request with 400: malformed header name")


class KeepAlive(unittest.TestCase):
    def test_pipelined_requests_are_answered_in_order(self):
        with worker.connect() as client:
            client.send(b"".join(b"GET /environ?%d HTTP/1.1\r\nHost: a\r\n\r\n" % number for number in range(200)))
            for number in range(200):
                self.assertEqual(str(number), seen(client.answer())["QUERY_STRING"])

    def test_empty_lines_before_a_request(self):
        with worker.connect() as client:
            for blanks in (b"\r\n", b"\r\n\r\n\r\n"):
                client.send(blanks + b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
                self.assertEqual(b"hello", client.answer().body)

    def test_close_and_http_10(self):
        for request in (b"GET /hello HTTP/1.1\r\nHost: a\r\nConnection: Close\r\n\r\n", b"GET /hello HTTP/1.0\r\n\r\n"):
            with worker.connect() as client:
                client.send(request)
                answer = client.answer()
                self.assertEqual((b"hello", "close"), (answer.body, answer.get("connection")))
                self.assertTrue(client.is_closed())

    def test_a_loopback_port(self):
        import socket
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        other = Worker(port=port, threads=1)
        try:
            with Client(None, port) as client:
                got = seen(client.get("/environ"))
                self.assertEqual(("127.0.0.1", False), (got["REMOTE_ADDR"], got["wsgi.multithread"]))
                self.assertTrue(client.get("/environ"))
            self.assertEqual(0, other.stop()[0])
        finally:
            other.close()


if __name__ == "__main__":
    unittest.main()
