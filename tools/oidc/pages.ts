const style = `body{font:16px/1.5 system-ui,sans-serif;background:#f2f2f2;color:#151515;margin:0}
main{max-width:22rem;margin:12vh auto 0;padding:2rem;background:#fff;border-radius:6px;box-shadow:0 1px 4px #0003}
h1{font-size:1.4rem;margin:0 0 1rem}label{display:block;font-weight:600;margin-top:1rem}
input{box-sizing:border-box;width:100%;font:inherit;padding:.5rem;border:1px solid #6a6e73;border-radius:4px}
button{margin-top:1.5rem;width:100%;font:inherit;font-weight:600;padding:.6rem;border:0;border-radius:4px;background:#0059b3;color:#fff;cursor:pointer}
.error{background:#fdecea;color:#8a1c12;padding:.6rem .8rem;border-radius:4px;margin:0}`

/** Username, Password, "Sign in"; `error` is said above the fields. */
export function signInPage(action: string, username = '', error = ''): string {
  const alert = error === '' ? '' : `<p class="error" role="alert">${escaped(error)}</p>`
  return page(
    'Sign in to Berth',
    `${alert}<form method="post" action="${escaped(action)}">
<label for="username">Username</label>
<input id="username" name="username" autocomplete="username" required value="${escaped(username)}">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button type="submit">Sign in</button></form>`,
  )
}

/** Asked by the portal's own sign-out button, so it goes on by itself; the button is for browsers without scripts. */
export function signOutPage(form: string, nonce: string): string {
  return page(
    'Signing out',
    `${form}<button type="submit" form="op.logoutForm" name="logout" value="yes" id="yes">Sign out</button>
<script nonce="${nonce}">document.getElementById('yes').click()</script>`,
  )
}

export const noticePage = (title: string, sentence: string): string => page(title, `<p>${escaped(sentence)}</p>`)

const page = (title: string, body: string): string => `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(title)}</title>
<style>${style}</style></head><body><main><h1>${escaped(title)}</h1>${body}</main></body></html>`

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
