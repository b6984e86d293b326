// Compiled, never run: the generated TypeScript clients, used as a program would use them. What
// they export, and how optional and nullable things are typed, is what is tested here.

import * as management from "../../../clients/typescript/management";
import * as scim from "../../../clients/typescript/scim";
import * as session from "../../../clients/typescript/session";

const origin = "http://localhost:8080/t/default";

export async function deactivateByScim(token: string, userName: string): Promise<boolean> {
  const users = new scim.UsersApi(
    new scim.Configuration({ basePath: `${origin}/scim/v2`, accessToken: token }),
  );
  const found: scim.UserList = await users.listUsers({ filter: `userName eq "${userName}"`, count: 1 });
  const id: string | undefined = found.resources[0]?.id;
  if (id === undefined) return false;
  const patched: scim.User = await users.patchUser({
    id,
    patchOp: {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
      operations: [{ op: scim.PatchVerb.Replace, value: { active: false } }],
    },
  });
  return patched.active === false;
}

export async function rotateAndListAdmins(token: string): Promise<[string, management.User[]]> {
  const configuration = new management.Configuration({ basePath: `${origin}/api/v1`, accessToken: token });
  const users = new management.UsersApi(configuration);
  const admins: management.User[] = [];
  let cursor: string | undefined;
  do {
    const page: management.UserList = await users.listUsers({ active: true, limit: 200, cursor });
    admins.push(...page.items.filter((user) => user.role.name === "Admin"));
    cursor = page.nextCursor;
  } while (cursor !== undefined);

  const tokens = new management.APITokensApi(configuration);
  const issued = await tokens.rotateApiToken({ id: "self", apiTokenRotation: { overlapSeconds: 60 } });
  const expiry: Date | undefined = issued.token.expiresAt;
  await tokens.updateApiToken({ id: issued.token.id, apiTokenPatch: { expiresAt: expiry ? null : new Date() } });
  return [issued.value, admins];
}

// In a page: the browser sends the session's cookie by itself.
export async function tokenOfTheSession(): Promise<[string, Date]> {
  const sessions = new session.SessionApi(new session.Configuration({ basePath: origin, credentials: "include" }));
  const who: session.Session = await sessions.getSession();
  if (who.kind === session.SessionKind.BreakGlass) throw new Error(`${who.displayName} is no user`);
  const issued = await sessions.createSessionToken({ xCSRFToken: who.csrfToken });
  return [`${issued.tokenType} ${issued.token}`, issued.expiresAt];
}

export async function signOut(everywhere: boolean): Promise<string> {
  const sessions = new session.SessionApi(new session.Configuration({ basePath: origin, credentials: "include" }));
  const { csrfToken } = await sessions.getSession();
  const { logoutUrl } = await sessions.signOut({ xCSRFToken: csrfToken, everywhere });
  return logoutUrl ?? `${origin}/signed-out`;
}

export async function whatWentWrong(work: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (!(error instanceof management.ResponseError)) throw error;
    const problem: management.Problem = management.ProblemFromJSON(await error.response.json());
    return problem.detail;
  }
}
