DROP TABLE signing_keys;
DROP TABLE admin_links;
DROP TABLE used_once;
DROP TABLE saml_metadata_checks;
DROP TABLE saml_settings;
DROP TABLE sessions;
DROP INDEX users_identity_taken;
ALTER TABLE users DROP COLUMN session_epoch;
-- Before the two that its check speaks of.
ALTER TABLE users DROP COLUMN identity_key;
ALTER TABLE users DROP COLUMN name_id;
ALTER TABLE users DROP COLUMN idp_entity_id;
