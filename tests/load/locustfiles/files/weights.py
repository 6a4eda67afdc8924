"""Several classes with fractional weights, one of them abstract, and weighted tasks."""

from locust import FastHttpUser, HttpUser, constant, task


class Base(HttpUser):
    abstract = True
    wait_time = constant(0.03)

    @task(3)
    def home(self):
        self.client.get("/home", params={"from": type(self).__name__, "none": None})


class Guest(Base):
    weight = 1.5


class Member(Base):
    weight = 0.5

    def on_start(self):
        self.client.headers["X-Member"] = "yes"
        self.client.auth = ("ada", "secret")

    @task(1)
    def account(self):
        self.client.get("/account")


class Robot(FastHttpUser):
    weight = 1
    wait_time = constant(0.03)
    default_headers = {"X-Robot": "1"}

    @task
    def crawl(self):
        self.client.get("/crawl")
