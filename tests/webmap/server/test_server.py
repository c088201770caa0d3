"""The server on real sockets: HTTP as it is, and clients that are slow, silent, huge or rude."""

import http.client
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace

import pytest

from tests.webmap.server.conftest import QUICK, everything
from webmap.server import ServerSettings

GET = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
Place = tuple[str, int]
Speak = Callable[..., bytes]
Lines = Callable[[bytes], list[str]]


def test_a_request_arrives_as_it_was_sent(place: Place, speak: Speak, body_lines: Lines) -> None:
    answer = speak(place, b"GET /a%20%E4%BD%A0?b=%20c HTTP/1.1\r\nHost: a\r\nX-Name: n\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\ndate: " in answer.lower()
    assert body_lines(answer) == ["GET", "/a \xe4\xbd\xa0", "b=%20c", "http", "0", "None", "n"]


def test_a_header_with_an_underscore_cannot_pass_for_another(place: Place, speak: Speak, body_lines: Lines) -> None:
    answer = speak(place, b"GET / HTTP/1.1\r\nHost: a\r\nX_Name: forged\r\nConnection: close\r\n\r\n")
    assert body_lines(answer)[-1] == ""


def test_a_connection_serves_many_requests(place: Place) -> None:
    client = http.client.HTTPConnection(*place, timeout=20)
    for size in (0, 10, 100_000):
        client.request("POST", "/", body=b"x" * size)
        assert client.getresponse().read().split(b"\n")[4] == str(size).encode()
    client.request("HEAD", "/")
    head = client.getresponse()
    assert (head.status, head.read()) == (200, b"")
    client.request("GET", "/")
    assert client.getresponse().status == 200
    client.close()


def test_pieces_arrive_as_they_are_made(place: Place) -> None:
    client = http.client.HTTPConnection(*place, timeout=20)
    client.request("GET", "/pieces")
    answer = client.getresponse()
    began = time.monotonic()
    assert answer.read1() == b"piece 0\n"
    first_s = time.monotonic() - began
    assert answer.read() == b"piece 1\npiece 2\n"
    assert time.monotonic() - began > first_s + 0.5
    client.close()


def test_a_chunked_body_has_a_length_and_a_limit(place: Place, speak: Speak, body_lines: Lines) -> None:
    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    assert body_lines(speak(place, head + b"5\r\nhello\r\n0\r\n\r\n"))[4] == "5"
    chunk = b"8000\r\n" + b"x" * 0x8000 + b"\r\n"
    assert body_lines(speak(place, head + chunk * 20 + b"0\r\n\r\n"))[4:6] == ["0", "200000"]


def test_a_fault_of_the_application_is_a_500_and_the_next_request_is_served(
    place: Place, speak: Speak, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        assert speak(place, GET.replace(b"GET /", b"GET /fails")).startswith(b"HTTP/1.1 500")
    assert "a bug" in caplog.text
    assert speak(place, GET).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 70_000, b"431"),
        (b"GET /" + b"x" * 70_000, b"431"),
        (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 20_000, b"431"),
    ],
)
def test_what_is_no_request_or_too_long_is_refused(place: Place, speak: Speak, request_: bytes, status: bytes) -> None:
    assert speak(place, request_)[9:12] == status


def test_a_hundred_silent_clients_keep_nobody_waiting(place: Place, speak: Speak) -> None:
    with ExitStack() as stack:
        silent = [stack.enter_context(socket.create_connection(place, timeout=20)) for _ in range(100)]
        for client in silent[::2]:
            client.sendall(b"GET / HTTP/1.1\r\nHos")
        began = time.monotonic()
        assert speak(place, GET).startswith(b"HTTP/1.1 200")
        assert time.monotonic() - began < 5
        ends = [everything(client) for client in silent]
    assert all(end.startswith(b"HTTP/1.1 408") for end in ends[::2])
    assert not any(ends[1::2])


def test_headers_that_drip_end_after_their_time(place: Place) -> None:
    with socket.create_connection(place, timeout=20) as client:
        began, answer = time.monotonic(), b""
        client.settimeout(0.1)
        while time.monotonic() - began < 15 and not answer:
            try:
                client.sendall(b"X")
                answer = client.recv(100)
            except TimeoutError:
                pass
            except ConnectionError:
                break
        assert time.monotonic() - began < 10


def test_a_body_that_drips_ends_and_holds_no_thread(serve: Callable, speak: Speak) -> None:
    with serve(replace(QUICK, threads=1)) as place, ExitStack() as stack:
        for _ in range(5):
            client = stack.enter_context(socket.create_connection(place, timeout=20))
            client.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nx")
        assert speak(place, GET).startswith(b"HTTP/1.1 200")
        assert everything(client).startswith(b"HTTP/1.1 408")


def test_who_does_not_read_holds_no_thread(serve: Callable, speak: Speak) -> None:
    with serve(replace(QUICK, threads=1)) as place, ExitStack() as stack:
        for _ in range(3):
            client = stack.enter_context(socket.create_connection(place, timeout=20))
            client.sendall(GET.replace(b"GET /", b"GET /much"))
        assert speak(place, GET).startswith(b"HTTP/1.1 200")


def test_a_large_answer_arrives_whole(place: Place, speak: Speak) -> None:
    assert len(speak(place, GET.replace(b"GET /", b"GET /much")).partition(b"\r\n\r\n")[2]) == 20_000_000


def test_a_large_body_is_refused_before_it_is_read_unless_its_sender_may(place: Place) -> None:
    head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1500000\r\n"
    with socket.create_connection(place, timeout=20) as client:
        client.sendall(head + b"\r\n")  # not a byte of the body
        answer = client.recv(1 << 16)
        while len(answer.split(b"\n")) < len(answer.partition(b"\r\n\r\n")[0].split(b"\n")) + 7:
            answer += client.recv(1 << 16)
        assert answer.startswith(b"HTTP/1.1 200")
        assert answer.partition(b"\r\n\r\n")[2].split(b"\n")[4:6] == [b"0", b"200000"]
        assert b"connection: close" in answer.lower()
    with socket.create_connection(place, timeout=20) as client:
        client.sendall(head + b"X-Role: planner\r\nConnection: close\r\n\r\n" + b"x" * 1_500_000)
        assert everything(client).split(b"\n")[-3:-1] == [b"1500000", b"None"]


def test_who_sends_a_refused_body_to_its_end_reads_why(place: Place) -> None:
    with socket.create_connection(place, timeout=20) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 30000000\r\n\r\n")
        for _ in range(30):
            client.sendall(b"x" * 1_000_000)
        assert b"200000" in everything(client)


def test_who_asks_before_sending_is_told_to_go_on_or_why_not(place: Place) -> None:
    for size, first in ((100, b"HTTP/1.1 100"), (500_000, b"HTTP/1.1 200")):
        with socket.create_connection(place, timeout=20) as client:
            head = f"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: {size}\r\n\r\n"
            client.sendall(head.encode())
            assert client.recv(1 << 16).startswith(first)


def test_a_crowd_makes_room_for_whoever_comes(serve: Callable, speak: Speak) -> None:
    with serve(ServerSettings(connections=20, threads=2)) as place, ExitStack() as stack:
        for _ in range(60):
            stack.enter_context(socket.create_connection(place, timeout=20))
        assert speak(place, GET).startswith(b"HTTP/1.1 200")


def test_a_handshake_that_never_ends_keeps_nobody_waiting(
    serve: Callable, tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    with serve(tls=tls) as place, ExitStack() as stack:
        silent = [stack.enter_context(socket.create_connection(place, timeout=20)) for _ in range(40)]
        for client in silent[::2]:
            client.sendall(b"\x16\x03\x01\x02\x00\x01")  # the beginning of a hello
        began = time.monotonic()
        client = http.client.HTTPSConnection("localhost", place[1], context=trusting, timeout=20)
        client.request("GET", "/")
        answer = client.getresponse()
        assert answer.read().split(b"\n")[3] == b"https"
        assert time.monotonic() - began < 5
        client.close()
        assert not any(everything(one) for one in silent)


def test_requests_under_way_are_finished_when_the_server_stops(serve: Callable) -> None:
    with serve() as place:
        client = socket.create_connection(place, timeout=20)
        client.sendall(GET.replace(b"GET /", b"GET /pieces"))
        client.recv(10)
    rest = everything(client)
    client.close()
    assert b"piece 2" in rest
    with pytest.raises(OSError, match=r"refused|reset|10061"):
        socket.create_connection(place, timeout=2).close()


def test_many_at_once_are_all_answered(place: Place, speak: Speak) -> None:
    answers: list[bytes] = []
    threads = [threading.Thread(target=lambda: answers.append(speak(place, GET))) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer[:15] for answer in answers] == [b"HTTP/1.1 200 OK"] * 50
