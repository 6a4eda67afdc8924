"""A shape that counts users, beside users that keep a throughput of their own."""

from locust import FastHttpUser, LoadTestShape, constant_pacing, constant_throughput, task


class Steady(FastHttpUser):
    wait_time = constant_throughput(100)

    @task
    def tick(self):
        self.client.get("/tick")


class Paced(FastHttpUser):
    wait_time = constant_pacing(0.01)

    @task
    def tock(self):
        self.client.head("/tock")


class Steps(LoadTestShape):
    stages = [(10, 2), (20, 4)]

    def tick(self):
        for until, users in self.stages:
            if self.get_run_time() < until:
                return users, users
        return None
