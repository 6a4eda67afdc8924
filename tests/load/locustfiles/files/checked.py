"""Every way to judge a response, redirects, files, forms, and what `rest` does."""

import io

from locust import FastHttpUser, HttpUser, constant, task
from locust.exception import RescheduleTask


class Checker(HttpUser):
    wait_time = constant(0.002)

    @task
    def fine_after_all(self):
        with self.client.get("/status/404", catch_response=True) as response:
            if response.status_code == 404:
                response.success()

    @task
    def wrong_content(self):
        with self.client.get("/text", catch_response=True) as response:
            if "not json" in response.text:
                response.failure("wrong text")

    @task
    def moved(self):
        self.client.get("/moved")
        self.client.get("/moved", allow_redirects=False, name="moved, not followed")
        self.client.head("/moved")

    @task
    def upload(self):
        files = {"picture": ("a.png", io.BytesIO(b"\x89PNG"), "image/png")}
        self.client.post("/upload", files=files, data={"title": "x", "none": None})

    @task
    def gives_up(self):
        if not self.client.delete("/status/500").ok:
            raise RescheduleTask
        self.client.get("/never")

    @task
    def renamed(self):
        with self.client.get("/thing/7?x=1", catch_response=True) as response:
            response.request_meta["name"] = "/thing/[id]"
        with self.client.rename_request("both"):
            self.client.options("/one")
            self.client.patch("/two", data="raw text")


class Rest(FastHttpUser):
    wait_time = constant(0.002)

    @task
    def good(self):
        with self.rest("POST", "/api/thing", json={"a": 1}) as response:
            assert response.js["id"] == 7

    @task
    def bad(self):
        with self.rest("GET", "/text") as response:
            assert response.js is None

    @task
    def wrong(self):
        with self.rest("GET", "/api/other") as response:
            assert response.js["id"] == 8, "another id,"

    @task
    def stamped(self):
        with self.rest_("GET", "/api/stamped") as response:
            response.js["items"].index(99)
