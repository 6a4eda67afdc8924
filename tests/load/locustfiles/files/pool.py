"""People out of a CSV file, who sign in once and keep cookie and token."""

import csv
from itertools import cycle
from pathlib import Path

from locust import HttpUser, constant, task

with Path(__file__).with_name("pool.csv").open() as file:
    PEOPLE = cycle(list(csv.DictReader(file)))


class Person(HttpUser):
    wait_time = constant(0.003)

    def on_start(self):
        self.who = next(PEOPLE)
        answer = self.client.post("/people/login", json=self.who)
        self.client.headers.update({"Authorization": f"Bearer {answer.json()['token']}"})

    @task
    def profile(self):
        self.client.get(f"/people/{self.who['name']}")

    @task
    def search(self):
        self.client.get("/search", params={"q": "käse & wein", "page": [1, 2]})

    def on_stop(self):
        self.client.post("/people/logout")
