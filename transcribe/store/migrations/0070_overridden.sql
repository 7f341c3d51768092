-- Corrections by operators that the hearing of an appeal read otherwise are found by their time.

CREATE INDEX act_overridden ON act (at) WHERE verb = 'correction overridden';
