"""The files that the pages suppose, and what their readers do between two commands."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

from kampyn_perf.backend import seed
from kampyn_perf.backend.settings import BackendSettings, PasswordSettings, SeedSettings
from kampyn_perf.backend.store_settings import StoreSettings
from tests.cli import program
from tests.cli.docs import pages
from tests.cli.docs.world import World
from tests.convert import sources
from tests.indexes.advise.workload import DEFECTS, line
from tests.indexes.test_cli import SLOW

SCRIPT = program.ROOT / "tests" / "load" / "artillery" / "files" / "document.yml"


def alerts(_world: World, folder: Path) -> None:
    (folder / "my-alerts.yaml").write_text(pages.yaml_of("docs/alerts.md"))


def artillery(world: World, folder: Path) -> None:
    script = world.here(pages.file_of("docs/coming-from.md", "shop.yml"))
    staging = "  environments: {staging: {phases: [{duration: 1, arrivalRate: 5}]}}\n"
    short = script.replace("duration: 60", "duration: 1")
    (folder / "script.yml").write_text(short.replace("config:\n", f"config:\n{staging}"))
    shutil.copy(SCRIPT, folder)


def coming_from(_world: World, folder: Path) -> None:
    (folder / "shop.js").write_text(pages.file_of("docs/coming-from.md", "shop.js"))


def seeded(_world: World, folder: Path, *, indexes: str = "none") -> None:
    settings = BackendSettings(
        store=StoreSettings(indexes=indexes),
        passwords=PasswordSettings(memory=8 * 1024, iterations=1),
        seed=SeedSettings(orders=300),
    )
    seed(settings, state_dir=folder / ".kampyn")


MONGOOSE = {"orders": [[{"vendorId": 1, "createdAt": "desc"}, {}], [{"userId": 1}, {}]]}
PRISMA = """
datasource db {
  provider = "mongodb"
  url      = env("DATABASE_URL")
}
model User {
  id    String @id @map("_id") @db.ObjectId
  email String @unique
}
"""
BEANIE = """
from beanie import Document, Indexed

class User(Document):
    email: Indexed(str, unique=True)
"""
SPRING = """
@Document(collection = "users")
public class User {
    @Indexed(unique = true)
    private String email;
}
"""


def indexes(world: World, folder: Path) -> None:
    seeded(world, folder)
    slow = b"".join(line(each) + b"\n" for each in DEFECTS for _ in range(3))
    (folder / "mongod.log").write_bytes(slow)
    (folder / "mongod.log.1.gz").write_bytes(gzip.compress(slow))
    for name, text in {
        "declared.json": json.dumps(MONGOOSE),
        "prisma/schema.prisma": PRISMA,
        "app/models/user.py": BEANIE,
        "src/main/java/User.java": SPRING,
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    shipped_catalogue(world, folder)


def shipped_catalogue(_world: World, folder: Path) -> None:
    """The one that the reader had before an import took its place."""
    (folder / "configs").mkdir(exist_ok=True)
    shutil.copy(program.ROOT / "configs" / "indexes.yaml", folder / "configs")


def without_catalogue(_world: World, folder: Path) -> None:
    (folder / "configs" / "indexes.yaml").unlink(missing_ok=True)


def without_locustfile(_world: World, folder: Path) -> None:
    (folder / "locustfile.py").unlink()


def state_of_a_load(_world: World, folder: Path) -> None:
    """The store that a load with the bundled backend left."""
    state = folder / ".kampyn"
    shutil.copytree(state, state / "load", ignore=shutil.ignore_patterns("load"))


def without_shop(_world: World, folder: Path) -> None:
    shutil.rmtree(folder / "shop")


def of_targets(world: World, folder: Path) -> None:
    shop = pages.yaml_of("docs/targets.md").replace("http://localhost:8000", world.shop)
    (folder / "shop.yaml").write_text(shop)
    (folder / "students.csv").write_text(
        "id,email,pin\n1,ana@example.edu,1234\n2,bo@example.edu,5\n"
    )


def faults(_world: World, folder: Path) -> None:
    (folder / "resilience.yaml").write_text(pages.yaml_of("docs/faults.md"))


LOCUSTFILE = """
from locust import HttpUser, tag, task


class Shopper(HttpUser):
    host = "http://localhost:8000"

    @tag("read")
    @task
    def look(self):
        self.client.get("/items")

    @tag("slow")
    @task
    def dawdle(self):
        self.client.get("/health")
"""


def scenarios(_world: World, folder: Path) -> None:
    (folder / "locustfile.py").write_text(LOCUSTFILE)


def slo(_world: World, folder: Path) -> None:
    (folder / "staging.yaml").write_text(pages.yaml_of("docs/slo.md"))


def of_help(world: World, folder: Path) -> None:
    """What examples of `--help` name: scripts, rules, benchmarks and a store."""
    alerts(world, folder)
    artillery(world, folder)
    seeded(world, folder)
    scenarios(world, folder)
    (folder / "locustfiles").mkdir()
    own = "\nfrom locust import events\n\n\n@events.init_command_line_parser.add_listener\n"
    own += 'def _(parser):\n    parser.add_argument("--shop", type=int)\n'
    (folder / "locustfiles" / "shopper.py").write_text(LOCUSTFILE + own)
    of_bench(world, folder)


def of_init_help(world: World, folder: Path) -> None:
    """What others' programs recorded and described."""
    (folder / "script.js").write_text(pages.file_of("docs/coming-from.md", "shop.js"))
    url = f"http://{world.hosts['localhost:8000']}"
    (folder / "session.har").write_text(json.dumps(sources.har(url)))
    collection = json.dumps(sources.postman(url))
    (folder / "shop.postman_collection.json").write_text(collection)


def objectives(_world: World, folder: Path) -> None:
    goals = "{metric: case_time, statistic: p95, scope: {case: sort}, target: '< 1 s'}"
    (folder / "my-objectives.yaml").write_text(f"objectives: {{sorting: {goals}}}")


def of_indexes_help(world: World, folder: Path) -> None:
    indexes(world, folder)
    (folder / ".kampyn" / "logs").mkdir(exist_ok=True)
    (folder / ".kampyn" / "logs" / "error.log").write_text(SLOW * 3)


def of_bench(_world: World, folder: Path) -> None:
    shutil.copy(program.ROOT / "docs" / "examples" / "my_benchmarks.py", folder)


def of_readme(world: World, folder: Path) -> None:
    artillery(world, folder)
    scenarios(world, folder)


def of_ci(_world: World, folder: Path) -> None:
    for name, kept in {"ci": "new", "flat-out": "capacity"}.items():
        shutil.copytree(folder / "reports" / kept, folder / "reports" / name)
