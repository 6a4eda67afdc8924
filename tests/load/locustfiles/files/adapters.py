"""What only requests can do: an adapter of one's own, hooks, digest auth, streams, history."""

from locust import HttpUser, constant, task
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry


class Careful(HttpUser):
    wait_time = constant(0.003)

    def on_start(self):
        self.client.mount("http://", HTTPAdapter(max_retries=Retry(total=1)))
        self.client.hooks["response"].append(self.note)
        self.noted = 0

    def note(self, response, *_, **__):
        self.noted += 1

    @task
    def moved(self):
        response = self.client.get("/moved")
        assert response.history[0].status_code == 302
        assert self.noted

    @task
    def stream(self):
        with self.client.get("/stream", stream=True, catch_response=True) as response:
            assert b"".join(response.iter_content(4)).startswith(b"{")
