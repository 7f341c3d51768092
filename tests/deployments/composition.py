"""The composition of `deployments/compose.yaml`, its processes run on this machine by the commands that stand there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
DEPLOYMENTS = ROOT / "deployments"
COMPOSE = DEPLOYMENTS / "compose.yaml"

VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


def secrets() -> dict[str, str]:
    """The variables that `secrets.sh` makes for the composition."""
    script = ["sh", str(DEPLOYMENTS / "secrets.sh"), "orders.example"]
    made = subprocess.run(script, capture_output=True, text=True, check=True)
    lines = [line for line in made.stdout.splitlines() if not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def services(variables: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The services by their names, variables filled in; KeyError where one is missing that must be set."""

    def value(match: re.Match[str]) -> str:
        name, how, default = match.groups()
        return variables.get(name, default) if how == "-" else variables[name]

    text = VARIABLE.sub(value, COMPOSE.read_text(encoding="utf-8"))
    found: dict[str, dict[str, Any]] = yaml.safe_load(text)["services"]
    return found


@dataclass(kw_only=True)
class Composition:
    """The services as they run here: `places` says what stands in the file and what stands for it here."""

    services: Mapping[str, Mapping[str, Any]]
    places: Mapping[str, str]
    log: Path
    more: dict[str, str] = field(default_factory=dict)

    def here(self, text: str) -> str:
        """A word of the file as it is on this machine."""
        for there, place in self.places.items():
            text = text.replace(there, place)
        return text

    def environment(self, service: str, **more: str) -> dict[str, str]:
        """The environment of a service: that of the file, and of ours only what any program needs."""
        plain = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
        plain |= {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "FAIRHAND_SOURCE": str(ROOT)}
        plain["PYTHONPATH"] = str(ROOT)  # the image has it installed
        told = self.services[service].get("environment", {})
        return {**plain, **{name: self.here(str(value)) for name, value in told.items()}, **self.more, **more}

    def command(self, service: str) -> list[str]:
        """What a service runs."""
        found = self.services[service]
        words = [*found.get("entrypoint", ()), *found.get("command", ())]
        return [self.here(word) for word in words]

    def health(self, service: str, **more: str) -> subprocess.CompletedProcess[str]:
        """What the health check of a service says, run once."""
        kind, *words = self.services[service]["healthcheck"]["test"]
        assert kind == "CMD"
        asked = [self.here(word) for word in words]
        return subprocess.run(asked, env=self.environment(service, **more), capture_output=True, text=True, timeout=60)

    def run(self, service: str) -> None:
        """Run a service that ends by itself."""
        done = subprocess.run(
            self.command(service), env=self.environment(service), cwd=ROOT, capture_output=True, text=True, timeout=600
        )
        assert done.returncode == 0, f"{service}: {done.stdout}{done.stderr}"

    @contextmanager
    def running(self, service: str, name: str = "", **more: str) -> Iterator[subprocess.Popen[bytes]]:
        """A service while it runs; it is told to end, and killed where it does not."""
        with (self.log / f"{name or service}.log").open("wb") as log:
            process = subprocess.Popen(
                self.command(service), env=self.environment(service, **more), cwd=ROOT, stdout=log, stderr=log
            )
            try:
                yield process
            finally:
                process.terminate()
                try:
                    process.wait(30)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
