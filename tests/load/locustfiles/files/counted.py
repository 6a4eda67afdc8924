"""So many users of each class, by `fixed_count`."""

from locust import FastHttpUser, constant, task


class Clerk(FastHttpUser):
    fixed_count = 1
    wait_time = constant(0.02)

    @task
    def stock(self):
        self.client.put("/stock", json={"item": 1, "count": 5})


class Customer(FastHttpUser):
    fixed_count = 3
    wait_time = constant(0.02)

    @task
    def buy(self):
        self.client.post("/buy", json={"item": 1})
