-- What was written into an annual report, and each opinion of its auditors, stays as it was.
SELECT core_make_append_only('transparency_chaptertext'), core_make_append_only('transparency_auditopinion');
