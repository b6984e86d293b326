DROP TABLE scim_contacts;
