export interface Mail {
  id: string
  to: string
  subject: string
  text: string
  html: string
  receivedAt: string
}

/** What lies in the mail sink for one person about one VM, oldest first. */
export async function mailsTo(mailUrl: string, to: string, vmName: string): Promise<Mail[]> {
  const answer = await fetch(`${mailUrl}/messages?to=${encodeURIComponent(to)}`)
  const mails = (await answer.json()) as Mail[]
  return mails.filter(({ subject, text }) => subject.includes(vmName) || text.includes(vmName))
}
