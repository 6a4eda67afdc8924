"""Tasks with tags, run with --tags read --exclude-tags slow."""

from locust import FastHttpUser, TaskSet, constant, tag, task


class Admin(TaskSet):
    @tag("write")
    @task
    def change(self):
        self.client.post("/admin/change", json={"on": True})
        self.interrupt(reschedule=False)

    @tag("read")
    @task(2)
    def report(self):
        self.client.get("/admin/report")
        self.interrupt(reschedule=False)


class Visitor(FastHttpUser):
    wait_time = constant(0.002)
    tasks = [Admin]

    @tag("read")
    @task(3)
    def page(self):
        self.client.get("/page", name="a page")

    @tag("read", "slow")
    @task(10)
    def export(self):
        self.client.get("/export")


class Writer(FastHttpUser):
    wait_time = constant(0.002)

    @tag("write")
    @task
    def post(self):
        self.client.post("/post", json={"text": "hello"})
