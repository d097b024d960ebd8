import ssh2 from 'ssh2'

/** A pair that ssh2 can read: now and then it makes one that it cannot. */
export function sshKeyPair(): { public: string; private: string } {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519')
    const parsed = [pair.private, pair.public].map((text) => ssh2.utils.parseKey(text))
    if (!parsed.some((key) => key instanceof Error)) return pair
  }
}
