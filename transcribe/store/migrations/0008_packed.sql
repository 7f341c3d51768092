-- Pictures of fields lie together in one file of the archive, a page's or a scan's: "SHA-256.start.length" names one of
-- them. Which files are still needed is asked by the file.

DROP INDEX place_snippet;
CREATE INDEX place_snippet ON place (substr(snippet, 1, 64)) WHERE snippet IS NOT NULL;
