-- As in registries.sql, and: what was handed over is known there; that it was withdrawn there is written down once,
-- after it was withdrawn here.
CREATE OR REPLACE FUNCTION registries_wish_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ending jsonb := jsonb_build_object('status', NULL, 'ended_at', NULL);
    sealed jsonb := jsonb_build_object('registrant', NULL, 'registrant_digest', NULL, 'registrant_digest_next', NULL,
        'content', NULL, 'reference', NULL, 'handed_over_on', NULL, 'destroyed_at', NULL, 'is_known_there', NULL,
        'withdrawn_there_on', NULL);
    free jsonb := sealed || CASE WHEN TG_OP = 'UPDATE' AND OLD.status = 'in_force' THEN ending ELSE '{}' END;
    is_emptied boolean := TG_OP = 'UPDATE' AND NEW.destroyed_at IS NOT NULL;
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) || free) = (to_jsonb(OLD) || free)
       AND registries_stands(OLD.registrant, NEW.registrant, is_emptied)
       AND registries_stands(OLD.content, NEW.content, is_emptied)
       -- The national number is given once, while the wish is in force.
       AND (registries_stands(OLD.reference, NEW.reference, is_emptied)
            OR (OLD.reference IS NULL AND OLD.status = 'in_force'))
       AND (NEW.handed_over_on IS NOT DISTINCT FROM OLD.handed_over_on OR OLD.reference IS NULL)
       AND (NEW.is_known_there = OLD.is_known_there
            OR (NEW.is_known_there AND OLD.handed_over_on IS NULL AND NEW.handed_over_on IS NOT NULL))
       AND (NEW.withdrawn_there_on IS NOT DISTINCT FROM OLD.withdrawn_there_on
            OR (OLD.withdrawn_there_on IS NULL AND OLD.status = 'withdrawn' AND OLD.destroyed_at IS NULL))
       AND (OLD.destroyed_at IS NULL OR NEW.destroyed_at IS NOT DISTINCT FROM OLD.destroyed_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

-- A name is put right by somebody who saw the document.
ALTER TABLE registries_registrantevent ADD CONSTRAINT registrantevent_name_needs_paper
    CHECK (verb <> 'corrected' OR NOT fields @> '["name"]' OR has_seen_paper);

-- What was asked for stands; who decided, what was made of it and until when are written down once.
CREATE FUNCTION registries_export_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free jsonb := jsonb_build_object('status', NULL, 'decided_by_id', NULL, 'decided_at', NULL, 'file_id', NULL,
        'row_count', NULL, 'built_at', NULL, 'expires_at', NULL, 'download_count', NULL);
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) || free) = (to_jsonb(OLD) || free)
       AND (OLD.decided_by_id IS NULL OR (NEW.decided_by_id = OLD.decided_by_id AND NEW.decided_at = OLD.decided_at))
       AND (OLD.file_id IS NULL OR (NEW.file_id = OLD.file_id AND NEW.row_count = OLD.row_count
            AND NEW.built_at = OLD.built_at AND NEW.expires_at = OLD.expires_at))
       AND (NEW.expires_at IS NULL OR NEW.expires_at <= NEW.built_at + make_interval(days => NEW.keep_days::int))
       AND (NEW.download_count = OLD.download_count
            OR (NEW.download_count = OLD.download_count + 1 AND OLD.status = 'ready' AND NEW.status = 'ready')) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER export_guard BEFORE UPDATE OR DELETE ON registries_export
    FOR EACH ROW EXECUTE FUNCTION registries_export_guard();

SELECT core_make_append_only('registries_exportevent');
SELECT core_make_append_only('registries_wishpaper');
