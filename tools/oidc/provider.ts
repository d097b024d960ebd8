import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { Provider } from 'oidc-provider'
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { demoUsers } from './demo-users.ts'
import { noticePage, signOutPage } from './pages.ts'
import { providerSecrets } from './provider-secrets.ts'
import { recordAdapter } from './record-adapter.ts'
import type { OidcConfig } from './config.ts'

const hour = 3_600

/** A standard OpenID provider for one client, the portal, with PKCE and without a consent page. */
export function providerFor(config: OidcConfig): Provider {
  const folder = join(config.home, 'oidc')
  return new Provider(`http://127.0.0.1:${config.port}`, {
    ...identities,
    ...lifetimes,
    ...keys(config, folder),
    adapter: recordAdapter(join(folder, 'records')),
    clients: [
      {
        client_id: config.clientId,
        client_secret: config.clientSecret,
        client_name: 'Berth',
        redirect_uris: [`${config.portalUrl}/auth/callback`],
        post_logout_redirect_uris: [config.portalUrl, `${config.portalUrl}/`],
      },
    ],
    pkce: { required: () => true },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    loadExistingGrant: grantOfTheFirstParty,
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: true, logoutSource: showSignOut, postLogoutSuccessSource: showSignedOut },
    },
    renderError(context, out) {
      context.type = 'html'
      context.body = noticePage('That did not work', out.error_description ?? out.error)
    },
  })
}

const identities: Configuration = {
  scopes: ['openid', 'profile', 'email', 'groups', 'roles', 'offline_access'],
  claims: {
    openid: ['sub'],
    profile: ['name', 'preferred_username', 'groups', 'roles'],
    email: ['email', 'email_verified'],
    groups: ['groups'],
    roles: ['roles'],
  },
  // The portal reads the ID token; it need not ask the userinfo endpoint as well.
  conformIdTokenClaims: false,
  async findAccount(_context, username) {
    const user = demoUsers.find((candidate) => candidate.username === username)
    if (user === undefined) return undefined
    const { name, email, roles, teams } = user
    return {
      accountId: username,
      claims: () => ({
        sub: username,
        name,
        email,
        email_verified: true,
        preferred_username: username,
        groups: teams,
        roles,
      }),
    }
  },
}

const lifetimes: Configuration = {
  ttl: {
    AccessToken: hour,
    AuthorizationCode: 60,
    IdToken: hour,
    RefreshToken: 14 * 24 * hour,
    Interaction: hour,
    Session: 14 * 24 * hour,
    Grant: 14 * 24 * hour,
  },
}

/** Cookies know no ports, so several copies on one machine need several names. */
function keys(config: OidcConfig, folder: string): Configuration {
  const { signingKey, cookieKey } = providerSecrets(folder)
  return {
    jwks: { keys: [signingKey] },
    cookies: {
      keys: [cookieKey],
      names: {
        session: `berth_oidc_${config.port}`,
        interaction: `berth_oidc_${config.port}_sign_in`,
        resume: `berth_oidc_${config.port}_resume`,
      },
    },
  }
}

async function grantOfTheFirstParty(context: KoaContextWithOIDC) {
  const { client, session, provider, result, params } = context.oidc
  const clientId = client?.clientId ?? ''
  const known = result?.consent?.grantId ?? session?.grantIdFor(clientId)
  const stored = known === undefined ? undefined : await provider.Grant.find(known)
  const accountId = session?.accountId
  if (accountId === undefined) return stored
  const grant = stored ?? new provider.Grant({ clientId, accountId })
  grant.addOIDCScope(String(params?.['scope'] ?? 'openid'))
  await grant.save()
  return grant
}

async function showSignOut(context: KoaContextWithOIDC, form: string): Promise<void> {
  const nonce = randomBytes(16).toString('base64')
  context.set('content-security-policy', `default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-${nonce}'`)
  context.body = signOutPage(form, nonce)
}

async function showSignedOut(context: KoaContextWithOIDC): Promise<void> {
  context.body = noticePage('Signed out', 'You are signed out of Berth.')
}
