/** Takes every secret out of words that go to people, files or other machines: whole, and as it stands in addresses. */
export function hider(secrets: readonly string[]): (words: string) => string {
  const forms = [
    ...new Set(secrets.flatMap((secret) => [secret, secret.replace(/^0x/i, ''), encodeURIComponent(secret)])),
  ]
    .filter((form) => form.length >= 4)
    .sort((a, b) => b.length - a.length)
  return (words) => forms.reduce((left, form) => left.split(form).join('[secret]'), words)
}
