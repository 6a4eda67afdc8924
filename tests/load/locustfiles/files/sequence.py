"""Steps in their order, with what one step keeps for the next, and a set as one of the steps."""

from locust import HttpUser, SequentialTaskSet, TaskSet, between, task


class Choosing(TaskSet):
    @task
    def look(self):
        self.client.get("/choose")
        self.interrupt(reschedule=False)


class Order(SequentialTaskSet):
    def on_start(self):
        answer = self.client.post("/login", data={"user": "ada", "password": "x y&z"})
        self.token = answer.json()["token"]

    @task
    def see(self):
        answer = self.client.get("/items", headers={"Authorization": f"Bearer {self.token}"})
        self.items = answer.json()["items"]

    tasks = [Choosing]

    @task(2)
    def add(self):
        self.client.post(f"/cart/{self.items[0]}", json={"quantity": 2})

    @task
    def pay(self):
        self.client.put("/pay", json={"token": self.token})


class Buyer(HttpUser):
    wait_time = between(0.001, 0.003)
    tasks = [Order]
