import * as client from 'openid-client'

/** The identity provider as the login sees it. */
export interface OidcProvider {
  /** Where to send the browser, and what must be kept for its return. */
  authorizationRequest(): Promise<{ url: URL; checks: LoginChecks }>
  /** Verifies the answer and returns the claims; throws LoginRefused for an answer that does not fit. */
  completeLogin(callbackUrl: URL, checks: LoginChecks): Promise<{ claims: Claims; idToken: string }>
  /** Where the provider's own session is ended, if it can do that. */
  logoutUrl(idToken: string | undefined): Promise<URL | undefined>
}

export interface LoginChecks {
  state: string
  nonce: string
  codeVerifier: string
}

export type Claims = Readonly<Record<string, unknown>> & { sub: string }

export interface OidcSettings {
  issuer: string
  clientId: string
  clientSecret: string
  scopes: string
  redirectUri: string
  afterLogoutUri: string
}

/** The provider answered, and the answer is not a login. */
export class LoginRefused extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'LoginRefused'
  }
}

/** The provider does not answer. */
export class ProviderUnavailable extends Error {
  constructor(options?: ErrorOptions) {
    super('the identity provider does not answer', options)
    this.name = 'ProviderUnavailable'
  }
}

/** Nobody has said yet who gets which role: `berth.yaml` was not applied. */
export class NotConfigured extends Error {
  constructor() {
    super('berth.yaml was not applied yet')
    this.name = 'NotConfigured'
  }
}

/** Discovers the provider at the first login, and again at the next one if that failed: it may start after Berth. */
export function oidcProvider(settings: OidcSettings): OidcProvider {
  let discovered: Promise<client.Configuration> | undefined
  const provider = async (): Promise<client.Configuration> => {
    discovered ??= discover(settings)
    try {
      return await discovered
    } catch (error) {
      discovered = undefined
      throw new ProviderUnavailable({ cause: error })
    }
  }
  return {
    authorizationRequest: async () => authorizationRequest(await provider(), settings),
    completeLogin: async (callbackUrl, checks) => completeLogin(await provider(), callbackUrl, checks),
    logoutUrl: async (idToken) => logoutUrl(await provider(), settings, idToken),
  }
}

function discover({ issuer, clientId, clientSecret }: OidcSettings): Promise<client.Configuration> {
  const url = new URL(issuer)
  const execute = url.protocol === 'http:' ? [client.allowInsecureRequests] : []
  return client.discovery(url, clientId, undefined, client.ClientSecretBasic(clientSecret), { execute, timeout: 5 })
}

async function authorizationRequest(provider: client.Configuration, { redirectUri, scopes }: OidcSettings) {
  const checks = {
    state: client.randomState(),
    nonce: client.randomNonce(),
    codeVerifier: client.randomPKCECodeVerifier(),
  }
  const url = client.buildAuthorizationUrl(provider, {
    redirect_uri: redirectUri,
    scope: scopes,
    state: checks.state,
    nonce: checks.nonce,
    code_challenge: await client.calculatePKCECodeChallenge(checks.codeVerifier),
    code_challenge_method: 'S256',
  })
  return { url, checks }
}

async function completeLogin(provider: client.Configuration, callbackUrl: URL, checks: LoginChecks) {
  try {
    const tokens = await client.authorizationCodeGrant(provider, callbackUrl, {
      expectedState: checks.state,
      expectedNonce: checks.nonce,
      pkceCodeVerifier: checks.codeVerifier,
      idTokenExpected: true,
    })
    const inIdToken = tokens.claims()
    if (inIdToken === undefined || tokens.id_token === undefined)
      throw new LoginRefused('the provider sent no ID token')
    const { userinfo_endpoint: userInfo } = provider.serverMetadata()
    const more = userInfo ? await client.fetchUserInfo(provider, tokens.access_token, inIdToken.sub) : {}
    return { claims: { ...more, ...inIdToken }, idToken: tokens.id_token }
  } catch (error) {
    if (error instanceof LoginRefused) throw error
    throw new LoginRefused('the provider’s answer does not fit', { cause: error })
  }
}

function logoutUrl(provider: client.Configuration, { afterLogoutUri }: OidcSettings, idToken: string | undefined) {
  if (provider.serverMetadata().end_session_endpoint === undefined) return undefined
  return client.buildEndSessionUrl(provider, {
    post_logout_redirect_uri: afterLogoutUri,
    ...(idToken === undefined ? {} : { id_token_hint: idToken }),
  })
}
