"""The composition runs: every process of ours by its own command, a batch from Prefect to bucket and database."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from flows.runtime.prefect_server import free_port
from tests.bucket import ACCESS, BucketServer, bucket_server
from tests.deployments.composition import DEPLOYMENTS, Composition, secrets, services
from tests.flows.house import CASES, until
from tests.flows.new_prefect import put_prefect_database
from tests.patience import PATIENCE
from tests.postgres import server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]

START = 300.0
"""Seconds that a process may take to be well on a busy machine."""


LOOK_SECONDS = 1.0
"""How often a health check is asked: each is a program that starts anew."""


def database_made(folder: str, variables: dict[str, str]) -> None:
    """Users and databases as the image of PostgreSQL makes them, by the script that it is given."""
    environment = {**variables, "POSTGRES_USER": "postgres", "PGHOST": folder}
    environment["PATH"] = ":".join(["/usr/bin", "/bin", *map(str, Path("/usr/lib/postgresql").glob("*/bin"))])
    script = ["sh", str(DEPLOYMENTS / "compose" / "databases.sh")]
    done = subprocess.run(script, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def caddy(composition: Composition, place: Path, port: int) -> tuple[list[str], dict[str, str]]:
    """The proxy of the composition on another port, with a certificate of its own making."""
    site = (DEPLOYMENTS / "Caddyfile").read_text(encoding="utf-8")
    begin = "{\n\tservers {"
    assert begin in site
    own = "{\n\tadmin off\n\tlocal_certs\n\tskip_install_trust\n\tauto_https disable_redirects\n\tservers {"
    (place / "Caddyfile").write_text(site.replace(begin, own), encoding="utf-8")
    words = [word.replace("/etc/caddy/Caddyfile", str(place / "Caddyfile")) for word in composition.command("proxy")]
    told = composition.environment("proxy", FAIRHAND_NAME=f"https://localhost:{port}", XDG_DATA_HOME=str(place))
    return words, told | {"XDG_CONFIG_HOME": str(place)}


@pytest.fixture(scope="module")
def buckets() -> Iterator[BucketServer]:
    with bucket_server() as found:
        yield found


@pytest.fixture(scope="module")
def composition(
    tmp_path_factory: pytest.TempPathFactory, buckets: BucketServer, new_prefect_database: Path
) -> Iterator[Composition]:
    place, variables = tmp_path_factory.mktemp("composition"), secrets()
    for name in ("home", "inbox", "prefect"):
        (place / name).mkdir()
    put_prefect_database(new_prefect_database, place / "home")  # of the Prefect that `serve` has of its own
    with server() as database:
        folder = str(conninfo_to_dict(database.address)["host"])
        database_made(folder, variables)
        places = {
            "@db:5432/fairhand": f"@/fairhand?host={folder}",
            "@db:5432/prefect": f"@/prefect?host={folder}",
            "http://bucket:9000": buckets.variables["AWS_ENDPOINT_URL"],
            "http://prefect:4200": f"http://127.0.0.1:{(prefect := free_port())}",
            "http://127.0.0.1:4200": f"http://127.0.0.1:{prefect}",
            "http://localhost:4200": f"http://localhost:{prefect}",
            "http://127.0.0.1:8484": f"http://127.0.0.1:{(web := free_port())}",
            "web:8484": f"127.0.0.1:{web}",
            "web2:8484": f"127.0.0.1:{(web2 := free_port())}",
            "/var/lib/fairhand": str(place / "home"),
            "/tmp/prefect": str(place / "prefect"),
            "/pool.sh": str(DEPLOYMENTS / "compose" / "pool.sh"),
            "/machine.sh": str(DEPLOYMENTS / "compose" / "machine.sh"),
            "172.30.84.2": "127.0.0.1",
            "0.0.0.0": "127.0.0.1",
        }
        found = services({**variables, "FAIRHAND_NAME": "orders.example"})
        found["prefect"]["command"][-1] = str(prefect)
        for service, port in (("web", web), ("web2", web2)):
            found[service]["environment"] |= {"FAIRHAND_PORT": str(port), "FAIRHAND_PREFECT_PORT": str(free_port())}
        buckets.client().create_bucket(Bucket="pictures")
        for service in ("web", "web2", "worker"):
            found[service]["environment"] |= ACCESS
        yield Composition(services=found, places=places, log=place, more={"PREFECT_WORKER_QUERY_SECONDS": "1"})


def well(composition: Composition, process: subprocess.Popen[bytes], service: str, name: str = "", **more: str) -> None:
    """Wait until the health check of a service says that it is well."""

    def is_well() -> bool:
        assert process.poll() is None, (composition.log / f"{name or service}.log").read_text(errors="replace")
        return composition.health(service, **more).returncode == 0

    until(is_well, START, LOOK_SECONDS)


def begun(prefect: httpx.Client, name: str, **parameters: object) -> str:
    """A run of a deployment that a worker is to take."""
    deployed = prefect.get(f"/deployments/name/{name}/{name}").raise_for_status().json()
    made = prefect.post(f"/deployments/{deployed['id']}/create_flow_run", json={"parameters": parameters})
    return str(made.raise_for_status().json()["id"])


def ended(prefect: httpx.Client, run: str) -> dict[str, Any]:
    """The state in which a run has ended."""
    state: dict[str, Any] = {}

    def has_ended() -> bool:
        state.update(prefect.get(f"/flow_runs/{run}").json()["state"] or {})
        return state.get("type") in {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}

    until(has_ended, START)
    return state


def read_by_shifts(prefect: httpx.Client, inbox: Path, state: str) -> None:
    """A batch that one run takes in is read by the shifts of both workers, each scan once."""
    for name in ("receipt-217.jpg", "receipt-554.jpg"):
        shutil.copy(CASES / name, inbox)
    waits = {"folder": str(inbox), "form": "receipt", "batch": "tuesday", "read": False}
    taken = ended(prefect, begun(prefect, "ingest", **waits))
    assert "2 to be read by shifts" in taken["message"], taken
    runs = [begun(prefect, "shift") for _ in range(2)]
    assert [ended(prefect, run)["type"] for run in runs] == ["COMPLETED"] * 2
    with psycopg.connect(state) as connection:
        assert connection.execute("SELECT count(*) FROM reads").fetchone() == (3,)
        assert connection.execute("SELECT count(*) FROM to_read").fetchone() == (0,)
        again = "SELECT scan_id FROM engine_time GROUP BY scan_id, engine HAVING count(*) > 1"
        assert connection.execute(again).fetchall() == [], "no engine read a scan twice"


@pytest.mark.promise("Files to be read", "**Whoever has the password")
@pytest.mark.soak
def test_a_batch_goes_from_prefect_over_a_worker_to_the_database_and_the_bucket_and_pages_through_the_proxy(
    composition: Composition, buckets: BucketServer, tmp_path: Path
) -> None:
    told = composition.environment("worker")
    inbox = composition.log / "inbox"
    shutil.copy(CASES / "receipt-007.jpg", inbox)
    with ExitStack() as stack:
        prefect = stack.enter_context(composition.running("prefect"))
        web = stack.enter_context(composition.running("web"))
        well(composition, prefect, "prefect")
        composition.run("pool")
        well(composition, web, "web")
        web2 = stack.enter_context(composition.running("web2"))
        ports = [{"PREFECT_WORKER_WEBSERVER_PORT": str(free_port())} for _ in range(2)]
        workers = [
            stack.enter_context(composition.running("worker", f"worker-{number}", **port))
            for number, port in enumerate(ports)
        ]
        api = told["PREFECT_API_URL"]
        assert httpx.get(f"{api}/admin/version").status_code == 401, "nobody gets in without the password"
        user, _, password = told["PREFECT_API_AUTH_STRING"].partition(":")
        client = stack.enter_context(httpx.Client(base_url=api, auth=(user, password), timeout=PATIENCE))
        taken = ended(client, begun(client, "ingest", folder=str(inbox), form="receipt", batch="monday"))
        assert taken["type"] == "COMPLETED", taken
        read_by_shifts(client, inbox, told["FAIRHAND_STATE"])
        assert all(worker.poll() is None for worker in workers)
        for number, port in enumerate(ports):
            is_well_at(composition, workers[number], port["PREFECT_WORKER_WEBSERVER_PORT"])
        with psycopg.connect(told["FAIRHAND_STATE"]) as connection:
            assert connection.execute("SELECT count(*) FROM scan").fetchone() == (3,)
        assert len(buckets.objects("pictures")) >= 2, "the file, and what was cut from it"
        assert not list((composition.log / "home").rglob("archive"))
        assert not list((composition.log / "home").rglob("state.db"))
        there = f"http://127.0.0.1:{composition.services['web2']['environment']['FAIRHAND_PORT']}"
        until(lambda: web2.poll() is not None or is_ready(there), START)
        assert "key" in {each.suffix[1:] for each in (composition.log / "home2" / "home").glob("state.*")}
        pages_through_the_proxy(composition, stack, tmp_path, partial(end, web))


def end(process: subprocess.Popen[bytes]) -> None:
    """Tell a process to end, and wait until it has."""
    process.terminate()
    process.wait(60)


def is_ready(address: str) -> bool:
    """Whether pages there take work."""
    try:
        return httpx.get(f"{address}/readyz", timeout=PATIENCE).text == "ready\n"
    except httpx.TransportError:
        return False


def is_well_at(composition: Composition, worker: subprocess.Popen[bytes], port: str) -> None:
    """The health check of a worker, asked at the port that it has here."""
    there = {**composition.places, "http://127.0.0.1:8080": f"http://127.0.0.1:{port}"}
    well(Composition(services=composition.services, places=there, log=composition.log), worker, "worker")


def pages_through_the_proxy(
    composition: Composition, stack: ExitStack, place: Path, end_first: Callable[[], object]
) -> None:
    """Pages and the desk come through the proxy, also when the first machine of pages has ended."""
    port = free_port()
    words, environment = caddy(composition, place, port)
    proxy = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    stack.callback(proxy.wait)
    stack.callback(proxy.terminate)
    root = place / "caddy" / "pki" / "authorities" / "local" / "root.crt"
    until(lambda: root.exists(), PATIENCE)
    trust = ssl.create_default_context(cafile=str(root))

    def answers() -> bool:
        try:
            return httpx.get(f"https://localhost:{port}/readyz", verify=trust).text == "ready\n"
        except httpx.TransportError:
            return False

    until(answers, PATIENCE)
    page = httpx.get(f"https://localhost:{port}/in", verify=trust)
    assert "strict-transport-security" in page.headers
    assert "server" not in page.headers
    end_first()
    for path in ("/in", "/desk") * 6:
        answer = httpx.get(f"https://localhost:{port}{path}", verify=trust, timeout=PATIENCE)
        assert answer.status_code == (200 if path == "/in" else 303), path
