"""The same three flows for Locust: what a user does each second is one of them."""

import uuid

from locust import HttpUser, constant_throughput, task


class Shopper(HttpUser):
    wait_time = constant_throughput(1)

    def session(self):
        return {"X-Session": str(uuid.uuid4())}

    @task(30)
    def auth(self):
        headers = self.session()
        body = {"email": "ann@x.example", "password": "secret"}
        token = self.client.post("/auth", json=body, headers=headers).json()["id"]
        self.client.get("/check", headers={**headers, "Authorization": f"Bearer {token}"})

    @task(40)
    def order(self):
        headers = self.session()
        self.client.get("/items", params={"page": 1}, headers=headers)
        self.client.post("/cart", data={"item": "i1", "quantity": 2}, headers=headers)
        self.client.post("/order", json={"vendor": "v1", "items": []}, headers=headers)

    @task(30)
    def vendor(self):
        headers = self.session()
        self.client.get("/vendors", headers=headers)
        self.client.get("/vendors/v1/active", headers=headers)
