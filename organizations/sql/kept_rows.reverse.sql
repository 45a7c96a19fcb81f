DROP TRIGGER grant_guard ON organizations_rolegrant;
DROP FUNCTION organizations_grant_guard();
DROP TRIGGER code_stands ON organizations_branch;
DROP TRIGGER kept_row ON organizations_rolegrant;
DROP TRIGGER kept_row ON organizations_branch;
DROP TRIGGER kept_row ON organizations_division;
