-- The search form of a name and its pairs of adjacent characters: the same as core/bigrams.py, which gives the reasons.
-- No extension, any locale: lower() with COLLATE "C" folds ASCII alone, and pairs are sorted by code point.
CREATE FUNCTION core_normalise(written text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    -- The usual name needs none of the rest.
    IF written COLLATE "C" ~ '^[\u4E00-\u9FFF]*$' THEN
        RETURN written;
    END IF;
    RETURN regexp_replace(
        lower(normalize(regexp_replace(written COLLATE "C", '[^\u0030-\u0039\u0041-\u005A\u0061-\u007A\u00AA-\u00AA\u00B2-\u00B3\u00B9-\u00BA\u00BC-\u00BE\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02AF\u0300-\u034E\u0350-\u0377\u037B-\u037D\u037F-\u037F\u0386-\u0386\u0388-\u03FF\u0400-\u052F\u0531-\u0556\u0561-\u0587\u05D0-\u05EA\u0620-\u065F\u0660-\u0669\u066E-\u06D3\u06EE-\u06FC\u0E01-\u0E3A\u0E40-\u0E4E\u0F40-\u0FBC\u1100-\u11FF\u1820-\u18AA\u1E00-\u1EFF\u2070-\u2079\u2080-\u2089\u2100-\u218B\u2460-\u24FF\u2E80-\u2FDF\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303C\u3041-\u3096\u3099-\u309A\u309D-\u309F\u30A1-\u30FA\u30FC-\u31BF\u31F0-\u33FF\u3400-\u4DBF\u4E00-\u9FFF\uA000-\uA48C\uAC00-\uD7A3\uE000-\uFAFF\uFB00-\uFB06\uFB50-\uFBB1\uFBD3-\uFD3D\uFE70-\uFEFC\uFF10-\uFF19\uFF21-\uFF3A\uFF41-\uFF5A\uFF66-\uFFDC\U00020000-\U0003FFFD]+', '', 'g'), NFKC) COLLATE "C"),
        '[^\u0030-\u0039\u0041-\u005A\u0061-\u007A\u00AA-\u00AA\u00B2-\u00B3\u00B9-\u00BA\u00BC-\u00BE\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02AF\u0300-\u034E\u0350-\u0377\u037B-\u037D\u037F-\u037F\u0386-\u0386\u0388-\u03FF\u0400-\u052F\u0531-\u0556\u0561-\u0587\u05D0-\u05EA\u0620-\u065F\u0660-\u0669\u066E-\u06D3\u06EE-\u06FC\u0E01-\u0E3A\u0E40-\u0E4E\u0F40-\u0FBC\u1100-\u11FF\u1820-\u18AA\u1E00-\u1EFF\u2070-\u2079\u2080-\u2089\u2100-\u218B\u2460-\u24FF\u2E80-\u2FDF\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303C\u3041-\u3096\u3099-\u309A\u309D-\u309F\u30A1-\u30FA\u30FC-\u31BF\u31F0-\u33FF\u3400-\u4DBF\u4E00-\u9FFF\uA000-\uA48C\uAC00-\uD7A3\uE000-\uFAFF\uFB00-\uFB06\uFB50-\uFBB1\uFBD3-\uFD3D\uFE70-\uFEFC\uFF10-\uFF19\uFF21-\uFF3A\uFF41-\uFF5A\uFF66-\uFFDC\U00020000-\U0003FFFD]+', '', 'g'
    );
END
$$;

CREATE FUNCTION core_bigrams(written text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    plain text := core_normalise(written);
    size integer := char_length(plain);
    first text;
    second text;
    letters text[];
    pairs text[] := '{}';
BEGIN
    IF size = 0 THEN
        RETURN '{}';
    ELSIF size <= 2 THEN
        RETURN ARRAY[plain];
    ELSIF size = 3 THEN
        first := left(plain, 2);
        second := right(plain, 2);
        IF first = second THEN
            RETURN ARRAY[first];
        ELSIF first COLLATE "C" < second COLLATE "C" THEN
            RETURN ARRAY[first, second];
        END IF;
        RETURN ARRAY[second, first];
    END IF;
    -- A loop and one small sort: twice as quick as generate_series() or a window function.
    letters := string_to_array(plain, NULL);
    FOR place IN 1 .. size - 1 LOOP
        pairs := pairs || (letters[place] || letters[place + 1]);
    END LOOP;
    RETURN (
        SELECT array_agg(DISTINCT pair COLLATE "C" ORDER BY pair COLLATE "C") FROM unnest(pairs) AS pair
    );
END
$$;
