"""Settings from the environment and from the settings file; the only place that reads either."""

from __future__ import annotations

import ipaddress
import os
import re
import socket
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from flows.home.private_files import key_made_once
from transcribe.errors import SettingsError
from transcribe.model import DuplicatePolicy

# The settings that Prefect is given: its folder, its batches, and the secret of our own server.

PREFECT_KEY_FILE = "prefect.key"
"""The name of the file in a home that has the user and password of its Prefect server."""


def prefect_variables(settings: Settings) -> dict[str, str]:
    """Prefect's settings: its folder, no reports to its makers, and batches that make its server five times cheaper."""
    recorder = "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_"
    persister = "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_"
    return {
        "PREFECT_HOME": str(settings.home / "prefect"),
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
        "PREFECT_CLI_WRAP_LINES": "false",
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
        recorder + "BATCH_SIZE": "200",
        recorder + "READ_BATCH_SIZE": "200",
        recorder + "FLUSH_INTERVAL": "1",
        persister + "BATCH_SIZE": "500",
        persister + "READ_BATCH_SIZE": "200",
        "PREFECT_SERVER_SERVICES_TRIGGERS_READ_BATCH_SIZE": "200",
    }


def prefect_secret(settings: Settings) -> str:
    """The user and password of our own Prefect server, made once in a file that only its owner reads."""
    return key_made_once(settings.home / PREFECT_KEY_FILE, "fairhand:")


def prefect_server_variables(settings: Settings, port: int) -> dict[str, str]:
    """The settings of a Prefect server of our own on this port.

    Its interface asks for our secret. Its own pages may call it from a browser, and no page from elsewhere.
    """
    days = timedelta(days=settings.prefect_days)
    vacuum = "PREFECT_SERVER_SERVICES_DB_VACUUM_"
    return {
        **prefect_client_variables(settings, f"http://127.0.0.1:{port}/api"),
        "PREFECT_SERVER_API_AUTH_STRING": prefect_secret(settings),
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": f"http://127.0.0.1:{port},http://localhost:{port}",
        vacuum + "ENABLED": "events,flow_runs",
        vacuum + "RETENTION_PERIOD": str(int(days.total_seconds())),
    }


def prefect_client_variables(settings: Settings, address: str) -> dict[str, str]:
    """The settings of a process that talks to a Prefect server of our own at this address."""
    return {"PREFECT_API_URL": address, "PREFECT_API_AUTH_STRING": prefect_secret(settings)}


# Addresses of this machine: whether one is of this machine only, and by which others reach it.

SOMEWHERE = ("192.0.2.1", 9)
"""An address of nobody (RFC 5737): nothing is sent there, and the system says by which of ours it would be."""


def is_loopback(host: str) -> bool:
    """Whether only programs of this machine reach what listens on this address or name."""
    try:
        found = {str(each[4][0]) for each in socket.getaddrinfo(host, None)}
    except OSError:
        return False
    return all(ipaddress.ip_address(each.partition("%")[0]).is_loopback for each in found)


def browsable(text: str) -> str:
    """The address of pages as it is written, or ""; ValueError where no browser could open it."""
    if text and (urlsplit(text).scheme not in ("http", "https") or not urlsplit(text).hostname):
        raise ValueError("write an address that begins with https://, as https://orders.example")
    return text


def reached_host(host: str) -> str:
    """The address to type for what listens on this one, as it stands in a URL. 0.0.0.0 and :: are no place to go."""
    if host in ("", "0.0.0.0", "::"):  # noqa: S104 - it is compared, nothing listens on it
        return _outward_address()
    return f"[{host}]" if ":" in host else host


def _outward_address() -> str:
    """This machine's own address on the network; that of itself where it is on none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(SOMEWHERE)
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


# What is wrong with the value of a setting, as a sentence that says what to write.

FOREIGN_VARIABLES = frozenset({
    "FAIRHAND_BENCH_CACHE", "FAIRHAND_DATABASE_PASSWORD", "FAIRHAND_IMAGE", "FAIRHAND_INBOX", "FAIRHAND_NAME",
    "FAIRHAND_SHARED_DATA", "FAIRHAND_SOURCE", "FAIRHAND_UPSTREAM",
})  # fmt: skip
"""Names with our prefix that are no settings: where benchmarks find and keep data, and what deployments/ name so."""

_WANTED = {
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
    "finite_number": "a number that is not infinite",
    "bool_parsing": "true or false",
    "less_than": "a number below {lt:g}",
    "less_than_equal": "a number up to {le:g}",
    "greater_than": "a number above {gt:g}",
    "greater_than_equal": "a number from {ge:g} on",
    "dict_type": "each option as FAIRHAND_ENGINE__NAME__OPTION",
    "literal_error": "{expected}",
    "enum": "{expected}",
}
"""What to write, by the type of the fault that pydantic finds."""

SHOWN_CHARACTERS = 60
"""So much of a wrong value is shown. Chosen by hand."""


def setting_fault(error: ValidationError, prefix: str, variables: Mapping[str, FieldInfo]) -> str:
    """The first setting that is wrong, its value, what to write instead, and what it is."""
    fault = error.errors(include_url=False)[0]
    name = prefix + str(fault["loc"][0]).upper().removeprefix(prefix)
    if name not in variables:
        return f"{name}: there is no such setting"
    given = str(fault["input"])
    shown = given if len(given) <= SHOWN_CHARACTERS else f"{given[:SHOWN_CHARACTERS]}..."
    wanted = _WANTED.get(fault["type"], "").format(**fault.get("ctx", {})).replace(repr(""), "nothing")
    advice = f"write {wanted}" if wanted else str(fault.get("ctx", {}).get("error", fault["msg"]))
    return f"{name}: {shown!r} cannot be used: {advice}. What it sets: {variables[name].description}"


DEFAULT_HOME_FOLDER = "fairhand-data"
"""The home where none is named, in the current folder."""

SETTINGS_FILE = "settings.env"
"""The name of the settings file in a home."""

VARIABLE_PREFIX = "FAIRHAND_"
"""The beginning of the names of all variables of the environment that are settings."""

ENGINE_OPTION_PREFIX = VARIABLE_PREFIX + "ENGINE__"
"""The beginning of the names of variables that are options of engines."""

MAX_SECONDS = 2_592_000
"""The longest time that is set in seconds: 30 days. Chosen by hand."""

MAX_DAYS = 36_500
"""The longest time that is set in days: 100 years. Chosen by hand."""


class Settings(BaseSettings):
    """Everything that may be set: FAIRHAND_<NAME> in the environment, else in <home>/settings.env, else as here."""

    model_config = SettingsConfigDict(
        env_prefix=VARIABLE_PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, env_ignore_empty=True
    )

    home: Path = Field(
        Path(DEFAULT_HOME_FOLDER), description="the folder of state.db, records.db, the archive and Prefect's own files"
    )
    state_url: str = Field(
        "",
        validation_alias="FAIRHAND_STATE",
        description="the database of PostgreSQL that the state is in, as postgresql://user@host/name; empty: "
        "<home>/state.db",
    )
    archive: str = Field(
        "", description="where pictures are kept: a folder, or s3://BUCKET/PREFIX; empty: <home>/archive"
    )
    backups: str = Field(
        "", description="the folder that fairhand backup writes to where none is named; empty: none, and no age of one"
    )
    host: str = Field("127.0.0.1", description="the address that serve listens on")
    log: Literal["text", "json"] = Field(
        "text", description="how serve and what runs beside it log: text, or json, an object a line"
    )
    insecure: bool = Field(
        False, description="whether serve may speak plain http with other machines: passwords and orders unencrypted"
    )
    port: int = Field(8484, ge=0, lt=65536, description="the port of the review pages; 0: any free one")
    public_url: Annotated[str, AfterValidator(browsable)] = Field(
        "", description="the address that people type, where a proxy stands before serve"
    )
    trusted_proxy: str = Field("127.0.0.1", description="the address of the proxy whose forwarded headers are believed")
    prefect_port: int = Field(4284, ge=0, lt=65536, description="the port of serve's Prefect; another if it is taken")
    prefect_days: float = Field(30.0, ge=0.05, le=MAX_DAYS, description="how long serve's Prefect keeps ended runs")
    engines: Annotated[tuple[str, ...], NoDecode] = Field(
        ("tesseract", "rapidocr"), description="the OCR engines that read every scan, with commas between"
    )
    engine_options: Annotated[dict[str, dict[str, str]], NoDecode] = Field(
        {},
        validation_alias="FAIRHAND_ENGINE",
        description="options of engines, each in a variable of its own: this name with __ENGINE__OPTION behind it, as "
        "__TESSERACT__SECONDS=30",
    )
    second_engine: Literal["every", "doubtful"] = Field(
        "every",
        description="fields of a form that engines after the first read: every, or doubtful ones only (every on a bad "
        "page; what one engine alone read, a person is asked for)",
    )
    parts_off: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="parts that are installed and not used, with commas between"
    )
    workers: int = Field(0, ge=0, description="scans read at the same time; 0: one a core")
    read_lease_seconds: float = Field(
        60.0, ge=1, le=MAX_SECONDS, description="what a process claimed to read goes to others when silent so long"
    )
    shift_minutes: int = Field(
        0, ge=0, le=30, description="how often, and how long at most, serve reads scans that wait; 0: only when asked"
    )
    watch: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="folders that serve watches for photographs, each as FOLDER=FORM, with commas between"
    )
    watch_seconds: float = Field(
        5.0, gt=0, le=MAX_SECONDS, description="a watched file is taken in when it has not changed for so long"
    )
    reconcile_seconds: float = Field(
        5.0, gt=0, le=MAX_SECONDS, description="serve looks for waiting scans this often; a reading wakes it at once"
    )
    target: float = Field(
        0.995,
        gt=0.5,
        lt=1,
        description="the share of decided values that should be right; one value may be decided at less, where one "
        "more reading costs more than it gains: usually from 0.93, by machines alone from 0.95 (see reconciling.md)",
    )
    duplicates: DuplicatePolicy = Field("flag", description="an order that came before: link, flag, hold or retake it")
    audit_share: float = Field(0.03, ge=0, le=1, description="the share of decided fields that a person reads again")
    reopened_share: float = Field(
        0.05,
        ge=0,
        le=1,
        description="learn keeps the old version where with a new one a larger share of the decided fields would come "
        "out otherwise (0.05: about as many as audits read again)",
    )
    lease_seconds: float = Field(
        600.0, gt=0, le=MAX_SECONDS, description="how long a task is held for a person who is silent"
    )
    late_days: float = Field(
        7.0, ge=0, le=MAX_DAYS, description="a late reading is taken and paid for so many days after its lease"
    )
    paid_questions: int = Field(20, ge=0, description="questions of one person that are paid in 24 hours")
    paid_tests: int = Field(20, ge=0, description="items of tests of one person that are paid in 24 hours")
    paid_waiting_minutes: float = Field(
        60.0, ge=0, allow_inf_nan=False, description="minutes of waiting paid in 24 hours to people paid by the hour"
    )
    paid_usual_times: float = Field(2.0, ge=1, le=10, description="a field's time counts up to so many times the usual")
    paid_skip_minutes: float = Field(
        60.0, ge=0, allow_inf_nan=False,
        description="minutes of skips, questions, appeals, contested clocks and explanations that are paid in 24 hours "
        "to a person paid by the piece",
    )  # fmt: skip
    link_days: float = Field(14.0, gt=0, le=MAX_DAYS, description="how long a sign-in link holds")
    appeal_days: float = Field(
        7.0, gt=0, le=14, description="an expert hears an appeal within so many days; the law's week is the default"
    )
    pay_day: int = Field(
        0, ge=0, le=28, description="what was earned in a month is paid by this day of the next; 0: no day is promised"
    )
    pay_way: str = Field(
        "",
        description="how pay reaches people, such as 'by bank transfer': shown before the first task and on statements",
    )
    most_along: int = Field(
        100, ge=0, le=200, description="the most fields that a person may take along to read without a network; 0: none"
    )
    along_hours: float = Field(12.0, gt=0, le=48, description="hours for which fields are lent at most, or taken along")
    asked_by: str = Field(
        "", description="who asks for the work and how to reach them: shown before the first task and at sign-in"
    )
    training: bool = Field(False, description="whether readings may train machines: shown before the first task")
    language: Literal["", "en", "es", "fr"] = Field(
        "",
        description="the language of advice on photographs and of drawn pages: en, fr or es; empty: the terminal's",
    )
    alerts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="where alerts go: Apprise URLs, as mailtos://..., with spaces between; empty: nowhere"
    )
    alert_backup_days: float = Field(
        2.0, gt=0, le=MAX_DAYS, description="a backup that is older is an alert, where backups says where they lie"
    )
    webhook_networks: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="networks inside that webhooks may be sent to, as 10.1.0.0/16, with commas between; empty: none, "
        "only the public internet",
    )
    reserve_bytes: int = Field(10**9, ge=0, description="no upload is taken that leaves less of the disk, for readings")
    most_file_bytes: int = Field(100_000_000, gt=0, description="a larger file is set aside")
    most_pixels: int = Field(110_000_000, gt=0, description="a page with more pixels is set aside")
    most_pages: int = Field(200, gt=0, description="a file with more pages is set aside")

    @field_validator("engines", "parts_off", "watch", "webhook_networks", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("alerts", mode="before")
    @classmethod
    def _split_at_spaces(cls, value: object) -> object:
        return tuple(value.split()) if isinstance(value, str) else value

    @field_validator("webhook_networks")
    @classmethod
    def _are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for each in value:
            ip_network(each)  # a ValueError says what is wrong with it
        return value

    @property
    def spoken_language(self) -> str:
        """The language of advice and drawn pages: the one that is set, else the terminal's, else English."""
        from transcribe.i18n import SOURCE_LANGUAGE, languages  # takes a moment, and few commands need it

        named = [self.language, *(os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))]
        locale = next(filter(None, named), "")
        code = locale.replace("-", "_").partition("_")[0].partition(".")[0].lower()
        return code if code in languages() else SOURCE_LANGUAGE

    def web_address(self, port: int) -> str:
        """The address that people type when the review pages listen on this port."""
        return self.public_url.rstrip("/") or f"http://{reached_host(self.host)}:{port}"

    @property
    def collects_traces(self) -> bool:
        """Whether the operator named who collects traces of OpenTelemetry."""
        return any(os.environ.get(f"OTEL_EXPORTER_OTLP_{of}ENDPOINT") for of in ("", "TRACES_"))

    @property
    def speaks_plainly(self) -> bool:
        """Whether passwords and orders would go over a network unencrypted."""
        return not self.public_url.startswith("https://") and not is_loopback(self.host)

    @property
    def state(self) -> Path:
        """The state database."""
        return self.home / "state.db"

    @property
    def records(self) -> Path:
        """The record database, for programs that query it."""
        return self.home / "records.db"

    @property
    def archive_folder(self) -> Path | None:
        """The folder of the archive; None where pictures lie elsewhere, as in a bucket."""
        folder = Path(self.archive).expanduser() if self.archive else self.home / "archive"
        return None if "://" in self.archive else folder

    @property
    def picture_folders(self) -> tuple[Path, ...]:
        """The folders of the home with pictures that fairhand made; none of them is an order that came in."""
        return self.forms, self.home / "archive", self.home / "prefect"

    @property
    def forms(self) -> Path:
        """Forms that were brought in by path, one folder a version."""
        return self.home / "forms"

    @property
    def cores(self) -> int:
        """How many scans are read at the same time."""
        return self.workers or os.cpu_count() or 1


def load_settings(home: Path | None = None) -> Settings:
    """The settings that hold for a home (else FAIRHAND_HOME, else ./fairhand-data).

    SettingsError names a wrong one, and a variable that looks like a setting and is none.
    """
    from rapidfuzz import process

    for name in unknown_variables():
        near = process.extractOne(name, sorted(variables()))
        raise SettingsError(f"{name}: there is no such setting; did you mean {near[0]}? Mend it, or unset it.")
    folder = (home or Path(os.environ.get(VARIABLE_PREFIX + "HOME") or DEFAULT_HOME_FOLDER)).absolute()
    try:
        return Settings(_env_file=folder / SETTINGS_FILE, _env_file_encoding="utf-8", home=folder)  # type: ignore[call-arg]  # pydantic-settings takes these beside the fields
    except UnicodeDecodeError as error:
        raise SettingsError(
            f"{folder / SETTINGS_FILE} is no text in UTF-8 (byte {error.start}). Save it as UTF-8, or write it anew."
        ) from error
    except ValidationError as error:
        what = setting_fault(error, VARIABLE_PREFIX, variables())
        raise SettingsError(f"{what}. Set it in the environment or in {folder / SETTINGS_FILE}.") from error


def unknown_variables() -> list[str]:
    """Variables of the environment with our prefix that are no setting: slips that would go unseen."""
    unknown = sorted({*os.environ} - FOREIGN_VARIABLES - {*variables()})
    return [it for it in unknown if it.startswith(VARIABLE_PREFIX) and not it.startswith(ENGINE_OPTION_PREFIX)]


def variables() -> dict[str, FieldInfo]:
    """The variables that are settings, and the field of each."""
    return {
        str(field.validation_alias or VARIABLE_PREFIX + name.upper()): field
        for name, field in Settings.model_fields.items()
    }


def use_prefect(settings: Settings, address: str, *, own: bool) -> None:
    """Set Prefect's variables for this process, but those that the operator set. Call it before Prefect is imported.

    A server of our `own` is told our secret; another is told nothing of ours.
    """
    for name, value in {**prefect_variables(settings), "PREFECT_API_URL": address}.items():
        os.environ.setdefault(name, value)
    if own:
        os.environ["PREFECT_API_AUTH_STRING"] = prefect_secret(settings)


def speaks_plainly_to_bucket() -> bool:
    """Whether pictures may go to a bucket by plain http: on this machine, or where AWS_ALLOW_HTTP says so."""
    names = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
    host = urlsplit(next(filter(None, map(os.environ.get, names)), "")).hostname
    return os.environ.get("AWS_ALLOW_HTTP", "").lower() in ("1", "true") or (host is not None and is_loopback(host))


def prefect_address() -> str | None:
    """The Prefect server that the operator named, None where they named none."""
    return os.environ.get("PREFECT_API_URL") or None


def prefect_login() -> tuple[str, str] | None:
    """The user and password that this process gives a Prefect server; None where it has none."""
    user, _, password = os.environ.get("PREFECT_API_AUTH_STRING", "").partition(":")
    return (user, password) if user else None


def has_prefect_api_key() -> bool:
    """Whether the operator gave this process a key of Prefect's own service, in place of a user and password."""
    return "PREFECT_API_KEY" in os.environ


def child_environment(settings: Settings, **more: str) -> dict[str, str]:
    """The environment of a child process: ours, Prefect's variables, and this home."""
    return {**os.environ, **prefect_variables(settings), VARIABLE_PREFIX + "HOME": str(settings.home), **more}


# The settings file that a new home begins with, and settings changed in one.


def settings_file() -> str:
    """The text of a settings file: every setting with its meaning and default, all commented out."""
    lines = ["# Settings of fairhand. Take away the # to change one; the environment goes before this file."]
    for variable, field in variables().items():
        if variable != VARIABLE_PREFIX + "HOME":
            value = ",".join(field.default) if isinstance(field.default, tuple | dict) else field.default
            lines += ["", f"# {field.description}", f"# {variable}={value}"]
    return "\n".join(lines) + "\n"


def change_settings(file: Path, changed: Mapping[str, str]) -> None:
    """Set these variables in a settings file, which is made where it is missing; "" takes one out of it.

    Everything else in it stays as it is. It is on disk when this ends.
    """
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    for variable, value in changed.items():
        own = re.compile(rf"\s*(export\s+)?{variable}\s*=")
        said = [f"{variable}={_quoted(value)}"] if value else []
        places = [number for number, line in enumerate(lines) if own.match(line)]
        first = places[0] if places else len(lines)
        lines = [*lines[:first], *said, *(line for line in lines[first:] if not own.match(line))]
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as opened:
        opened.write("".join(f"{line}\n" for line in lines))
        opened.flush()
        os.fsync(opened.fileno())
    part.replace(file)


def set_elsewhere(settings: Settings, changed: Mapping[str, str]) -> list[str]:
    """Which of these variables the environment sets to something else, which goes before a settings file."""
    environment = child_environment(settings)
    return [name for name, value in changed.items() if environment.get(name, "") not in (value, "")]


def _quoted(value: str) -> str:
    """A value as a settings file has it: in quotation marks where it would not be read as it stands."""
    if re.fullmatch(r"[\w/:@.,%?&=+~-]*", value, re.ASCII):
        return value
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
