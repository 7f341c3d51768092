"""The files of `deployments/` are what their readers take: engines for containers, Kubernetes, systemd, the shell."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from flows.home import load_settings
from flows.home.settings import FOREIGN_VARIABLES, prefect_server_variables, variables
from tests.deployments.composition import COMPOSE, DEPLOYMENTS, ROOT, secrets, services

KUBERNETES = sorted((DEPLOYMENTS / "kubernetes").glob("*.yaml"))
UNITS = sorted((DEPLOYMENTS / "systemd").iterdir())
SCRIPTS = sorted(DEPLOYMENTS.rglob("*.sh"))
PROGRAMS = Path(sys.executable).parent

OURS = ("prefect", "pool", "web", "web2", "worker")
"""The services that run from our image."""


def clean(*words: str | Path) -> None:
    """Run a program that looks at files; what it finds is why the test fails."""
    path = f"{PROGRAMS}:{os.environ['PATH']}:/usr/sbin"
    done = subprocess.run(
        [*map(str, words)], capture_output=True, text=True, cwd=ROOT, env={**os.environ, "PATH": path}
    )
    assert done.returncode == 0, done.stdout + done.stderr


def composition() -> dict[str, dict[str, Any]]:
    return services({**secrets(), "FAIRHAND_NAME": "orders.example"})


def objects() -> Iterator[dict[str, Any]]:
    for file in KUBERNETES:
        yield from (each for each in yaml.safe_load_all(file.read_text(encoding="utf-8")) if "metadata" in each)


def pods() -> dict[str, dict[str, Any]]:
    """What the pods of each workload are made from."""
    return {
        each["metadata"]["name"]: each["spec"]["template"]["spec"]
        for each in objects()
        if "template" in each.get("spec", {})
    }


def maps() -> dict[str, dict[str, str]]:
    return {each["metadata"]["name"]: each["data"] for each in objects() if each["kind"] == "ConfigMap"}


def unit_environment(name: str) -> dict[str, str]:
    lines = (DEPLOYMENTS / "systemd" / name).read_text(encoding="utf-8").splitlines()
    words = [word for line in lines if line.startswith("Environment=") for word in line.partition("=")[2].split()]
    return dict(word.split("=", 1) for word in words)


def test_the_dockerfile_and_every_yaml_file_are_clean() -> None:
    clean("hadolint", DEPLOYMENTS / "Dockerfile")
    clean("yamllint", "--strict", "--config-file", DEPLOYMENTS / ".yamllint", *DEPLOYMENTS.glob("*.yaml"), *KUBERNETES)


def test_the_composition_is_one_by_the_schema_of_its_makers() -> None:
    clean("check-jsonschema", "--builtin-schema", "vendor.compose-spec", COMPOSE)


def test_every_object_is_one_by_the_schema_of_kubernetes() -> None:
    files = [file for file in KUBERNETES if file.name != "kustomization.yaml"]
    clean("kubernetes-validate", "--strict", *files)
    listed = yaml.safe_load((DEPLOYMENTS / "kubernetes" / "kustomization.yaml").read_text(encoding="utf-8"))[
        "resources"
    ]
    assert sorted(listed) == sorted(file.name for file in files if "example" not in file.name)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_takes_every_unit(unit: Path, tmp_path: Path) -> None:
    text = unit.read_text(encoding="utf-8")
    programs = set(re.findall(r"/srv/fairhand/\.venv/bin/\w+", text))
    assert all((PROGRAMS / Path(program).name).exists() for program in programs), "what it starts is what we install"
    for program in programs:
        text = text.replace(program, str(PROGRAMS / Path(program).name))
    for each in UNITS:  # a timer looks for its service beside itself
        (tmp_path / each.name).write_text(text if each == unit else each.read_text(encoding="utf-8"), encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(tmp_path / unit.name)],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(("doctor", "backups", "ends"), [(0, 0, 0), (1, 0, 1), (0, 1, 1), (1, 1, 1)])
def test_the_weekly_check_looks_at_backups_whatever_it_finds_in_the_home(
    tmp_path: Path, doctor: int, backups: int, ends: int
) -> None:
    text = (DEPLOYMENTS / "systemd" / "fairhand-check.service").read_text(encoding="utf-8")
    (command,) = re.findall(r"^ExecStart=(.*)", text, re.MULTILINE)
    program = tmp_path / "fairhand"
    exits = f'case "$1" in doctor) exit {doctor};; *) exit {backups};; esac'
    program.write_text(f'#!/bin/sh\necho "$*" >> {tmp_path}/run\n{exits}\n', encoding="utf-8")
    program.chmod(0o700)
    as_systemd_says = command.replace("$$", "$").replace("/srv/fairhand/.venv/bin/fairhand", str(program))
    assert subprocess.run(shlex.split(as_systemd_says)).returncode == ends
    assert (tmp_path / "run").read_text(encoding="utf-8").splitlines() == ["doctor --deep", "backup --check"]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_every_script_is_plain_shell(script: Path) -> None:
    clean("sh", "-n", script)


def test_secrets_that_are_there_stay_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    command = ["sh", str(DEPLOYMENTS / "secrets.sh"), "orders.example", str(file)]
    subprocess.run(command, check=True)
    made = file.read_text(encoding="utf-8")
    assert "POSTGRES_PASSWORD=" in made
    assert file.stat().st_mode & 0o777 == 0o600
    again = subprocess.run(command, capture_output=True, text=True)
    assert again.returncode == 1
    assert "is there already" in again.stderr
    assert file.read_text(encoding="utf-8") == made


@pytest.mark.parametrize("name", ["https://orders.example", "orders.example/", "orders example", "-x"])
def test_secrets_are_made_for_the_name_of_a_machine_alone(tmp_path: Path, name: str) -> None:
    file = tmp_path / ".env"
    made = subprocess.run(["sh", str(DEPLOYMENTS / "secrets.sh"), name, str(file)], capture_output=True, text=True)
    assert (made.returncode, file.exists()) == (2, False)
    assert "as orders.example" in made.stderr


def test_a_watched_folder_of_the_composition_may_be_written_and_the_inbox_is_only_read() -> None:
    page = (ROOT / "docs" / "deployments.md").read_text(encoding="utf-8")
    added = yaml.safe_load(page.partition("```yaml\n")[2].partition("```")[0])["services"]["web"]
    folder, _, form = added["environment"]["FAIRHAND_WATCH"].partition("=")
    (volume,) = added["volumes"]
    assert (volume.split(":")[1:], bool(form)) == ([folder], True)
    for name in ("web", "worker"):
        assert any(each.endswith(":/inbox:ro") for each in composition()[name]["volumes"]), name
    assert "FAIRHAND_WATCH" not in composition()["web"]["environment"]


def test_without_its_secrets_the_composition_is_none_and_each_is_another() -> None:
    made = secrets()
    with pytest.raises(KeyError):
        services({})
    assert len({made[name] for name in made if "PASSWORD" in name or "SECRET" in name}) == 6
    assert not {name: value for name, value in secrets().items() if "SECRET" in name and value == made[name]}
    assert made["BUCKET_SECRET"] != made["BUCKET_ROOT_SECRET"], "fairhand does not know the administrator's"


def test_no_part_of_the_composition_runs_without_its_secret_or_with_one_that_everybody_knows() -> None:
    """A store of buckets that is told an empty key takes the one of its manual."""
    text = (DEPLOYMENTS / "compose.yaml").read_text(encoding="utf-8")
    named = re.findall(r"\$\{(\w+)(:[?-])?", text)
    made = secrets()
    assert {name for name, _ in named} >= set(made)
    assert [name for name, way in named if way != (":?" if name in made else ":-")] == []
    assert all(len(made[name]) >= 48 for name in made if "PASSWORD" in name or "SECRET" in name)
    assert "minioadmin" not in text + str(made)


def test_our_containers_may_do_nothing_but_their_work() -> None:
    found = composition()
    for name in OURS:
        service = found[name]
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
    for name, spec in pods().items():
        assert spec["securityContext"]["runAsNonRoot"], name
        assert not spec["automountServiceAccountToken"], name
        for container in spec["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"], name
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}, name
            assert container["resources"]["limits"]["memory"], name
    user = re.search(r"^USER (\d+):", (DEPLOYMENTS / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert user
    assert int(user[1]) == pods()["web"]["securityContext"]["runAsUser"] != 0


@pytest.mark.promise("**Whoever has the password")
def test_only_the_proxy_is_open_to_the_world_and_prefect_asks_for_its_password() -> None:
    found = composition()
    published = {name: service["ports"] for name, service in found.items() if "ports" in service}
    assert published == {"proxy": ["80:80", "443:443"], "prefect": ["127.0.0.1:4200:4200"]}
    networks = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["networks"]
    assert networks["inside"]["internal"]
    assert all(found[name]["networks"] == ["inside"] for name in ("db", "bucket", "pool", "worker"))
    secret = found["prefect"]["environment"]["PREFECT_SERVER_API_AUTH_STRING"]
    assert secret == found["worker"]["environment"]["PREFECT_API_AUTH_STRING"] != "fairhand:"
    outside = [each for each in objects() if each["kind"] in {"Ingress", "Service"}]
    assert [each["metadata"]["name"] for each in outside if each["kind"] == "Ingress"] == ["web"]
    assert all(each["spec"].get("type", "ClusterIP") == "ClusterIP" for each in outside if each["kind"] == "Service")
    (server,) = pods()["prefect"]["containers"]
    (asked,) = [each for each in server["env"] if each["name"] == "PREFECT_SERVER_API_AUTH_STRING"]
    (given,) = [each for each in pods()["worker"]["containers"][0]["env"] if each["name"] == "PREFECT_API_AUTH_STRING"]
    assert asked["valueFrom"] == given["valueFrom"]


def test_prefect_has_the_tuned_settings_everywhere_and_prunes(tmp_path: Path) -> None:
    from flows.home.settings import prefect_variables

    settings = load_settings(tmp_path)
    tuned = {**prefect_variables(settings), **prefect_server_variables(settings, 1)}
    wanted = {name: value for name, value in tuned.items() if "_SERVICES_" in name or "ANALYTICS" in name}
    wanted["PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD"] = str(14 * 86_400)
    wanted["PREFECT_SERVER_EVENTS_RETENTION_PERIOD"] = "P2D"
    assert len(wanted) >= 9
    for told in (
        composition()["prefect"]["environment"],
        maps()["prefect-server"],
        unit_environment("fairhand-prefect.service"),
    ):
        assert {name: told.get(name) for name in wanted} == wanted


@pytest.mark.promise("Files to be read", "Such a shift also")
def test_a_shift_runs_every_quarter_of_an_hour_and_pages_and_workers_see_the_same_inbox() -> None:
    told = yaml.safe_load((DEPLOYMENTS / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    (shift,) = [each for each in told if each["name"] == "shift"]
    assert shift["schedules"] == [{"interval": 15 * 60}]
    assert "--name shift" in (DEPLOYMENTS / "compose" / "pool.sh").read_text(encoding="utf-8")
    for folder, more in (("./inbox", {}), ("/srv/in", {"FAIRHAND_INBOX": "/srv/in"})):
        found = services({**secrets(), "FAIRHAND_NAME": "orders.example", **more})
        assert all(f"{folder}:/inbox:ro" in found[name]["volumes"] for name in ("web", "worker"))


def test_each_variable_is_one_that_fairhand_or_prefect_knows() -> None:
    from prefect import settings as of_prefect

    told = [service["environment"] for service in composition().values() if "environment" in service]
    told += [*maps().values(), *(unit_environment(unit.name) for unit in UNITS)]
    known = {*variables(), *FOREIGN_VARIABLES, "PREFECT_DATABASE_PASSWORD"}
    names = {name for each in told for name in each if name.startswith(("FAIRHAND_", "PREFECT_"))}
    assert len(names) > 30
    assert [name for name in sorted(names - known) if not hasattr(of_prefect, name)] == []


def test_every_name_with_our_prefix_in_these_files_may_stand_in_the_environment_of_a_command() -> None:
    found = {
        name
        for each in DEPLOYMENTS.rglob("*")
        if each.is_file()
        for name in re.findall(r"\bFAIRHAND_[A-Z_]+\b", each.read_text(encoding="utf-8"))
    }
    assert "FAIRHAND_NAME" in found
    assert found <= {*variables(), *FOREIGN_VARIABLES}


def test_the_pool_is_made_by_the_prefect_beside_the_program_where_none_is_on_the_path(tmp_path: Path) -> None:
    prefect = tmp_path / ".venv" / "bin" / "prefect"
    prefect.parent.mkdir(parents=True)
    prefect.write_text('#!/bin/sh\necho "$2" "$3"\n', encoding="utf-8")
    prefect.chmod(0o755)
    prefect.with_name("python").symlink_to(prefect)
    script = tmp_path / "deployments" / "compose" / "pool.sh"
    script.parent.mkdir(parents=True)
    shutil.copy(DEPLOYMENTS / "compose" / "pool.sh", script)
    ran = subprocess.run(["sh", str(script)], env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines() == ["work-pool create", "deploy --prefect-file", "flows.automations "]


def test_the_image_has_every_package_in_the_version_that_the_tests_have() -> None:
    def pinned(name: str) -> set[str]:
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        return {line.partition(" ")[0] for line in lines if re.match(r"[a-z0-9].*==", line)}

    image = pinned("requirements-run.lock")
    assert image <= pinned("requirements.lock")
    assert not [each for each in image if each.startswith(("pytest==", "moto==", "playwright=="))]
    assert [each for each in image if each.startswith(("psycopg==", "obstore=="))]


def test_the_scripts_in_the_manifests_are_those_of_the_composition() -> None:
    for name, script in (("databases", "databases.sh"), ("pool", "pool.sh"), ("machine", "machine.sh")):
        assert maps()[name][script] == (DEPLOYMENTS / "compose" / script).read_text(encoding="utf-8")


def test_pages_and_workers_run_on_any_node_each_with_a_home_of_its_own() -> None:
    claims = {each["metadata"]["name"]: each["spec"] for each in objects() if each["kind"] == "PersistentVolumeClaim"}
    kinds = {(each["kind"], each["metadata"]["name"]): each.get("spec", {}) for each in objects()}
    for name in ("web", "worker"):
        workload, spec = kinds["StatefulSet", name], pods()[name]
        assert workload["replicas"] == 2
        assert [each["metadata"]["name"] for each in workload["volumeClaimTemplates"]] == ["home"]
        assert kinds["PodDisruptionBudget", name]["selector"] == workload["selector"]
        assert list(spec["affinity"]) == ["podAntiAffinity"], "nothing binds a pod to the node of another one"
        shared = {
            each["persistentVolumeClaim"]["claimName"] for each in spec["volumes"] if "persistentVolumeClaim" in each
        }
        assert "shared" in shared
        assert all(claims[claim]["accessModes"] == ["ReadWriteMany"] for claim in shared), "two nodes write it"
        (container,) = spec["containers"]
        mounts = {each["name"]: each["mountPath"] for each in container["volumeMounts"]}
        script, key, forms = container["command"][1:4]
        assert (Path(script).parent, Path(key).parent) == (Path(mounts["machine"]), Path(mounts["key"]))
        assert Path(forms).parent == Path(mounts["shared"])
        assert Path(maps()["fairhand"]["FAIRHAND_HOME"]).parent == Path(mounts["home"])
    assert kinds["Service", "desk"]["selector"] == {"statefulset.kubernetes.io/pod-name": "web-0"}
    paths = kinds["Ingress", "web"]["rules"][0]["http"]["paths"]
    assert {each["path"]: each["backend"]["service"]["name"] for each in paths} == {"/": "web", "/desk": "desk"}


def test_a_machine_more_has_the_key_of_all_for_itself_and_their_forms(tmp_path: Path) -> None:
    key, forms, home = tmp_path / "key", tmp_path / "shared" / "forms", tmp_path / "home"
    key.write_bytes(b"k" * 32)
    environment = {**os.environ, "FAIRHAND_HOME": str(home)}
    script = ["sh", str(DEPLOYMENTS / "compose" / "machine.sh"), str(key), str(forms), "printf", "%s", "ran as it is"]
    for _ in range(2):
        ran = subprocess.run(script, env=environment, capture_output=True, text=True, check=True)
        assert ran.stdout == "ran as it is"
        assert (home / "state.key").read_bytes() == b"k" * 32
        assert (home / "state.key").stat().st_mode & 0o777 == 0o600
        assert (home / "forms").resolve() == forms
        key.write_bytes(b"another")  # it stays with the one that its state knows
