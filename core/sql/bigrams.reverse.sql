DROP FUNCTION core_bigrams(text);
DROP FUNCTION core_normalise(text);
