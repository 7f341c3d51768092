-- What operators did to one field is found by it: which are locked, and which are asked again.

CREATE INDEX act_field ON act (field_id, id) WHERE field_id IS NOT NULL;
