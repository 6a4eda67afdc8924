"""Listeners on Locust's events, the environment, and a context for each request."""

from locust import HttpUser, constant, events, task

heard = {"request": 0, "failed": 0}


@events.init_command_line_parser.add_listener
def options(parser):
    parser.add_argument("--shop", default="corner", env_var="LOCUST_SHOP")


@events.init.add_listener
def ready(environment, **_):
    environment.shop = environment.parsed_options.shop


@events.request.add_listener
def on_request(request_type, name, response_time, response_length, exception, context, **_):
    heard["request"] += 1
    heard["failed"] += exception is not None
    assert context["who"] == "shopper"
    assert response_time >= 0


@events.test_start.add_listener
def begin(environment, **_):
    print("started", type(environment.runner).__name__)


@events.spawning_complete.add_listener
def spawned(user_count, **_):
    print("spawned")


@events.test_stopping.add_listener
def stopping(**_):
    print("stopping")


@events.test_stop.add_listener
def stopped(**_):
    print("stopped after", heard)


@events.quitting.add_listener
def quitting(environment, **_):
    print("quitting", environment.shop)


class Shopper(HttpUser):
    wait_time = constant(0.003)

    def context(self):
        return {"who": "shopper"}

    @task(2)
    def see(self):
        self.client.get(f"/shop/{self.environment.shop}", name="/shop/[name]")

    @task
    def gone(self):
        self.client.get("/status/404")
