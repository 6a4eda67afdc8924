"""Sets of tasks within sets, left by `interrupt`; weights in a dictionary and in decorators."""

from locust import HttpUser, TaskSet, constant, task


class Forum(TaskSet):
    wait_time = constant(0.001)

    def on_start(self):
        self.client.get("/forum")

    @task(4)
    class Thread(TaskSet):
        @task
        def read(self):
            self.client.get("/forum/thread")

        @task
        def leave(self):
            self.interrupt(reschedule=False)

    @task(2)
    def write(self):
        self.client.post("/forum/new", json={"title": "Zwölf", "tags": ["a", "b"]})

    @task(1)
    def leave(self):
        self.interrupt()

    def on_stop(self):
        self.client.get("/forum/bye")


class Front(TaskSet):
    def index(self):
        self.client.get("/front")

    def about(self):
        self.client.get("/about")

    tasks = {index: 3, about: 1, Forum: 1}


class Reader(HttpUser):
    wait_time = constant(0.002)
    tasks = [Front]
