"""A part that is switched off: its commands and pages say so, and nothing else misses it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from typer import main as typer_main
from typer._click import Command
from typer.core import TyperGroup

from flows.house import HousePart, found_parts
from flows.house.parts_found import installed
from tests.flows.desk.desk_site import copied_site, desk_site
from tests.flows.desk.filled_site import filled
from tests.flows.house import House

OURS = sorted(each.name for each in found_parts() if each.distribution == "fairhand")
USABLE = [name for name in OURS if name in installed()]
ENDINGS = re.compile(r'href="(/desk[^"#]*)')
ADDRESS_VALUES = {"name": "order", "kind": "json", "number": "1", "scan": "1"}


@pytest.fixture(scope="module")
def filled_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with something in every section, made once with all parts."""
    folder = tmp_path_factory.mktemp("filled")
    with desk_site(folder) as desk:
        filled(desk)
    return folder


@pytest.fixture(params=USABLE)
def part(request: pytest.FixtureRequest) -> str:
    """The name of each part of this distribution, or several names with commas between."""
    return str(request.param)


@pytest.fixture
def operator(part: str, filled_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """Somebody at the desk of a home in which the part is switched off."""
    monkeypatch.setenv("FAIRHAND_PARTS_OFF", part)
    with copied_site(filled_folder, tmp_path) as desk:
        yield desk.client(desk.person("off", "operator"))


@pytest.mark.parametrize(
    "part", [",".join(USABLE), *(pytest.param(each, marks=pytest.mark.soak) for each in USABLE)], indirect=True
)
def test_without_a_part_every_link_of_the_desk_leads_somewhere(operator: TestClient) -> None:
    seen, left = {"/desk"}, ["/desk"]
    kinds = set()
    while left:
        address = left.pop()
        answer = operator.get(address)
        assert answer.status_code == 200, address
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        for found in ENDINGS.findall(answer.text):
            kind = re.sub(r"[0-9a-f]{12,}|=[^&]*", "", found)
            if kind not in kinds:
                kinds.add(kind)
                seen.add(found)
                left.append(found.replace("&amp;", "&"))
    assert len(kinds) > 50


def test_pages_of_a_part_that_is_switched_off_say_so(part: str, operator: TestClient) -> None:
    for address in addresses(installed()[part]):
        answer = operator.get(address)
        assert (answer.status_code, f"The part {part} of fairhand is switched off here." in answer.text) == (404, True)


def addresses(part: HousePart) -> list[str]:
    """Where each page of a part lies."""
    routes = iter_route_contexts(part.desk().router.routes) if part.desk else ()
    return [str(each.path).format_map(ADDRESS_VALUES) for each in routes if "GET" in (each.methods or ())]


def test_commands_of_a_part_that_is_switched_off_say_so(part: str, house: House) -> None:
    house.environment = {"FAIRHAND_PARTS_OFF": part}
    given = installed()[part].commands
    for words in called(typer_main.get_group(given())) if given else ():
        done = house.run(*words)
        assert (done.code, f"The part {part} is switched off" in done.err) == (2, True), words


def called(command: Command, *path: str) -> Iterator[tuple[str, ...]]:
    """The words of each command below this one."""
    if isinstance(command, TyperGroup):
        for name, each in command.commands.items():
            yield from called(each, *path, name)
    else:
        yield path


def test_no_part_is_left_out_of_what_is_tried() -> None:
    folders = {each.name for each in (Path(__file__).parents[3] / "flows" / "parts").iterdir() if each.is_dir()}
    assert {*OURS} == {each for each in folders if not each.startswith("__")}
