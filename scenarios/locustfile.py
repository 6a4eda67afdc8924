"""The document's three flows, for `kampyn-perf load` and for stock Locust:

    kampyn-perf load --profile quick
    locust -f scenarios/locustfile.py --headless -u 10 -t 30s --host http://localhost:5001

Each class is a Locust user; its weight is its share of the sessions. What an operation such as
"login" sends to a concrete backend stands in configs/targets/. Add a class here and it takes part;
copy the folder into your own project and it is used instead of the shipped one.
"""

from locust import task

from kampyn_perf.load.flow import FlowUser


class AuthenticationFlow(FlowUser):
    """Somebody logs in and asks who they are."""

    flow = "User authentication flow"
    weight = 30

    @task
    def log_in(self) -> None:
        self.call("login")
        self.call("check")


class OrderPlacementFlow(FlowUser):
    """Somebody looks at the items, puts one into the cart and orders."""

    flow = "Order placement flow"
    weight = 40

    @task
    def place_an_order(self) -> None:
        self.call("items")
        self.call("cart_add")
        self.call("order")


class VendorOperations(FlowUser):
    """A vendor looks at the list of vendors and at the orders to prepare."""

    flow = "Vendor operations"
    weight = 30

    @task
    def look_at_orders(self) -> None:
        self.call("vendors")
        self.call("active_orders")
