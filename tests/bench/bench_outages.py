"""Database, bucket and Prefect's server killed, hanging and cut off while files come in and are read.

A real PostgreSQL, a server of buckets and a Prefect server, `fairhand serve`, shifts, `ingest` and a till that sends
files, all of them without an end. Each service is killed and started again 20 times while a scan is being read, and is
away 20 times, for 5 to 60 s: killed, hanging, or with a network that hands nothing on. After each the work must go on.
Then every acknowledged file must be in a record or asked, once, none set aside; every command must have done its work
or ended with one sentence.
"""

from __future__ import annotations

import math
import os
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flows.home import settings as configuration
from flows.home.home import Home, now, open_home
from flows.home.settings import prefect_secret
from flows.runtime.prefect_server import PrefectServer, free_port
from tests.bench.crowd.served import Served
from tests.bench.outages.checked import tracebacks, wrong
from tests.bench.outages.programs import Programs
from tests.bench.outages.services import Service, bucket, database, prefect, relay_to_file, relay_to_port
from tests.bench.rows import Row
from tests.bucket import bucket_server
from tests.flows.forked_commands import share_readings
from tests.flows.house import House, until
from tests.postgres import new_database, server, share
from tests.postgres import rows as rows_of
from transcribe.people.tokens import new_token

LEASE_SECONDS = 600.0
AWAY_SECONDS = (5.0, 60.0)
GOES_ON_SECONDS = 600.0
"""So long after a service is back something must have been read; it is seconds on an idle machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How often each service is killed and away, and for how long, from and to."""

    restarts: int = 20
    outages: int = 20
    seconds: tuple[float, float] = AWAY_SECONDS
    seed: int = 42


SMALL = Plan(restarts=1, outages=1, seconds=(5.0, 8.0))


@dataclass(kw_only=True)
class Stage:
    """Everything that runs: the services, the programs, and the address of the database past its relay."""

    rooms: Home
    services: Sequence[Service]
    programs: Programs
    served: Served
    address: str
    back: list[float] = field(default_factory=list)

    def until_it_goes_on(self) -> None:
        """Wait until one scan more is read than now."""
        before, began = _read(self.address), time.monotonic()
        until(lambda: _read(self.address) > before, GOES_ON_SECONDS, pause=0.2)
        self.back.append(time.monotonic() - began)

    def until_one_is_read(self) -> None:
        """Wait until somebody is reading a scan."""
        until(lambda: _held(self.address), GOES_ON_SECONDS, pause=0.02)

    def try_service(self, service: Service, plan: Plan, chance: random.Random) -> str:
        """Kill it and have it away as often as planned; what was done, in a line."""
        self.back.clear()
        acknowledged = len(self.programs.seen.acknowledged)
        for _ in range(plan.restarts):
            self.until_one_is_read()
            time.sleep(chance.uniform(0.0, 1.0))
            service.restart()
            self.until_it_goes_on()
        ways = sorted(service.ways)
        shortest, longest = map(math.log, plan.seconds)  # a short one is as likely as one twice as long
        lengths = [round(math.exp(chance.uniform(shortest, longest))) for _ in range(plan.outages)]
        for number, seconds in enumerate(lengths):
            self.until_one_is_read()
            time.sleep(chance.uniform(0.0, 1.0))
            service.be_away(ways[number % len(ways)], seconds)
            self.until_it_goes_on()
        ended = f"{self.programs.seen.in_a_sentence} commands ended in a sentence so far"
        return (
            f"{service.name}: {plan.restarts} restarts, {plan.outages} outages of {min(lengths, default=0)} to "
            f"{max(lengths, default=0)} s ({', '.join(ways)}); read again after {max(self.back, default=0):.0f} s at "
            f"most; {len(self.programs.seen.acknowledged) - acknowledged} files acknowledged meanwhile; {ended}"
        )

    def finish(self) -> None:
        """Take nothing more in, and wait until everything is read and weighed."""
        shifts, *feeding = self.programs.at_work
        self.programs.no_more.set()
        for each in feeding:
            each.join(GOES_ON_SECONDS)
            assert not each.is_alive(), "a file was never acknowledged"
        store = self.rooms.store
        until(lambda: not (_incoming(self.rooms) or store.count_to_read(now())[0]), GOES_ON_SECONDS)
        self.programs.all_read.set()
        shifts.join(GOES_ON_SECONDS)
        until(lambda: not store.counts().waiting_scans, GOES_ON_SECONDS)


def _held(address: str) -> bool:
    return bool(rows_of(address, "SELECT 1 FROM to_read WHERE worker IS NOT NULL LIMIT 1"))


def _incoming(rooms: Home) -> bool:
    return any((rooms.settings.home / "incoming").glob("*"))


@contextmanager
def stage(folder: Path, plan: Plan) -> Iterator[Stage]:
    """Start everything; afterwards it is gone."""
    with ExitStack() as running:
        postgres = running.enter_context(server(durable=True))
        share(postgres.address)
        direct = new_database()
        name = direct.partition("dbname=")[2].split()[0]
        socket_file = Path(postgres.address.partition("host=")[2].split()[0]) / ".s.PGSQL.5432"
        ways = {"database": relay_to_file(socket_file)}
        buckets = running.enter_context(bucket_server())
        ways["bucket"] = relay_to_port(buckets.port)
        os.environ.update({**buckets.variables, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{ways['bucket'].port}"})
        (folder / "home").mkdir()
        url = f"postgresql://postgres@127.0.0.1:{ways['database'].port}/{name}"
        kept = f"FAIRHAND_STATE={url}\nFAIRHAND_ARCHIVE=s3://{buckets.bucket()}/pictures\nFAIRHAND_ENGINES=tesseract\n"
        text = f"{kept}FAIRHAND_WORKERS=1\nFAIRHAND_AUDIT_SHARE=0\n"
        (folder / "home" / configuration.SETTINGS_FILE).write_text(text, encoding="utf-8")
        rooms = open_home(configuration.load_settings(folder / "home"))
        running.callback(rooms.close)
        shown = PrefectServer(configuration.load_settings(folder / "prefect"), free_port())
        shown.start()
        shown.wait()
        running.callback(shown.stop)
        ways["Prefect's server"] = relay_to_port(shown.port)
        for each in ways.values():
            running.callback(each.close)
        served = Served(rooms=rooms, lease_seconds=LEASE_SECONDS, whole=True)
        served.start()
        running.callback(served.stop)
        services = (
            database(postgres, ways["database"]),
            bucket(buckets, ways["bucket"]),
            prefect(shown, ways["Prefect's server"]),
        )
        yield Stage(
            rooms=rooms,
            services=services,
            programs=_programs(folder, rooms, served, shown, ways["Prefect's server"].port, direct, plan.seed),
            served=served,
            address=direct,
        )


def _programs(
    folder: Path, rooms: Home, served: Served, shown: PrefectServer, port: int, direct: str, seed: int
) -> Programs:
    home = rooms.settings.home
    secret = prefect_secret(configuration.load_settings(folder / "prefect"))
    return Programs(
        folder=folder,
        house=House(home=home),
        with_prefect=House(home=home, prefect=f"http://127.0.0.1:{port}/api", prefect_secret=secret),
        address=served.address,
        secret=new_token(rooms.store, "till", ("scans:write",), now()).secret,
        read=lambda: _read(direct),
        chance=random.Random(seed),
    )


def _read(address: str) -> int:
    """How many scans were read so far."""
    return int(str(rows_of(address, "SELECT COUNT(*) FROM engine_time")[0][0]))


def play(folder: Path, plan: Plan) -> Iterator[Row]:
    """Play the plan: a row for each service, and one for each thing that is not as it must be."""
    chance = random.Random(plan.seed)
    with stage(folder, plan) as here:
        here.rooms.use_form("receipt")
        here.programs.start()
        for service in here.services:
            yield Row(of=here.try_service(service, plan, chance), figure="")
        here.finish()
        is_up = here.served.process is not None and here.served.process.poll() is None
        seen = here.programs.seen
        found = wrong(here.rooms, here.address, seen)
        log = (here.rooms.settings.home / "serve.log").read_text("utf-8")
        found += [] if is_up else ["fairhand serve ended"]
        found += [f"serve's log has a traceback: {each[:6000]}" for each in tracebacks(log)]
    said = f"{len(seen.acknowledged)}, {len(seen.ended)}, {seen.in_a_sentence}"
    yield Row(of="files acknowledged, commands, of these ended in a sentence", figure=said)
    yield from (Row(of=each, figure="wrong", holds=False) for each in found)


def rows(small: bool) -> Iterator[Row]:
    """Every service killed and away as often as planned."""
    share_readings(None)
    with tempfile.TemporaryDirectory() as folder:
        yield from play(Path(folder), SMALL if small else Plan())
