DROP TRIGGER append_only_row ON transparency_auditopinion; DROP TRIGGER append_only_all ON transparency_auditopinion;
DROP TRIGGER append_only_row ON transparency_chaptertext; DROP TRIGGER append_only_all ON transparency_chaptertext;
