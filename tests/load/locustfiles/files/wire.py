"""A client of one's own, that speaks another protocol and tells Locust of what it measured."""

import socket
import time

from locust import User, constant, events, task


class WireClient:
    """Sends a line, and waits for the first line of an answer."""

    def __init__(self, host, fire):
        address, _, port = host.rpartition("/")[2].partition(":")
        self.address = (address, int(port))
        self.fire = fire

    def ask(self, what):
        began = time.perf_counter()
        error, answer = None, b""
        try:
            with socket.create_connection(self.address, timeout=5) as connection:
                connection.sendall(f"ASK /wire/{what} WIRE/1\r\n\r\n".encode())
                answer = connection.recv(4096)
        except OSError as problem:
            error = problem
        if what == "wrong":
            error = ValueError("wrong answer")
        self.fire(
            request_type="WIRE",
            name=what,
            response_time=(time.perf_counter() - began) * 1000,
            response_length=len(answer),
            exception=error,
            context={},
        )


class Wired(User):
    wait_time = constant(0.003)

    def __init__(self, environment):
        super().__init__(environment)
        self.client = WireClient(self.host, environment.events.request.fire)

    @task(3)
    def good(self):
        self.client.ask("good")

    @task(1)
    def wrong(self):
        self.client.ask("wrong")

    @task(1)
    def measured(self):
        with events.request.measure("WIRE", "measured") as meta:
            meta["response_length"] = 1
            self.client.ask("inner")
