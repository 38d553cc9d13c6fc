// A full OpenID provider on a loopback port, for the sign-in tests; its configuration is the first argument.
import { Provider } from "oidc-provider";

const { port, clientId, clientSecret, slug, accounts, logoutUri } = JSON.parse(process.argv[2]);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uris: [`http://testserver/login/${slug}/callback`],
      post_logout_redirect_uris: ["http://testserver/login"],
      backchannel_logout_uri: logoutUri,
      backchannel_logout_session_required: true,
    },
  ],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  findAccount: (_ctx, id) => accounts[id] && { accountId: id, claims: async () => ({ sub: id, ...accounts[id] }) },
  features: { devInteractions: { enabled: true }, backchannelLogout: { enabled: true } },
  pkce: { required: () => true },
  // its own fetch refuses addresses of this machine; here kdnx is one
  fetch: (url, options) => globalThis.fetch(url, { ...options, dispatcher: undefined }),
  cookies: { keys: ["only for tests"] },
});
provider.listen(port, "127.0.0.1", () => console.log("ready"));
