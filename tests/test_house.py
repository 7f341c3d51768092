"""The house rules that a machine can check: rooms and their arrows, faces, names, sizes, what runs at import.

The rules stand in `tests/house_rules.py`; here are the tables they go by, and proof that each finds what it forbids.
"""

from __future__ import annotations

import ast
import subprocess
import tomllib
from collections.abc import Collection, Mapping
from importlib import metadata
from pathlib import Path

import pytest

from flows.cli.app import COMMAND_GROUPS
from flows.house.parts_found import GROUP
from tests import house_rules as rules
from tests.house_rules import PACKAGES, Source, nodes, source, sources
from transcribe import fields

pytestmark = pytest.mark.xdist_group("sources")
"""One worker reads all sources, once."""

ROOT = Path(__file__).parents[1]
IN_THE_FOLDER = {
    *(".ci", ".dockerignore", ".gitignore", ".pre-commit-config.yaml", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE"),
    *("Makefile", "README.fr.md", "README.md", "SECURITY.md", "deployments", "docs", "fairhand", "flows"),
    *(
        "pyproject.toml",
        "reconcile",
        "requirements-bench.lock",
        "requirements-core.lock",
        "requirements-run.lock",
        "requirements.lock",
        "tests",
        "transcribe",
    ),
}
"""All that the project's folder holds: what a program left there was once committed with the rest."""

GROUND = {
    "transcribe.model": "geometry codes",
    "transcribe.geometry": "",
    "transcribe.errors": "",
    "transcribe.codes": "",
    "transcribe.archive_names": "",
    "transcribe.pay_arithmetic": "",
    "transcribe.whole_files": "",
    "transcribe.lean_imports": "",
    "transcribe.plugins": "errors",
    "transcribe.rule_grammar": "errors model fields i18n",
    "transcribe.table_rows": "model",
    "reconcile.policy": "",
    "flows.ingest": "home mending runtime shifts steps administration transcribe.intake",
    # what Prefect begins again, and what wakes its runs
    "flows.automations": "",
    "flows.scheduled": "home runtime shifts steps administration alerts backup",
    # the process that runs both beside `serve`
    "flows.deployed": "automations home ingest runtime scheduled steps",
}
"""The files that stand loose in a package, and what they may import."""

OPEN_GROUND = {
    "transcribe": "transcribe.model transcribe.geometry transcribe.errors transcribe.codes transcribe.lean_imports",
    "reconcile": "transcribe.model transcribe.errors transcribe.codes transcribe.lean_imports",
    "flows": "transcribe.model transcribe.geometry transcribe.errors transcribe.codes transcribe.lean_imports",
}
"""What every room of a package may import."""

ROOMS = {
    # transcribe: from the ground up
    "transcribe.values": "",
    "transcribe.fields": "plugins values",
    "transcribe.i18n": "",
    "transcribe.archive": "archive_names",
    "transcribe.sandbox": "i18n",
    "transcribe.imaging": "",
    "transcribe.forms": "fields i18n rule_grammar values",
    "transcribe.ocr": "lean_imports sandbox imaging",
    "transcribe.registration": "imaging forms",
    "transcribe.ink": "imaging forms",
    "transcribe.recognition": "archive_names table_rows imaging forms fields registration ink ocr",
    # pages without a blank; flows.parts.layouts alone imports it
    "transcribe.extraction": "table_rows values fields imaging ink ocr recognition",
    "transcribe.intake": "archive i18n sandbox registration ink ocr",
    "transcribe.drawing": "i18n imaging",
    "transcribe.store": "pay_arithmetic i18n",
    "transcribe.people": "pay_arithmetic fields store",
    "transcribe.review": "archive plugins table_rows pay_arithmetic fields i18n drawing store people",
    # reconcile: no room but records knows of a file, a clock, the network or a database
    "reconcile.algorithms": "",
    "reconcile.forms": "transcribe.fields transcribe.rule_grammar transcribe.table_rows transcribe.values",
    "reconcile.parameters": "algorithms forms transcribe.fields",
    "reconcile.inference": "policy algorithms forms parameters transcribe.fields transcribe.values",
    "reconcile.decision": "policy forms inference transcribe.fields transcribe.table_rows transcribe.values",
    "reconcile.conduct": "policy forms inference transcribe.fields transcribe.values",
    # what is learnt is judged by what would be decided with it
    "reconcile.learning": "policy algorithms forms parameters inference decision transcribe.fields",
    "reconcile.collection": "algorithms transcribe.fields transcribe.plugins",
    "reconcile.records": "forms transcribe.fields transcribe.store transcribe.lean_imports transcribe.plugins"
    " transcribe.whole_files",
    # flows: the only package that puts the two together
    "flows.home": "house reconcile.policy transcribe.archive transcribe.forms transcribe.i18n transcribe.sandbox"
    " transcribe.store",
    "flows.terminal": "transcribe.i18n transcribe.store",
    "flows.runtime": "home",
    "flows.duplicates": "home reconcile.forms transcribe.fields transcribe.store",
    "flows.steps": "home duplicates house reconcile.decision reconcile.inference reconcile.learning"
    " reconcile.parameters reconcile.policy reconcile.records transcribe.i18n transcribe.intake transcribe.ocr"
    " transcribe.people transcribe.recognition transcribe.registration transcribe.store transcribe.table_rows",
    # the work on what is to be read, whoever took it in
    "flows.shifts": "home runtime steps",
    "flows.incoming": "home ingest runtime steps transcribe.i18n transcribe.intake transcribe.store",
    "flows.parts.traces": "home house transcribe.review",
    "flows.parts.watching": "home house incoming runtime steps terminal transcribe.i18n transcribe.intake",
    "flows.mending": "home duplicates steps reconcile.forms reconcile.inference reconcile.parameters transcribe.fields"
    " transcribe.forms transcribe.i18n transcribe.intake transcribe.pay_arithmetic"
    " transcribe.registration transcribe.store transcribe.values",
    "flows.output": "home reconcile.decision reconcile.forms reconcile.inference"
    " reconcile.parameters reconcile.policy transcribe.fields transcribe.i18n transcribe.intake transcribe.ocr"
    " transcribe.people transcribe.store",
    "flows.standalone": "home steps output reconcile.decision reconcile.inference reconcile.parameters"
    " transcribe.archive transcribe.drawing transcribe.i18n"
    " transcribe.intake transcribe.ocr transcribe.recognition",
    "flows.administration": "backup home house measuring runtime steps reconcile.conduct reconcile.parameters"
    " reconcile.records transcribe.fields transcribe.i18n transcribe.ocr transcribe.pay_arithmetic transcribe.people"
    " transcribe.store",
    "flows.exporting": "home house reconcile.records transcribe.whole_files",
    "flows.backup": "home runtime transcribe.archive transcribe.store",
    "flows.alerts": "home steps administration backup reconcile.algorithms reconcile.records transcribe.i18n"
    " transcribe.people house",
    "flows.measuring": "home steps reconcile.algorithms reconcile.forms reconcile.inference reconcile.learning"
    " reconcile.records transcribe.store",
    # which parts are installed; it knows none of them
    "flows.house": "transcribe.archive transcribe.i18n transcribe.recognition reconcile.records transcribe.store",
    "flows.parts": "",
    "flows.parts.layouts": "house transcribe.extraction transcribe.recognition",
    "flows.parts.collections": "home house output terminal reconcile.algorithms reconcile.collection reconcile.decision"
    " reconcile.inference reconcile.parameters reconcile.policy transcribe.i18n transcribe.whole_files",
    "flows.parts.exports": "home house exporting terminal administration reconcile.records transcribe.drawing"
    " transcribe.fields transcribe.forms transcribe.i18n transcribe.whole_files",
    "flows.views": "home steps transcribe.people transcribe.store",
    # the operator's pages: they call what commands call
    "flows.desk": "home house views administration alerts backup duplicates measuring mending runtime output steps"
    " incoming reconcile.algorithms reconcile.learning reconcile.records transcribe.drawing transcribe.fields"
    " transcribe.forms transcribe.i18n transcribe.pay_arithmetic transcribe.people transcribe.review transcribe.store",
    "flows.serving": "home house desk backup runtime steps output administration mending incoming reconcile.inference"
    " reconcile.records transcribe.drawing transcribe.people transcribe.review transcribe.store",
    "flows.parts.drafting": "home house standalone output terminal administration desk mending incoming"
    " reconcile.decision reconcile.learning transcribe.fields transcribe.forms transcribe.i18n transcribe.imaging"
    " transcribe.ink transcribe.ocr transcribe.review transcribe.sandbox transcribe.store transcribe.whole_files",
    "flows.parts.webhooks": "home house runtime terminal desk reconcile.records transcribe.i18n transcribe.people"
    " transcribe.store",
    "flows.parts.scale": "home house backup runtime terminal transcribe.archive transcribe.archive_names"
    " transcribe.store",
    "flows.parts.simulation": "home house runtime steps output terminal administration ingest desk reconcile.algorithms"
    " reconcile.decision reconcile.forms reconcile.inference reconcile.parameters reconcile.policy reconcile.records"
    " transcribe.fields transcribe.ocr transcribe.pay_arithmetic transcribe.people transcribe.recognition"
    " transcribe.store transcribe.whole_files",
    "flows.cli": "home house views backup exporting measuring mending runtime shifts steps output terminal standalone"
    " administration serving ingest alerts reconcile.conduct transcribe.forms transcribe.i18n transcribe.intake"
    " transcribe.people transcribe.store transcribe.whole_files",
}
"""Which rooms a room may import besides the open ground, for types too: a name without a dot is of its own package."""

PLUGIN_FOLDERS = {
    "transcribe/fields": "a field type is a file",
    "transcribe/ocr/engines": "an engine is a file",
    "transcribe/review/pages": "a page of the review queue is a file",
    "reconcile/collection/formats": "a format of collections is a file",
    "reconcile/records/export": "a format of exports is a file",
    "flows/cli": "a group of commands is a file, called as what it runs",
}
"""Folders that grow by a file for each thing of their kind: they may be large, and their files may share names."""

ONLY_IN = {
    # flows, and the process that runs them as deployments
    "prefect": "flows.ingest flows.scheduled flows.automations flows.deployed",
    "sqlite_utils": "reconcile.records",
    "sqlite3": "transcribe.store reconcile.records",
    "fastapi": "transcribe.review flows.desk flows.serving flows.house flows.parts",
    "starlette": "transcribe.review flows.desk flows.serving",
    "uvicorn": "flows.serving",
    "prometheus_client": "flows.serving",
    "httpx": "flows.runtime flows.parts.simulation flows.deployed",
    "jinja2": "transcribe.review flows.parts.collections",
    "matplotlib": "flows.output flows.parts.simulation flows.parts.collections",
    "rich": "flows.terminal",
    "typer": "flows.cli flows.terminal flows.house flows.parts",
    "tomlkit": "flows.parts.drafting",
    "pydantic_settings": "flows.home.settings",
    "subprocess": "transcribe.sandbox transcribe.ocr flows.runtime flows.serving flows.parts.simulation",
    "pickle": "transcribe.sandbox",
    "cv2": "transcribe.imaging transcribe.registration transcribe.ink transcribe.forms flows.parts.drafting"
    " transcribe.intake transcribe.drawing transcribe.ocr transcribe.extraction.print_size flows.output.hocr_output",
    "numpy": "transcribe.model transcribe.geometry transcribe.imaging transcribe.registration transcribe.ink"
    " transcribe.forms flows.parts.drafting transcribe.intake transcribe.recognition transcribe.drawing"
    " transcribe.ocr transcribe.sandbox reconcile.algorithms reconcile.collection reconcile.inference"
    " transcribe.extraction flows.output.hocr_output flows.mending.batches flows.parts.simulation",
    "PIL": "transcribe.drawing transcribe.forms transcribe.ocr transcribe.sandbox flows.parts.drafting",
    "pypdfium2": "transcribe.sandbox",
    "pillow_heif": "transcribe.sandbox",
    "zxingcpp": "transcribe.imaging",
    "pytesseract": "transcribe.ocr",
    "rapidocr": "transcribe.ocr",
    "apprise": "flows.alerts",
    "standardwebhooks": "flows.parts.webhooks",
    "datasette": "flows.parts.exports.datasette_pictures",
    "psycopg": "flows.parts.exports.postgres_copy transcribe.store",
    "psycopg_pool": "transcribe.store",
    "pyarrow": "flows.parts.exports.parquet",
    "facturx": "flows.parts.exports.order_x",
    "argon2": "transcribe.review",
    "limits": "transcribe.review",
    "zxcvbn": "transcribe.review",
    "obstore": "flows.parts.scale.bucket",
    "gettext": "transcribe.i18n",
    "stdnum": "transcribe.fields",
    "phonenumbers": "transcribe.fields",
    "email_validator": "transcribe.fields",
    "confusable_homoglyphs": "transcribe.values.scripts",
    "regex": "transcribe.values.scripts",
}
"""Library -> the rooms or files that may know it."""

IMPURE = "os pathlib io time socket sqlite3 sqlite_utils httpx requests random subprocess".split()
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("time", "time")}
FORBIDDEN_NAMES = {"utils.py", "util.py", "helpers.py", "common.py", "base.py", "misc.py"}

MAKERS = (
    # of the language and its library: they make a value and do nothing else
    "frozenset tuple dict.fromkeys str.maketrans getattr get_args len list log exp memoryview"
    " re.compile logging.getLogger TypeVar ContextVar MappingProxyType OrderedDict Lock threading.Lock struct.Struct"
    " Path Decimal timedelta datetime field dataclasses.field json.JSONEncoder"
    " .split .join .items .index"
    # of the libraries
    " APIRouter Depends Query Header Form fastapi.Path Field ConfigDict SettingsConfigDict AfterValidator"
    " BeforeValidator PlainSerializer WithJsonSchema PasswordHasher typer.Typer typer.Option typer.Argument"
    # of the house
    " N_ _body version by_option from_fact"
).split()
"""What may be called while a file is imported, besides classes of the house."""

DECORATORS = (
    "dataclass lru_cache cache cached_property contextmanager contextlib.contextmanager property staticmethod"
    " classmethod overload runtime_checkable field_validator model_validator field_serializer model_serializer"
    " dataclass_transform computed_field prefect.flow prefect.task .setter .command .callback .get .post .put .delete"
).split()

LONG_FUNCTIONS = {
    "reconcile/inference/features.py: features": "one line for each feature",
    "reconcile/inference/weigh.py: evidence": "one line for each kind of evidence",
}

CALLED_LIKE_A_TYPE = {
    **{"input": "how a task is answered", "_input": "how a task is answered"},
    "by": "how somebody signs in",
}
"""What is compared with a word that is the name of a field type too."""

NAMES_OF_TYPES = (
    # what was fitted is kept by type
    "reconcile/parameters/shipped_data.py: {",
    # the kind of a column of an export
    "reconcile/records/export/csv.py: column.kind == 'text'",
)
"""Where names of field types stand, or the same words, beside the files of transcribe/fields."""

FOREIGN_SENTENCES = {
    "flows/parts/scale/bucket.py": "the library of buckets says in its sentence alone what S3 answered",
    "transcribe/forms/mistakes.py": "TOML's reader says where only in its sentence, until Python 3.14",
    "transcribe/sandbox/decoder_process.py": "PDFium has one class for all that is wrong with a PDF",
    "transcribe/store/postgresql/": "servers have one class for a limit of theirs, and psycopg for a value with NUL",
    "reconcile/records/database.py": "SQLite has one code for a table that is missing and for wrong SQL",
}
"""Files that look at the sentence of a library's error, with what else does not say it."""

LISTED_FOR_OTHERS = {
    "flows.cli.main": "the console script `fairhand`",
    "flows.standalone.reconcile_readings": "the face for programs, `fairhand/`",
    "flows.parts.collections.PART": "an entry point of `fairhand.parts`",
    "flows.parts.drafting.PART": "an entry point of `fairhand.parts`",
    "flows.parts.exports.PART": "an entry point of `fairhand.parts`",
    "flows.parts.layouts.PART": "an entry point of `fairhand.parts`",
    "flows.parts.scale.PART": "an entry point of `fairhand.parts`",
    "flows.parts.simulation.PART": "an entry point of `fairhand.parts`",
    "flows.parts.webhooks.PART": "an entry point of `fairhand.parts`",
    **dict.fromkeys(
        (
            "transcribe.extraction.laid_pages",
            "transcribe.extraction.read",
            "transcribe.extraction.read_annotated",
        ),
        "the room is a `LayoutReader`",
    ),
    "flows.parts.traces.PART": "an entry point of `fairhand.parts`",
    "flows.parts.watching.PART": "an entry point of `fairhand.parts`",
}

SAID_AS_HELP = ("flows/cli",)
"""Docstrings of commands are what `--help` says."""

REBUILT_LATER = ("transcribe/ink", "transcribe/registration", "transcribe/recognition")
"""Rooms that are to be made anew: their constants and docstrings wait for that."""

NUMBERS_TOGETHER_STILL: tuple[str, ...] = (*REBUILT_LATER,)
"""Work in progress, as all that ends in `_STILL`."""

NUMBERS_WITHOUT_REASON_STILL: tuple[str, ...] = ("transcribe/registration",)
LONG_SENTENCES_STILL: tuple[str, ...] = (
    *REBUILT_LATER,
    "transcribe/model.py",
)
RUN_AT_IMPORT_STILL: dict[str, str] = {}
NAMED_TWICE_STILL: tuple[str, ...] = ()

RUN_AT_IMPORT = {
    "flows/cli/__main__.py: main()": "`python -m flows.cli` is the command",
    "reconcile/records/table_library.py: with as_if_absent('pandas'), as_if_absent('numpy'):": "as the one below",
    "transcribe/ocr/engines/tesseract.py: with as_if_absent('pandas'):": "a library is imported without another one",
}

LONGEST_FUNCTION = 40
LONGEST_FIRST_SENTENCE = 20
LONGEST_FIRST_SENTENCE_INSIDE = 25
MOST_FILES = 16
MOST_NAMES_OF_A_FACE = 40


def allowed_arrows() -> dict[str, set[str]]:
    """`GROUND` and `ROOMS` with every name in full, the open ground included."""
    full: dict[str, set[str]] = {}
    for room, targets in {**GROUND, **ROOMS}.items():
        package = room.partition(".")[0]
        full[room] = {it if "." in it else f"{package}.{it}" for it in targets.split()}
        if room in ROOMS or package == "flows":
            full[room] |= set(OPEN_GROUND[package].split())
    return full


def house() -> tuple[Source, ...]:
    return sources(*PACKAGES)


def none_found(found: Collection[object], advice: str) -> None:
    """Fails with every finding on a line of its own, and says what to do about them."""
    if found:
        pytest.fail("\n".join([*map(str, found), f"-> {advice}"]), pytrace=False)


def but(found: list[str], excused: Collection[str]) -> list[str]:
    """What was found and is not excused, by its whole text."""
    return [each for each in found if each not in excused]


def elsewhere(found: list[str], folders: tuple[str, ...]) -> list[str]:
    """What was found outside these folders."""
    return [each for each in found if not each.startswith(folders)]


# What lies in the project's folder


def test_the_projects_folder_holds_only_what_belongs_there() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    names = {each.partition("/")[0] for each in listed.stdout.split("\0") if each}
    none_found(sorted(names - IN_THE_FOLDER), "take it out of the commit; else add it to IN_THE_FOLDER")


def test_the_parts_of_the_project_are_those_that_are_installed() -> None:
    written = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"][GROUP]
    found = {
        each.name: each.value
        for each in metadata.entry_points(group=GROUP)
        if each.dist and each.dist.name == "fairhand"
    }
    none_found(
        sorted(written.items() ^ found.items()),
        "install the project anew: .venv/bin/uv pip install --no-deps --no-build-isolation -e . (or make demo)",
    )


# Rooms and their arrows


def test_a_room_imports_only_the_rooms_that_it_may() -> None:
    none_found(
        rules.forbidden_arrows(house(), allowed_arrows()),
        "do it in a room that may, or pass in what is needed; else add the arrow to ROOMS or GROUND and say why",
    )


def test_no_room_may_import_more_than_it_does() -> None:
    open_ground = {it for names in OPEN_GROUND.values() for it in names.split()}
    unused = rules.unused_arrows(house(), allowed_arrows())
    none_found(
        [each for each in unused if each.partition(" -> ")[2] not in open_ground], "take the arrow from ROOMS or GROUND"
    )


def test_no_room_imports_a_part() -> None:
    none_found(rules.imports_of_parts(house()), "ask flows.house.installed() for what parts bring")


def test_an_import_of_a_part_is_found() -> None:
    planted = [
        source("flows/parts/one/__init__.py", "from flows.parts.one.part import PART\n"),
        source("flows/parts/two/part.py", "def commands():\n    from flows.parts.one import PART\n"),
        source("flows/cli/app.py", "from flows.parts import one\n"),
    ]
    assert rules.imports_of_parts(planted) == ["flows/cli/app.py:1", "flows/parts/two/part.py:2"]


def test_a_forbidden_arrow_is_found() -> None:
    allowed: Mapping[str, set[str]] = {"transcribe.review": {"transcribe.store"}, "transcribe.ocr": set()}
    planted = [
        source("transcribe/review/app.py", "from transcribe.store import Store\nfrom transcribe.ocr import load\n"),
        source("transcribe/ocr/engine.py", "if TYPE_CHECKING:\n    from transcribe import review\n"),
        source("transcribe/review/views/form.py", "def view():\n    import transcribe.ocr.hocr\n"),
        source("transcribe/attic/old.py", ""),
    ]
    planted += [source("transcribe/review/__init__.py", ""), source("transcribe/ocr/__init__.py", "")]
    assert rules.forbidden_arrows(planted, allowed) == [
        "transcribe.attic is in no table of rooms",
        "transcribe/ocr/engine.py:2 imports transcribe.review",
        "transcribe/review/app.py:2 imports transcribe.ocr",
        "transcribe/review/views/form.py:2 imports transcribe.ocr",
    ]
    assert rules.unused_arrows(planted, {**allowed, "transcribe.ocr": {"transcribe.review", "transcribe.store"}}) == [
        "transcribe.ocr -> transcribe.store"
    ]


def test_no_two_rooms_need_each_other() -> None:
    none_found(rules.cycle(rules.arrows(house())), "move what both need into a room below them")


def test_no_two_files_need_each_other_to_be_imported() -> None:
    none_found(rules.cycle(rules.file_graph(house())), "move what both need into a third file")


def test_a_cycle_is_found() -> None:
    assert rules.cycle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == ["a", "b", "c", "a"]
    assert rules.cycle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []
    files = [
        source("flows/home/home.py", "from flows.steps import learn\n"),
        source("flows/steps/__init__.py", "from flows.steps.learn import learn\n"),
        source("flows/steps/learn.py", "from flows.home.home import Home\n"),
    ]
    assert rules.cycle(rules.arrows(files)) == ["flows.home", "flows.steps", "flows.home"]
    assert rules.cycle(rules.file_graph(files)) == ["flows.home.home", "flows.steps.learn", "flows.home.home"]
    files[2] = source("flows/steps/learn.py", "def learn():\n    from flows.home.home import Home\n")
    assert rules.cycle(rules.file_graph(files)) == []


def test_every_room_that_may_know_a_library_does() -> None:
    unused = []
    for library, rooms in ONLY_IN.items():
        known = {each.by.module for each in rules.imports(house()) if each.module.partition(".")[0] == library}
        unused += [(library, it) for it in rooms.split() if not any(f"{by}.".startswith(f"{it}.") for by in known)]
    none_found(unused, "take the room from ONLY_IN")


@pytest.mark.parametrize("library", sorted(ONLY_IN))
def test_a_library_is_known_only_in_its_rooms(library: str) -> None:
    none_found(
        rules.outside_its_rooms(house(), library, ONLY_IN[library].split()),
        "ask a room that knows the library, or add this one to ONLY_IN and say why",
    )


def test_a_library_elsewhere_is_found() -> None:
    planted = [
        source("transcribe/ink/strokes.py", "import cv2\n"),
        source("transcribe/inks/strokes.py", "import cv2.ximgproc\n"),
        source("flows/output/hocr_output.py", "def write():\n    from cv2 import imencode\n"),
        source("flows/output/svg.py", "import os\nfrom cv2 import imencode\n"),
    ]
    rooms = ("transcribe.ink", "flows.output.hocr_output")
    assert rules.outside_its_rooms(planted, "cv2", rooms) == ["transcribe/inks/strokes.py:1", "flows/output/svg.py:2"]


# Faces

FACE_ADVICE = (
    "from outside import it from the face (`from transcribe.imaging import crop`) and list it in its __all__ if it is"
    " missing there; inside the room import it from its file (`from transcribe.imaging.crops import crop`)"
)


def test_an_import_says_what_it_uses() -> None:
    none_found(rules.hidden_imports(house()), "write `from room import name`; plugins are loaded by transcribe.plugins")


def test_imports_that_hide_what_they_use_are_found() -> None:
    wrong = (
        "import transcribe\ntranscribe.ink.layer.layer()\nfrom . import read\nfrom ..ink.layer import layer\n"
        "from transcribe.ink import *\nimportlib.import_module('transcribe.ink.layer')\n"
        "import_module(f'transcribe.ink.{name}')\n"
    )
    right = "import numpy\nfrom transcribe import ink\nimport_module(name)\nimport_module(f'{__name__}.{name}')\n"
    right += "import_module(f'transcribe.recognition.{name}')\nimport_module('rapidocr')\n"
    planted = [source("transcribe/recognition/pages.py", wrong), source("transcribe/recognition/read.py", right)]
    assert rules.hidden_imports(planted) == [
        "transcribe/recognition/pages.py:1 import transcribe",
        "transcribe/recognition/pages.py:3 from . import read",
        "transcribe/recognition/pages.py:4 from ..ink.layer import layer",
        "transcribe/recognition/pages.py:5 from transcribe.ink import *",
        "transcribe/recognition/pages.py:6 importlib.import_module('transcribe.ink.layer')",
        "transcribe/recognition/pages.py:7 import_module(f'transcribe.ink.{name}')",
    ]


def test_dots_before_a_module_are_followed() -> None:
    files = [
        source("transcribe/ink/__init__.py", ""),
        source("transcribe/recognition/pages.py", "from ..ink.layer import layer\n"),
    ]
    assert rules.past_the_face(files) == ["transcribe/recognition/pages.py:1 uses transcribe.ink.layer"]


def test_a_room_is_entered_by_its_face() -> None:
    none_found(rules.past_the_face(house()), FACE_ADVICE)


def test_a_way_past_the_face_is_found() -> None:
    face = "from transcribe.ink.layer import layer\n__all__ = ['layer']\n"
    planted = [
        source("transcribe/ink/__init__.py", face),
        source("transcribe/ink/layer.py", "def layer(): ...\n"),
        source("transcribe/ink/marks.py", "from transcribe.ink import layer\n"),
        source("transcribe/recognition/read.py", "from transcribe.ink import layer\nfrom transcribe import ink\n"),
        source("transcribe/recognition/pages.py", "from transcribe.ink.layer import layer\n"),
        source("transcribe/recognition/asked_regions.py", "import transcribe.ink.layer\n"),
        source("transcribe/recognition/result.py", "from transcribe.ink import Layer\n"),
        source("transcribe/recognition/fields.py", "from transcribe import ink as it\nit.layer()\nit.strokes()\n"),
    ]
    assert rules.past_the_face(planted) == [
        "transcribe/ink/marks.py:1 imports the face of its own room",
        "transcribe/recognition/pages.py:1 uses transcribe.ink.layer",
        "transcribe/recognition/asked_regions.py:1 uses transcribe.ink.layer",
        "transcribe/recognition/result.py:1 uses Layer",
        "transcribe/recognition/fields.py:1 uses strokes",
    ]


def test_a_face_lists_what_its_room_gives_and_nothing_else() -> None:
    none_found(
        rules.faults_of_faces(house(), MOST_NAMES_OF_A_FACE),
        "a face has a docstring, imports of its own room, and __all__; the rest belongs in a file of the room",
    )


def test_a_face_that_does_more_is_found() -> None:
    planted = [
        source("transcribe/ink/__init__.py", '"""Ink."""\nfrom transcribe.inks.layer import layer\nA4 = 3\n'),
        source("transcribe/ocr/__init__.py", "from transcribe.ocr import hocr\n__all__ = ['a', 'b', 'c']\n"),
        source("transcribe/ocr/engines/__init__.py", '"""Engines."""\nimport os\n'),
    ]
    assert rules.faults_of_faces(planted, 2) == [
        "transcribe/ink/__init__.py has no __all__",
        "transcribe/ink/__init__.py:2 imports transcribe.inks.layer",
        "transcribe/ink/__init__.py:3 is defined in a face",
        "transcribe/ocr/__init__.py lists 3 names",
        "transcribe/ocr/engines/__init__.py:2 is no face and holds more than a docstring",
    ]


def test_a_face_lists_nothing_that_nobody_uses() -> None:
    none_found(
        but(rules.listed_for_nobody(house()), LISTED_FOR_OTHERS),
        "take it from the face and its __all__: tests import it from its file",
    )


def test_what_a_face_lists_for_nobody_is_found() -> None:
    planted = [
        source("transcribe/ink/__init__.py", "__all__ = ['layer', 'marks', 'strokes']\n"),
        source("transcribe/ink/page.py", "from transcribe.ink import marks\n"),
        source("transcribe/recognition/read.py", "from transcribe.ink import layer\n"),
        source("transcribe/recognition/page.py", "from transcribe import ink\nink.strokes()\n"),
    ]
    assert rules.listed_for_nobody(planted) == ["transcribe.ink.marks"]


# Files and names


def test_no_file_stands_loose_but_the_ground() -> None:
    none_found(rules.loose_files(house(), GROUND), "move it into a room, or add it to GROUND with a reason")


def test_a_room_has_few_files() -> None:
    none_found(rules.crowded_rooms(house(), MOST_FILES, PLUGIN_FOLDERS), "make two rooms of it, or a folder inside it")


def test_a_file_name_says_which_file_is_meant() -> None:
    none_found(rules.files_of_one_name(house(), PLUGIN_FOLDERS), "name each by what it gives")


def test_a_class_name_says_which_class_is_meant() -> None:
    none_found(
        but(rules.classes_of_one_name(house()), NAMED_TWICE_STILL), "name each by what sets it apart from the other"
    )


def test_loose_files_crowds_and_names_twice_are_found() -> None:
    planted = [
        source("flows/ingest.py", ""),
        source("flows/spare.py", ""),
        source("flows/steps/read.py", "class Taken: ...\nclass _Kept: ...\n"),
        source("flows/cli/read.py", ""),
        source("flows/output/read.py", "class Taken: ...\nclass _Kept: ...\n"),
        source("flows/output/report.py", ""),
    ]
    assert rules.loose_files(planted, {"flows.ingest"}) == ["flows/spare.py"]
    assert rules.crowded_rooms(planted, 1, ()) == ["flows: 2 files", "flows/output: 2 files"]
    assert rules.crowded_rooms(planted, 1, {"flows", "flows/output"}) == []
    assert rules.files_of_one_name(planted, {"flows/cli"}) == ["flows: read.py in flows/steps, flows/output"]
    assert rules.classes_of_one_name(planted) == ["flows.Taken in flows/steps/read.py, flows/output/read.py"]


def test_no_file_has_a_name_that_says_nothing() -> None:
    none_found([str(file.path) for file in house() if file.path.name in FORBIDDEN_NAMES], "name it by what it gives")


def test_every_file_says_its_subject_in_its_first_line() -> None:
    none_found(
        [str(file.path) for file in house() if file.text.strip() and not ast.get_docstring(file.tree)],
        "begin it with a docstring of one sentence",
    )


def test_no_file_but_its_own_names_a_field_type() -> None:
    found = list(rules.named_types(house(), fields.names(), CALLED_LIKE_A_TYPE))
    none_found(
        elsewhere(found, NAMES_OF_TYPES),
        "ask `transcribe.fields.facts_of`; a fact that no type tells yet is an attribute of `Facts`",
    )


def test_names_of_field_types_are_found() -> None:
    wrong = (
        "A = frozenset({'code'})\nB = ('amount', 'decimal')\nC = {'date': 1, 'vat': 2, 'city': 3, 'text': 4}\n"
        "D = 'amount date'.split()\nfield.type == 'code'\ntypes[name] in ('name', other)\n'text' != kind_of(field)\n"
        "match field.type:\n    case 'date' | 'amount':\n        pass\n"
    )
    right = (
        "A = {'code': 1, 'name': 2, 'mend': 3}\nB = ('text', 'row', 'page')\nrow['name'] == other\n"
        "spot.family == 'code'\nTYPE = 'text'\nfields.load('amount')\nC = 'the date of an amount'\n"
    )
    planted = [source("flows/steps/read.py", wrong), source("flows/steps/write.py", right)]
    assert sorted(each.partition(": ")[2] for each in rules.named_types(planted, fields.names(), ["family"])) == [
        "'amount date'",
        "'text' != kind_of(field)",
        "('amount', 'decimal')",
        "field.type == 'code'",
        "match field.type: case 'date' | 'amount': pass",
        "types[name] in ('name', other)",
        "{'code'}",
        "{'date': 1, 'vat': 2, 'city': 3, 'text': 4}",
    ]


def test_nobody_looks_at_the_words_of_an_error_of_ours() -> None:
    none_found(
        elsewhere(list(rules.matched_messages(house())), tuple(FOREIGN_SENTENCES)),
        "give the error a class or an attribute that says it; its sentence may carry another wording (`worded`)",
    )


def test_looks_at_the_words_of_an_error_are_found() -> None:
    wrong = (
        "def f(why: StoreError):\n    try: g()\n    except OwnError as error:\n"
        "        if 'key' in str(error): pass\n        if error.args[0] == 'no': pass\n"
        "        said = str(error).lower()\n        said.startswith('a')\n        PATTERN.search(said)\n"
        "        re.sub('a', 'b', str(why))\n        raise OwnError(error.message.replace('a', 'b'))\n"
    )
    right = (
        "def f():\n    try: g()\n    except OwnError as error:\n        if error.code == 'no': pass\n"
        "        text.startswith('a')\n        raise Other(f'{error}', str(error)) from error\n"
    )
    planted = [source("flows/steps/read.py", wrong), source("flows/steps/write.py", right)]
    found = [each.removeprefix("flows/steps/read.py:") for each in rules.matched_messages(planted)]
    assert sorted(map(int, found)) == [4, 5, 7, 8, 9, 10]


def test_no_function_is_long_without_a_reason() -> None:
    none_found(
        but(rules.long_functions(house(), LONGEST_FUNCTION), LONG_FUNCTIONS),
        "take a step out of it, or add it to LONG_FUNCTIONS with a reason",
    )


def test_long_functions_are_found() -> None:
    planted = [source("flows/steps/read.py", "class A:\n    def b(self):\n        1\n        2\n\ndef c():\n    1\n")]
    assert rules.long_functions(planted, 2) == ["flows/steps/read.py: b"]


def test_every_file_of_commands_is_loaded() -> None:
    holding = {file.path.stem for file in sources("flows") if file.room == "flows.cli" and ".command(" in file.text}
    none_found(sorted(holding ^ set(COMMAND_GROUPS)), "name it in COMMAND_GROUPS of flows/cli/app.py, and there alone")


# What files do and hold


def test_nothing_runs_at_import_but_definitions() -> None:
    none_found(
        but(rules.run_at_import(house(), MAKERS, DECORATORS), {*RUN_AT_IMPORT, *RUN_AT_IMPORT_STILL}),
        "do it in a function that is called when it is needed (`functools.cache` keeps what it gives);"
        " add what only makes a value to MAKERS",
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("cv2.setNumThreads(1)", "cv2.setNumThreads(1)"),
        ("logging.getLogger('prefect').addFilter(short)", "logging.getLogger('prefect').addFilter(short)"),
        ("csv.field_size_limit(1 << 24)", "csv.field_size_limit(1 << 24)"),
        ("atexit.register(close)", "atexit.register(close)"),
        ("@atexit.register\ndef close(): ...", "@atexit.register()"),
        ("FORMS = load()", "load()"),
        ("FORMS: Forms = load()", "load()"),
        ("class Home:\n    forms = load()", "load()"),
        ("def read(forms=load()): ...", "load()"),
        ("def read(*, forms=load()): ...", "load()"),
        ("BY_NAME = {name: load(name) for name in NAMES}", "load()"),
        ("with guard():\n    pass", "with guard():"),
        ("for name in NAMES:\n    pass", "for name in NAMES:"),
        ("if ready:\n    pass", "if ready:"),
        ("if not TYPE_CHECKING:\n    load()", "if not TYPE_CHECKING:"),
        ("if TYPE_CHECKING:\n    import numpy\nelse:\n    load()", "if TYPE_CHECKING:"),
        ("@lru_cache(maxsize=load())\ndef read(): ...", "load()"),
        ("from elsewhere import Pool\nPOOL = Pool()", "Pool()"),
    ],
)
def test_what_runs_at_import_is_found(text: str, told: str) -> None:
    planted = [source("transcribe/ink/marks.py", text)]
    assert rules.run_at_import(planted, MAKERS, DECORATORS) == [f"transcribe/ink/marks.py: {told}"]


def test_definitions_may_be_made_at_import() -> None:
    text = '''"""Marks."""
import re
from transcribe.model import Form
LETTER = re.compile("[a-z]")
FORM = Form(name="a", words=frozenset("a b".split()))
ORDER = lambda form: sort(form)
@dataclass(frozen=True)
class Mark:
    form: Form = field(default_factory=lambda: load())
    @property
    def name(self): return load()
NONE = Mark()
def read(mark=NONE, letters=re.compile("a")): return load()
if TYPE_CHECKING:
    import numpy
else:
    numpy = later("numpy")
if __name__ == "__main__":
    read()
'''
    assert rules.run_at_import([source("transcribe/ink/marks.py", text)], MAKERS, DECORATORS) == []


def test_reconcile_is_pure_outside_the_records() -> None:
    files = [file for file in sources("reconcile") if file.room != "reconcile.records"]
    wrong = [library for library in IMPURE if rules.outside_its_rooms(files, library, ())]
    wrong += [
        f"{file.path}:{node.lineno} open()"
        for file in files
        for node in nodes(file)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "open"
    ]
    none_found(
        wrong, "pass in what is needed: reconcile/ knows of no file, clock, network or database outside records/"
    )


def test_the_clock_is_passed_in() -> None:
    wrong = [
        f"{file.path}:{node.lineno}"
        for file in sources("transcribe", "reconcile")
        for node in nodes(file)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if (ast.unparse(node.func.value).rpartition(".")[2], node.func.attr) in CLOCKS
    ]
    none_found(wrong, "take `now` as an argument")


def test_the_policy_is_passed_in() -> None:
    # The default is for whoever has no home: there every threshold is the one that ships.
    wrong = [
        f"{file.path}:{node.lineno}"
        for file in house()
        for node in nodes(file)
        if isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node).rpartition(".")[2] == "POLICY"
    ]
    allowed = ("reconcile/policy.py", "flows/home/home.py", "flows/parts/collections/reconcile_file.py")
    none_found(elsewhere(wrong, allowed), "take the home's `policy` as an argument")


def test_the_environment_is_read_only_in_settings() -> None:
    # A child process is started with an environment of its own; that is no setting. Nor is in how many threads numpy
    # multiplies, which has to be said before anything imports it.
    allowed = ("flows/home/settings.py", "flows/cli/entry_point.py", "transcribe/ocr/", "transcribe/sandbox/")
    wrong = [
        f"{file.path}:{node.lineno}"
        for file in house()
        for node in nodes(file)
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    ]
    none_found(elsewhere(wrong, allowed), "make it a field of flows.home.Settings and pass it in")


def test_a_number_has_a_line_of_its_own() -> None:
    none_found(
        elsewhere(rules.numbers_in_one_line(house()), NUMBERS_TOGETHER_STILL),
        "one constant a line, each with its docstring",
    )


def test_a_number_says_why() -> None:
    none_found(
        elsewhere(rules.numbers_without_reason(house()), NUMBERS_WITHOUT_REASON_STILL),
        'put a docstring under it: the figure behind it, or "Chosen by hand."',
    )


def test_numbers_in_one_line_or_without_reason_are_found() -> None:
    text = (
        "READ, LONG = 0.5, 3\nHERE = THERE = 4\nONE = 1\nPAIR = (1, 2)\nNAMES, WORDS = 'a', 'b'\nLOW, HIGH = -1, -ONE\n"
    )
    wrong = rules.numbers_in_one_line([source("flows/steps/read.py", text)])
    assert [each.partition(" ")[0] for each in wrong] == [f"flows/steps/read.py:{line}" for line in (1, 2, 6)]
    text = 'A = 1\n"""One."""\nB = 2\nC: float = -0.5\n"""Half."""\nD: int = 3\ndef e(): ...\nF = "f"\nG = -7\n'
    wrong = rules.numbers_without_reason([source("flows/steps/read.py", text)])
    assert wrong == [f"flows/steps/read.py:{line}" for line in (3, 6, 9)]
    text = "A = 60 * 60\nB = Decimal('0.5')\nC = (1, 2)\nD = {'a': 0.5}\nE = ('a', 'b')\nF = {'a': 'b'}\nG = log(0.5)\n"
    wrong = rules.numbers_without_reason([source("flows/steps/read.py", text)])
    assert wrong == [f"flows/steps/read.py:{line}" for line in (1, 2, 3, 4, 7)]


def test_every_public_function_and_class_says_what_it_gives() -> None:
    none_found(rules.without_docstring(house()), "give it a docstring that begins with what it gives")


def test_a_docstring_begins_with_a_short_sentence() -> None:
    found = rules.long_first_sentences(house(), LONGEST_FIRST_SENTENCE, LONGEST_FIRST_SENTENCE_INSIDE)
    none_found(
        elsewhere(found, (*SAID_AS_HELP, *LONG_SENTENCES_STILL)),
        "say first what it gives, in one short sentence; put the rest into sentences of their own",
    )


def test_missing_docstrings_and_long_sentences_are_found() -> None:
    text = (
        "def one(): ...\ndef _two(): ...\nclass Three:\n    '''One two. Three four five.'''\ndef four():\n"
        "    '''One two (e.g. three) at 0.5 of v. 2 four\n    five.'''\n"
        "def _five():\n    '''One two three four five.'''\ndef _six():\n    '''One two three four.'''\n"
    )
    planted = [source("flows/steps/read.py", text)]
    assert rules.without_docstring(planted) == ["flows/steps/read.py:1 one"]
    assert rules.long_first_sentences(planted, 3, 4) == [
        "flows/steps/read.py:5 four: 11 words",
        "flows/steps/read.py:8 _five: 5 words",
    ]
    assert rules.first_sentence("One\ntwo? Three.") == "One two?"
    assert rules.first_sentence("One two\n\nThree.") == "One two"


def test_no_excuse_outlives_its_need() -> None:
    """What is listed as an exception and breaks no rule any more is to be taken from its list."""
    files = house()
    together = rules.numbers_in_one_line(files)
    sentences = rules.long_first_sentences(files, LONGEST_FIRST_SENTENCE, LONGEST_FIRST_SENTENCE_INSIDE)
    unneeded = [it for it in NUMBERS_TOGETHER_STILL if not any(each.startswith(it) for each in together)]
    unneeded += [it for it in LONG_SENTENCES_STILL if not any(each.startswith(it) for each in sentences)]
    reasons = rules.numbers_without_reason(files)
    unneeded += [it for it in NUMBERS_WITHOUT_REASON_STILL if not any(each.startswith(it) for each in reasons)]
    run = rules.run_at_import(files, MAKERS, DECORATORS)
    unneeded += but([*RUN_AT_IMPORT, *RUN_AT_IMPORT_STILL], run)
    unneeded += but(list(NAMED_TWICE_STILL), rules.classes_of_one_name(files))
    unneeded += but(list(LONG_FUNCTIONS), rules.long_functions(files, LONGEST_FUNCTION))
    naming = {each.partition(":")[0] for each in rules.named_types(files, fields.names(), ())}
    those = [file for file in files if str(file.path) in naming]
    named = list(rules.named_types(those, fields.names(), CALLED_LIKE_A_TYPE))
    unneeded += [it for it in NAMES_OF_TYPES if not any(each.startswith(it) for each in named)]
    called = {it: {*CALLED_LIKE_A_TYPE} - {it} for it in CALLED_LIKE_A_TYPE}
    unneeded += [it for it in called if len([*rules.named_types(those, fields.names(), called[it])]) == len(named)]
    unneeded += but(list(LISTED_FOR_OTHERS), rules.listed_for_nobody(files))
    looked = list(rules.matched_messages(files))
    unneeded += [it for it in FOREIGN_SENTENCES if not any(each.startswith(it) for each in looked)]
    none_found(unneeded, "take it from its list")
