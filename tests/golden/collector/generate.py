#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Records what the lecture's app does with requests, byte for byte.

    python3 -m venv venv && venv/bin/pip install flask==3.1.3 werkzeug==3.1.9 kafka-python==3.0.12
    LECTURE=../shared/lecture venv/bin/python tests/golden/collector/generate.py

The app is run as it is, on Werkzeug's own server as `flask run` does it; only the producer's module
is another one, which keeps what it is given instead of sending it.  For each request there are
NAME.request, the bytes sent; NAME.event, the bytes produced, absent when there were none; and
NAME.reply, the status, the headers Allow, Content-Type and Content-Length, and the body.
"""
import importlib.util
import os
import socket
import sys
import threading
import types

HERE = os.path.dirname(os.path.abspath(__file__))
PRODUCED = []


class KafkaProducer:
    def __init__(self, **_):
        pass

    def send(self, topic, value):
        PRODUCED.append((topic, value))


def request(line, *headers, body=b"", end=b"\r\n"):
    out = line.encode("latin-1") + b"\r\n"
    for header in headers:
        out += (header if isinstance(header, bytes) else header.encode("latin-1")) + b"\r\n"
    return out + end + body


CURL = ("Host: localhost:5000", "User-Agent: curl/7.88.1", "Accept: */*")
AB = ("Host: user1.comcast.com", "User-Agent: ApacheBench/2.3", "Accept: */*")
SWORD = "GET /purchase_a_sword HTTP/1.1"

REQUESTS = {
    "curl_default": request("GET / HTTP/1.1", *CURL),
    "curl_sword": request(SWORD, *CURL),
    "ab_default": request("GET / HTTP/1.0", *AB),
    "ab_sword": request("GET /purchase_a_sword HTTP/1.0", *AB),
    "no_headers": request("GET / HTTP/1.0"),
    "query": request("GET /purchase_a_sword?color=red&size=9 HTTP/1.1", *CURL),
    "percent": request("GET /purchase%5fa_%73word HTTP/1.1", *CURL),
    "head": request("HEAD / HTTP/1.1", *CURL),
    "options": request("OPTIONS / HTTP/1.1", *CURL),
    "options_unknown": request("OPTIONS /nothing HTTP/1.1", *CURL),
    "post": request("POST / HTTP/1.1", *CURL, "Content-Length: 2", body=b"{}"),
    "unknown": request("GET /nothing HTTP/1.1", *CURL),
    "unknown_head": request("HEAD /nothing HTTP/1.1", *CURL),
    "trailing_slash": request("GET /purchase_a_sword/ HTTP/1.1", *CURL),
    "other_case": request("GET /Purchase_a_sword HTTP/1.1", *CURL),
    "absolute": request("GET http://shop.example:81/purchase_a_sword?a HTTP/1.1", *CURL),
    "absolute_no_host": request("GET http://shop.example/ HTTP/1.0", "Accept: */*"),
    "repeated": request(SWORD, "Host: h", "X-A: 1", "Accept: text/html", "x-a: 2", "X-B: 3", "X-A:4"),
    "repeated_empty": request(SWORD, "Host: h", "X-A:", "X-A: 2", "X-A: "),
    "underscore": request(SWORD, "Host: h", "X_A: 1", "X-A: 2", "user_agent: u"),
    "names": request(SWORD, "host: h", "aCCEPT: 1", "x-1a-b2c: 2", "x--y: 3", "-z: 4", "z-: 5",
                     "o'neil: 6", "a.b!c: 7", "x#y$z%w: 8", "q*r+s: 9", "t^u`v|w~x: 10", "DNT: 1"),
    "values": request(SWORD, "Host: h", "X-Quote: say \"hi\" \\ back", "X-Slash: a/b", "X-Tab: a\tb",
                      "X-Colon: a: b", "X-Html: <&>'", "X-Json: {\"a\": [1]}"),
    "high_bytes": request(SWORD, "Host: h", b"X-Utf8: sch\xc3\xb6n \xe2\x82\xac",
                          b"X-Latin: \x80\x9f\xa0\xff", b"X-Next-Line: a\x85b"),
    "blanks": request(SWORD, "Host: h", "X-None:", "X-Left:    a", "X-Right: a   ",
                      "X-Tabs:\t a \t", "X-Only:   "),
    "event_type_header": request(SWORD, "Host: h", "event_type: x", "Event-Type: y"),
    "content": request("GET / HTTP/1.1", "Content-Type: text/plain", "Host: h", "Content-Length: 3",
                       "Accept: */*", body=b"abc"),
    "content_empty": request("GET / HTTP/1.1", "Content-Type:", "Host: h", "Content-Length: 0",
                             "Accept: */*"),
    "content_type_twice": request("GET / HTTP/1.1", "Host: h", "Content-Type: a/b", "Accept: */*",
                                  "content-type: c/d"),
    "chunked": request("GET / HTTP/1.1", "Host: h", "Transfer-Encoding: chunked", "X-After: 1",
                       body=b"3\r\nabc\r\n0\r\n\r\n"),
    "expect": request("GET / HTTP/1.1", "Host: h", "Expect: 100-continue", "Content-Length: 1",
                      body=b"a"),
    "keep_alive": request("GET / HTTP/1.0", "Connection: Keep-Alive", "Host: h"),
    "cookie": request(SWORD, "Host: h", "Cookie: a=b; c=\"d\"", "Authorization: Basic dTpw",
                      "X-Forwarded-For: 10.0.0.1", "Referer: http://h/"),
    "browser": request(
        SWORD, "Host: localhost:5000", "Connection: keep-alive",
        "sec-ch-ua: \"Chromium\";v=\"126\", \"Not.A/Brand\";v=\"24\"", "sec-ch-ua-mobile: ?0",
        "Upgrade-Insecure-Requests: 1", "User-Agent: Mozilla/5.0 (X11; Linux x86_64)",
        "Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", "Sec-Fetch-Site: none",
        "Accept-Encoding: gzip, deflate, br", "Accept-Language: de-DE,de;q=0.9,en;q=0.8"),
}


def answer(port, sent):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as peer:
        peer.sendall(sent)
        peer.shutdown(socket.SHUT_WR)
        got = b""
        while True:
            more = peer.recv(65536)
            if not more:
                return got
            got += more


def main():
    sys.modules["kafka"] = types.SimpleNamespace(KafkaProducer=KafkaProducer)
    path = os.path.join(os.environ.get("LECTURE", "../shared/lecture"), "game_api.py")
    spec = importlib.util.spec_from_file_location("game_api", path)
    game_api = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(game_api)
    from werkzeug.serving import make_server
    server = make_server("127.0.0.1", 0, game_api.app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    for name, sent in REQUESTS.items():
        PRODUCED.clear()
        got = answer(server.server_port, sent)
        while got.startswith(b"HTTP/1.1 100"):
            got = got.split(b"\r\n\r\n", 1)[1]
        head, body = got.split(b"\r\n\r\n", 1)
        lines = head.split(b"\r\n")
        kept = [lines[0].split(b" ", 1)[1]] + sorted(
            line for line in lines[1:]
            if line.split(b":")[0] in (b"Allow", b"Content-Type", b"Content-Length"))
        base = os.path.join(HERE, name)
        with open(base + ".request", "wb") as out:
            out.write(sent)
        with open(base + ".reply", "wb") as out:
            out.write(b"\n".join(kept) + b"\n\n" + body)
        assert len(PRODUCED) <= 1 and all(topic == "events" for topic, _ in PRODUCED)
        if os.path.exists(base + ".event"):
            os.unlink(base + ".event")
        if PRODUCED:
            with open(base + ".event", "wb") as out:
                out.write(PRODUCED[0][1])
    server.shutdown()


if __name__ == "__main__":
    main()
