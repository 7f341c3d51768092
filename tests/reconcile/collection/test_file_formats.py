"""Other people's files: which format they are in, their items, and what could not be used."""

from __future__ import annotations

import json

import pytest

from reconcile.collection.items import SourceReading, collect, format_names, load_format
from transcribe.errors import FormError

ZOONIVERSE = (
    "classification_id,user_name,subject_ids,annotations\n"
    '1,ann,77,"[{""task"":""T0"",""task_label"":""Name"",""value"":""Durand""},{""task"":""T1"",""value"":[{""x"":3}]}]"\n'
    '2,ben,77,"[{""task"":""T0"",""task_label"":""Name"",""value"":""Durant""}]"\n'
    "3,cy,78,not json\n"
)
STUDIO = json.dumps(
    [
        {
            "id": 5,
            "annotations": [
                {"completed_by": 1, "result": [{"from_name": "total", "value": {"text": ["12,50"]}}]},
                {
                    "completed_by": {"email": "b@x.example"},
                    "result": [{"from_name": "total", "value": {"text": ["12,80"]}}],
                },
            ],
        },
        {"id": 6, "annotations": []},
    ]
)


@pytest.mark.promise("Without `--from` the format")
def test_json_lines_give_items_and_name_the_lines_that_are_none() -> None:
    lines = [
        '{"item": "a", "gold": "12", "readings": [{"who": "ann", "text": "12"}, {"who": null, "text": null}]}',
        "{bad",
        '{"item": "b", "readings": [{"who": "ann", "text": 12}]}',
        '{"item": "a", "readings": []}',
        '{"item": "c", "type": "colour", "readings": []}',
    ]
    collected = collect("\n".join(lines))
    assert [item.name for item in collected.items] == ["a"]
    assert collected.items[0].readings == (
        SourceReading(source="ann", text="12"),
        SourceReading(source=None, text=None),
    )
    assert [fault.line for fault in collected.faults] == [2, 3, 4, 5]
    assert "readings.0.text" in collected.faults[1].message
    assert "colour" in collected.faults[3].message


@pytest.mark.parametrize("gap", [",", "\t"])
def test_a_long_table_gives_one_item_a_task(gap: str) -> None:
    rows = [
        ["task", "worker", "label"],
        ["1", "ann", "rouge"],
        ["2", "ann", "vert"],
        ["1", "ben", "rouge"],
        ["", "ben", "x"],
    ]
    collected = collect("\n".join(gap.join(row) for row in rows))
    assert {item.name: [said.text for said in item.readings] for item in collected.items} == {
        "1": ["rouge", "rouge"],
        "2": ["vert"],
    }
    assert [fault.line for fault in collected.faults] == [5]


def test_zooniverse_gives_one_item_a_subject_and_task_in_words() -> None:
    collected = collect(ZOONIVERSE)
    assert [(item.name, item.field, [said.text for said in item.readings]) for item in collected.items] == [
        ("77/Name", "Name", ["Durand", "Durant"])
    ]
    assert [fault.line for fault in collected.faults] == [4]


def test_notes_from_nature_gives_one_item_a_subject_and_column() -> None:
    collected = collect("subject_id,user_name,Country,Habitat\n9,ann,France,bois\n9,ben,France,\n,cy,Spain,\n")
    assert {item.name: [said.text for said in item.readings] for item in collected.items} == {
        "9/Country": ["France", "France"],
        "9/Habitat": ["bois", ""],
    }
    assert [fault.line for fault in collected.faults] == [4]


def test_label_studio_gives_one_item_a_task_and_text_area() -> None:
    collected = collect(STUDIO)
    assert [(item.name, [(said.source, said.text) for said in item.readings]) for item in collected.items] == [
        ("5/total", [("1", "12,50"), ("b@x.example", "12,80")])
    ]
    assert len(collected.faults) == 1


def test_a_text_in_no_format_known_is_refused_with_the_formats_known() -> None:
    with pytest.raises(FormError, match="JSON Lines"):
        collect("hello, world\n1,2\n")


@pytest.mark.parametrize("name", format_names())
def test_every_format_says_its_title_and_refuses_an_empty_text(name: str) -> None:
    assert load_format(name).TITLE
    assert not load_format(name).is_it("")


RARE = "bleu\u2028vert\x85gris"
"""Characters at which Python's splitlines parts a text, and which people's texts may hold."""


@pytest.mark.parametrize(
    "text",
    [
        '\ufeff{"item": "1", "readings": [{"text": "RARE"}]}\n',
        "\ufefftask;worker;label\r\n1;ann;RARE\r\n",
        "task,worker,label\n1,ann,RARE\n",
        "task\tworker\tlabel\r1\tann\tRARE\r",
    ],
)
def test_marks_semicolons_and_rare_ends_of_lines_change_nothing(text: str) -> None:
    collected = collect(text.replace("RARE", RARE))
    assert [(item.name, [said.text for said in item.readings]) for item in collected.items] == [("1", [RARE])]
    assert collected.faults == ()


def test_an_empty_text_is_said_to_be_empty() -> None:
    with pytest.raises(FormError, match="empty"):
        collect("\ufeff \n")


@pytest.mark.parametrize("name", ["crowdkit", "label_studio"])
def test_a_text_named_as_what_it_is_not_at_all_is_refused_with_what_the_format_is(name: str) -> None:
    with pytest.raises(FormError, match=load_format(name).TITLE):
        collect('{"item": "1"}\n{"item": "2"}\n', name)


@pytest.mark.parametrize("name", ["zooniverse", "notes_from_nature", "jsonl"])
def test_lines_named_as_what_they_are_not_are_faults(name: str) -> None:
    collected = collect("a,b\n1,2\n", name)
    assert not collected.items
    assert collected.faults
