DROP FUNCTION core_make_append_only(regclass);
DROP FUNCTION core_refuse_change();
