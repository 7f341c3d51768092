"""Writes what Datasette needs to show the records: its metadata, and a plugin for pictures."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

from flows.exporting import require_folder
from flows.home import Home
from flows.parts.exports.datasette_metadata import metadata
from reconcile.records import query
from transcribe.whole_files import write_whole

METADATA_NAME = "metadata.json"
"""The file for `datasette --metadata`."""

PLUGINS_FOLDER = "plugins"
"""The folder for `datasette --plugins-dir`."""

_PLUGIN = '''"""Pictures of pages and fields in Datasette; written by `fairhand records datasette --pictures`."""

from datasette import hookimpl

from flows.parts.exports.datasette_pictures import Pictures

pictures = Pictures({home!r}, {database!r})


@hookimpl
def render_cell(row, value, column, table, database):
    return pictures.cell(row, value, column, table, database)


@hookimpl
def register_routes():
    return pictures.routes()

'''


def write_for_datasette(records: Path, home: Home, out: Path, *, pictures: bool) -> str:
    """Write the metadata, and the plugin where pictures are wanted; gives the command that starts Datasette."""
    newest: dict[str, int] = {}
    for name, version, _ in home.store.forms():
        newest[name] = max(version, newest.get(name, 0))
    forms = {name: home.forms(name, newest[name]) for name in query.forms(records)}
    require_folder(out)
    out.mkdir(parents=True, exist_ok=True)
    told = json.dumps(metadata(records, forms), ensure_ascii=False, indent=1) + "\n"
    write_whole(out / METADATA_NAME, told)
    command = ["datasette", str(records), "--metadata", str(out / METADATA_NAME)]
    if pictures:
        folder = out / PLUGINS_FOLDER
        folder.mkdir(exist_ok=True)
        text = _PLUGIN.format(home=str(home.settings.home.resolve()), database=records.stem)
        write_whole(folder / "fairhand_pictures.py", text)
        command += ["--plugins-dir", str(folder)]
    return shlex.join(command)
