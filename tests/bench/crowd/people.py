"""Made-up people who read over HTTP as the page's module does: leased ahead, sent again until somebody has it."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

TWICE = 0.2
"""Share of readings that are sent twice, as by a finger that presses twice or an answer that was lost."""

CLOCK_STEPS = 0.05
"""Share of readings during which the person's clock is put forward or back."""

AHEAD = 4
NO_WORK_SECONDS = 1.0
CSRF = re.compile(r'name="csrf" value="([^"]+)"')


@dataclass(kw_only=True)
class Seen:
    """What the crowd knows: text by (person, task) of what was acknowledged, and of what is on its way."""

    acknowledged: dict[tuple[str, str], str] = field(default_factory=dict)
    on_its_way: dict[tuple[str, str], str] = field(default_factory=dict)
    outcomes: dict[str, int] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)
    broken: int = 0


@dataclass(kw_only=True)
class Person:
    """One person at a page; `reads` says what they type for a task."""

    id: str
    chance: random.Random
    pause: tuple[float, float]
    reads: Callable[[str], str]
    seen: Seen
    client: httpx.AsyncClient
    csrf: str = ""

    async def sign_in(self, path: str) -> None:
        """By the personal link; what is asked before the first task is answered with the session's token."""
        await self.client.post(path)
        found = CSRF.search((await self.client.get("/before")).text)
        assert found, "every page of somebody signed in has the token of their session"
        self.csrf = found[1]
        await self.client.post("/before", data={"csrf": self.csrf, "training": "no"})

    async def work(self, goes_on: Callable[[], bool]) -> None:
        """Read as long as it goes on, and then until the last reading is acknowledged."""
        while goes_on():
            tasks = await self._ask("GET", "/work/next", params={"count": AHEAD})
            for each in tasks["tasks"]:
                if goes_on() and (self.id, each["task"]) not in self.seen.acknowledged:
                    await self._read(each["task"])
            if not tasks["tasks"]:
                await asyncio.sleep(NO_WORK_SECONDS)

    async def _read(self, task: str) -> None:
        began = time.monotonic()
        await asyncio.sleep(self.chance.uniform(*self.pause))
        text = self.reads(task)
        seconds = (time.monotonic() - began) * self.chance.uniform(0.5, 2.0)  # no clock goes right
        if self.chance.random() < CLOCK_STEPS:
            seconds = self.chance.choice([0.0, 3600.0])
        sent = {"idem": f"{self.chance.getrandbits(128):032x}", "action": "send", "text": text, "seconds": seconds}
        self.seen.on_its_way[self.id, task] = text
        asked = time.monotonic()
        sends = [self._ask("POST", f"/work/{task}", json=sent) for _ in range(1 + (self.chance.random() < TWICE))]
        for answer in await asyncio.gather(*sends):
            self.seen.outcomes[answer["outcome"]] = self.seen.outcomes.get(answer["outcome"], 0) + 1
        self.seen.took.append(time.monotonic() - asked)
        self.seen.acknowledged[self.id, task] = text
        del self.seen.on_its_way[self.id, task]

    async def _ask(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        """The answer; asked again while the server is away or busy, the same as before, as the page's module does."""
        pause = 0.1
        headers = {"x-csrf-token": self.csrf, "accept": "application/json"}
        while True:
            try:
                answer = await self.client.request(method, path, headers=headers, **content)
            except httpx.TransportError:
                self.seen.broken += 1
            else:
                if answer.status_code < 500:
                    answer.raise_for_status()
                    said: dict[str, Any] = answer.json()
                    return said
            await asyncio.sleep(pause * self.chance.uniform(0.5, 1.5))
            pause = min(2.0, 2 * pause)
