DROP TRIGGER append_only_all ON donations_giveridentity; DROP TRIGGER identity_guard_row ON donations_giveridentity;
DROP FUNCTION donations_identity_guard();
DROP TRIGGER append_only_row ON donations_claimevent; DROP TRIGGER append_only_all ON donations_claimevent;
DROP TRIGGER append_only_all ON donations_giftclaim; DROP TRIGGER claim_guard_row ON donations_giftclaim;
DROP FUNCTION donations_claim_guard();
DROP TRIGGER append_only_row ON donations_poolevent; DROP TRIGGER append_only_all ON donations_poolevent;
DROP TRIGGER append_only_all ON donations_unidentifiedgift; DROP TRIGGER unidentified_guard_row ON donations_unidentifiedgift;
DROP FUNCTION donations_unidentified_guard();
DROP FUNCTION donations_sealed_kept(bytea, bytea, boolean);
