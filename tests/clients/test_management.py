"""The generated Python client of the management API against a running server."""

import datetime
import unittest

import roster_management as management
from roster import ROOT, Roster

EVERYTHING = ["UserModify", "OrganizationAPITokenModify", "GeneralSettingsModify", "AuditLogRead", "AlertRead"]
CONFLICT = management.exceptions.ConflictException
CERTIFICATE = ROOT / "crates" / "saml" / "tests" / "saml" / "fixtures" / "java-certificate.pem"


def metadata():
    """An identity provider's metadata, with a certificate of which nobody has the key."""
    certificate = "".join(line for line in CERTIFICATE.read_text().splitlines() if "-----" not in line)
    return f"""<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example.com/">
      <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
        <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#">
          <X509Data><X509Certificate>{certificate}</X509Certificate></X509Data>
        </KeyInfo></KeyDescriptor>
        <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
          Location="https://idp.example.com/sso"/>
      </IDPSSODescriptor>
    </EntityDescriptor>"""


class ManagementClient(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.roster = cls.enterClassContext(Roster())
        client = cls.api_client(cls.roster.token(*EVERYTHING, name="administrator"))
        cls.users = management.UsersApi(client)
        cls.roles = management.RolesApi(client)
        cls.tokens = management.APITokensApi(client)
        cls.settings = management.SettingsApi(client)
        cls.saml_settings = management.SAMLSettingsApi(client)
        cls.audit_log = management.AuditLogApi(client)

    @classmethod
    def api_client(cls, token):
        return management.ApiClient(management.Configuration(host=cls.roster.management_url, access_token=token))

    def role(self, name):
        """The role of that name."""
        return next(role for role in self.roles.list_roles().items if role.name == name)

    def test_users_are_listed_by_pages_and_found(self):
        ids = [self.roster.add_user(f"list-{number}@example.com") for number in range(3)]
        first = self.users.list_users(limit=2, contains="list-")
        second = self.users.list_users(limit=2, contains="list-", cursor=first.next_cursor)
        self.assertEqual([user.id for user in first.items + second.items], ids)
        self.assertIsNone(second.next_cursor)
        self.assertEqual([user.id for user in self.users.list_users(email="LIST-1@example.com").items], [ids[1]])

    def test_a_user_is_read_and_changed(self):
        user = self.users.get_user(self.roster.add_user("change@example.com"))
        self.assertEqual((user.display_name, user.role.name, user.active), ("Ada Lovelace", "Analyst", True))
        changed = self.users.update_user(user.id, management.UserPatch(familyName="King", role="AnalystReadOnly"))
        self.assertEqual((changed.display_name, changed.role.name), ("Ada King", "AnalystReadOnly"))
        self.assertEqual(changed.version, user.version + 1)
        self.assertEqual(changed.user_name, user.user_name)

    def test_what_is_wrong_with_a_change_is_told_field_by_field(self):
        user = self.roster.add_user("wrong@example.com")
        with self.assertRaises(management.exceptions.BadRequestException) as raised:
            self.users.update_user(user, management.UserPatch(email="no address", role="Analist"))
        problem = raised.exception.data
        self.assertIsInstance(problem, management.Problem)
        self.assertEqual(problem.status, 400)
        self.assertIn("email", [error.var_field for error in problem.errors])

    def test_an_unknown_role_is_refused_with_the_valid_ones(self):
        user = self.roster.add_user("unknown-role@example.com")
        with self.assertRaises(management.exceptions.BadRequestException) as raised:
            self.users.update_user(user, management.UserPatch(role="Analist"))
        for named in ("Analist", "Admin", "Analyst", "AnalystReadOnly"):
            self.assertIn(named, raised.exception.data.detail)

    def test_a_user_is_deactivated_and_reactivated(self):
        user = self.roster.add_user("leaver@example.com")
        self.assertFalse(self.users.deactivate_user(user).active)
        inactive = self.users.list_users(active=False, email="leaver@example.com")
        self.assertEqual([found.id for found in inactive.items], [user])
        self.assertTrue(self.users.reactivate_user(user).active)

    def test_a_role_is_created_changed_and_deleted(self):
        role = self.roles.create_role(management.RoleCreation(name="Triage", permissions=["AlertRead"]))
        self.assertEqual((role.name, role.permissions, role.is_admin), ("Triage", ["AlertRead"], False))
        role = self.roles.update_role(role.id, management.RolePatch(name="Night shift"))
        self.assertEqual((role.name, role.permissions), ("Night shift", ["AlertRead"]))
        self.assertEqual(self.roles.get_role(role.id).usage.users, 0)
        self.roles.delete_role(role.id)
        with self.assertRaises(management.exceptions.NotFoundException):
            self.roles.get_role(role.id)

    def test_a_role_in_use_stays(self):
        self.roster.add_user("role-in-use@example.com", role="AnalystReadOnly")
        with self.assertRaises(CONFLICT):
            self.roles.delete_role(self.role("AnalystReadOnly").id)

    def test_the_vocabulary_of_permissions_says_what_implies_what(self):
        permissions = {permission.name: permission for permission in self.roles.list_permissions().items}
        self.assertIn("UserRead", permissions["UserModify"].implies)
        self.assertTrue(permissions["UserModify"].governs_roster)
        self.assertFalse(permissions["AlertRead"].governs_roster)

    def test_a_token_is_created_used_changed_and_revoked(self):
        expiry = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)
        creation = management.ApiTokenCreation(
            name="short", permissions=["UserRead"], expiresAt=expiry, allowedNetworks=["127.0.0.0/8"]
        )
        issued = self.tokens.create_api_token(creation)
        self.assertTrue(issued.value.startswith("roster_"))
        self.assertIsNotNone(issued.token.expires_at)
        own = management.UsersApi(self.api_client(issued.value))
        own.list_users()

        kept = self.tokens.update_api_token(issued.token.id, management.ApiTokenPatch(name="long"))
        self.assertEqual((kept.name, kept.expires_at), ("long", issued.token.expires_at))
        changed = self.tokens.update_api_token(issued.token.id, management.ApiTokenPatch(expiresAt=None))
        self.assertIsNone(changed.expires_at)
        self.assertIn(changed, self.tokens.list_api_tokens().items)

        self.tokens.revoke_api_token(issued.token.id)
        with self.assertRaises(management.exceptions.UnauthorizedException):
            own.list_users()

    def test_a_token_reads_and_rotates_itself(self):
        old = self.api_client(self.roster.token("UserRead", name="rotating"))
        before = management.APITokensApi(old).get_api_token("self")
        self.assertEqual(before.name, "rotating")
        rotation = management.ApiTokenRotation(overlapSeconds=60)
        issued = management.APITokensApi(old).rotate_api_token("self", rotation)
        self.assertEqual(issued.token.id, before.id)
        self.assertIsNotNone(issued.token.previous_value_valid_until)
        new = self.api_client(issued.value)
        for client in (old, new):
            management.UsersApi(client).list_users()

        management.APITokensApi(new).rotate_api_token("self")
        for client in (old, new):
            with self.assertRaises(management.exceptions.UnauthorizedException):
                management.UsersApi(client).list_users()

    def test_nobody_does_what_they_have_no_permission_for(self):
        reader = self.api_client(self.roster.token("UserRead", name="reader"))
        user = self.roster.add_user("untouched@example.com")
        for forbidden in (
            lambda: management.UsersApi(reader).deactivate_user(user),
            lambda: management.SettingsApi(reader).get_settings(),
            lambda: management.AuditLogApi(reader).list_audit_records(),
        ):
            with self.assertRaises(management.exceptions.ForbiddenException) as raised:
                forbidden()
            self.assertEqual(raised.exception.data.status, 403)

    def test_settings_are_read_and_changed(self):
        before = self.settings.get_settings()
        self.assertEqual((before.scim_role_attribute, before.tenant), ("pantherRole", "default"))
        self.assertTrue(before.tenant_url.endswith("/t/default/scim/v2"))
        changed = self.settings.update_settings(management.SettingsPatch(defaultRole="Analyst"))
        self.assertEqual(changed.default_role, "Analyst")
        self.settings.update_settings(management.SettingsPatch(defaultRole=before.default_role))

    def test_saml_settings_are_looked_at_changed_and_cleared(self):
        before = self.saml_settings.get_saml_settings()
        self.assertEqual((before.enabled, before.provider, before.updated_at), (False, None, None))
        self.assertTrue(before.acs_url.endswith("/t/default/saml/acs"))
        seen = self.saml_settings.check_saml_metadata(management.MetadataSource(metadataXml=metadata()))
        self.assertEqual(seen.entity_id, "https://idp.example.com/")
        self.assertIsInstance(seen.certificates[0].state, management.CertificateState)

        patch = management.SamlSettingsPatch(enabled=True, metadataXml=metadata(), roleAttribute="role")
        changed = self.saml_settings.update_saml_settings(patch)
        self.assertEqual((changed.provider, changed.role_attribute), (seen, "role"))
        with self.assertRaises(CONFLICT) as raised:
            self.saml_settings.update_saml_settings(management.SamlSettingsPatch(metadataXml=None))
        self.assertEqual(raised.exception.data.type, "urn:roster:problem:setting-incomplete")
        cleared = management.SamlSettingsPatch(enabled=False, metadataXml=None, signingKey=None)
        self.assertIsNone(self.saml_settings.update_saml_settings(cleared).provider)

    def test_a_users_sessions_are_listed_and_ended(self):
        user = self.roster.add_user("never-signed-in@example.com")
        self.assertEqual(self.users.list_user_sessions(user).items, [])
        self.users.end_user_sessions(user)
        self.assertIsNone(self.users.unbind_user(user).identity)

    def test_the_audit_log_tells_who_changed_what(self):
        user = self.roster.add_user("audited@example.com")
        self.users.update_user(user, management.UserPatch(givenName="Augusta"))
        page = self.audit_log.list_audit_records(target=[user], limit=1)
        record = page.items[0]
        self.assertEqual((record.action_name, record.action_result), ("UPDATE_USER", management.AuditResult.SUCCEEDED))
        self.assertEqual((record.actor.type, record.actor.name), (management.ActorType.TOKEN, "administrator"))
        self.assertEqual(
            [(change.attribute, change.before, change.after) for change in record.changes],
            [("givenName", "Ada", "Augusta")],
        )
        older = self.audit_log.list_audit_records(target=[user], cursor=page.next_cursor)
        self.assertEqual([record.action_name for record in older.items], ["CREATE_USER"])


if __name__ == "__main__":
    unittest.main()
