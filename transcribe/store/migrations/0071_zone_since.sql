-- When a person's time zone was set anew: what they did until then was brought up to the floor by the days of the earlier
-- one, and is not looked at by those of the new one.

ALTER TABLE transcriber ADD COLUMN zone_since INTEGER;
