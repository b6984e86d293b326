"""The generated Python client of the SCIM API against a running server."""

import unittest

import roster_scim as scim
from roster import Roster


class ScimClient(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.roster = cls.enterClassContext(Roster())
        cls.client = cls.api_client(cls.roster.token("UserModify"))
        cls.users = scim.UsersApi(cls.client)
        cls.discovery = scim.DiscoveryApi(cls.client)

    @classmethod
    def api_client(cls, token):
        return scim.ApiClient(scim.Configuration(host=cls.roster.scim_url, access_token=token))

    def add_user(self, local_part, **options):
        """Makes a user, and reads it through the client."""
        return self.users.get_user(self.roster.add_user(f"{local_part}@example.com", **options))

    def patch(self, user, **attributes):
        operation = scim.PatchOperation(op=scim.PatchVerb.REPLACE, value=attributes)
        body = scim.PatchOp(
            schemas=["urn:ietf:params:scim:api:messages:2.0:PatchOp"], operations=[operation]
        )
        return self.users.patch_user(user.id, body)

    def test_a_user_is_found_by_user_name_in_any_letter_case(self):
        ada = self.add_user("lookup")
        found = self.users.list_users(filter='userName eq "LOOKUP@example.com"')
        self.assertEqual((found.total_results, found.resources[0].id), (1, ada.id))
        self.assertEqual(found.resources[0].name.formatted, "Ada Lovelace")
        self.assertEqual(found.resources[0].emails[0].value, "lookup@example.com")

    def test_a_lookup_of_nobody_is_empty(self):
        found = self.users.list_users(filter='userName eq "nobody@example.com"')
        self.assertEqual((found.total_results, found.resources), (0, []))

    def test_pages_follow_one_another(self):
        expected = [self.add_user(f"page-{number}").id for number in range(3)]
        total = self.users.list_users(count=0).total_results
        pages = [self.users.list_users(start_index=at, count=1) for at in range(1, total + 1)]
        self.assertTrue(all(page.items_per_page == 1 for page in pages))
        self.assertEqual([page.resources[0].id for page in pages if page.resources[0].id in expected], expected)

    def test_a_read_user_can_be_changed_and_put_back(self):
        user = self.add_user("put")
        user.name.family_name = "King"
        user.emails[0].value = "put-2@example.com"
        user.panther_role = "analystreadonly"
        answered = self.users.replace_user(user.id, user)
        self.assertEqual(answered.name.formatted, "Ada King")
        self.assertEqual(answered.panther_role, "AnalystReadOnly")
        again = self.users.get_user(user.id)
        self.assertEqual(again, answered)
        self.assertEqual(again.emails[0].value, "put-2@example.com")

    def test_a_patch_changes_one_thing(self):
        user = self.add_user("patch")
        answered = self.patch(user, **{"name.givenName": "Augusta"})
        self.assertEqual(answered.name.formatted, "Augusta Lovelace")
        self.assertEqual(answered.user_name, user.user_name)

    def test_a_user_is_deactivated_and_comes_back_the_same(self):
        user = self.add_user("leaver")
        self.assertFalse(self.patch(user, active=False).active)
        gone = self.users.list_users(filter='userName eq "leaver@example.com"').resources[0]
        self.assertFalse(gone.active)
        back = self.patch(user, active=True)
        self.assertEqual((back.active, back.id, back.panther_role), (True, user.id, user.panther_role))

    def test_an_unknown_role_is_refused_with_the_valid_ones(self):
        user = self.add_user("role")
        with self.assertRaises(scim.exceptions.BadRequestException) as raised:
            self.patch(user, pantherRole="Analist")
        error = raised.exception.data
        self.assertIsInstance(error, scim.ScimError)
        self.assertEqual((error.status, error.scim_type), ("400", scim.ScimType.INVALIDVALUE))
        for named in ("Analist", "Admin", "Analyst", "AnalystReadOnly"):
            self.assertIn(named, error.detail)
        self.assertEqual(self.users.get_user(user.id), user)

    def test_a_change_of_an_older_version_is_refused(self):
        user = self.add_user("version")
        self.patch(user, active=False)
        with self.assertRaises(scim.exceptions.ApiException) as raised:
            self.users.replace_user(user.id, user, if_match=user.meta.version)
        self.assertEqual(raised.exception.status, 412)

    def test_what_the_profile_refuses_is_refused_with_advice(self):
        user = self.add_user("refused")
        new = scim.User(schemas=user.schemas, userName="new@example.com")
        for call in (lambda: self.users.create_user(new), lambda: self.users.delete_user(user.id)):
            with self.assertRaises(scim.exceptions.ServiceException) as raised:
                call()
            self.assertEqual(raised.exception.status, 501)
            self.assertGreater(len(raised.exception.data.detail), 20)

    def test_without_a_token_that_works_nothing_is_told(self):
        users = scim.UsersApi(self.api_client("roster_nonsense"))
        with self.assertRaises(scim.exceptions.UnauthorizedException):
            users.list_users()

    def test_discovery_tells_what_there_is(self):
        config = self.discovery.get_service_provider_config()
        self.assertTrue(config.patch.supported)
        self.assertFalse(config.bulk.supported)
        self.assertEqual([kind.name for kind in self.discovery.list_resource_types().resources], ["User"])
        user = self.discovery.get_schema("urn:ietf:params:scim:schemas:core:2.0:User")
        self.assertIn("pantherRole", [attribute.name for attribute in user.attributes])


if __name__ == "__main__":
    unittest.main()
