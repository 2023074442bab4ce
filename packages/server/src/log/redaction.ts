/** Runs of this many characters of a secret are struck out wherever they stand: even a prefix helps a thief. */
const RUN_LENGTH = 6

export type Redactor = {
  /** From now on no part of this value gets through. */
  add(secret: string): void
  apply(text: string): string
}

/** Strikes secrets, and recognisable parts of them, out of text: as they are, as in a URL, and in base64. */
export function createRedactor(): Redactor {
  const runs = new Set<string>()
  const short = new Set<string>()

  const learn = (form: string) => {
    if (form.length === 0) return
    if (form.length < RUN_LENGTH) short.add(form)
    for (let i = 0; i + RUN_LENGTH <= form.length; i++) runs.add(form.slice(i, i + RUN_LENGTH))
  }

  return {
    add(secret) {
      const json = JSON.stringify(secret).slice(1, -1)
      for (const form of [secret, json, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]) learn(form)
    },
    apply(text) {
      let clean = text
      for (const form of short) clean = clean.replaceAll(form, '[redacted]')
      return runs.size === 0 ? clean : strikeRuns(clean, runs)
    },
  }
}

function strikeRuns(text: string, runs: ReadonlySet<string>): string {
  let out = ''
  let kept = 0
  let i = 0
  while (i + RUN_LENGTH <= text.length) {
    if (!runs.has(text.slice(i, i + RUN_LENGTH))) {
      i += 1
      continue
    }
    let end = i + RUN_LENGTH
    while (runs.has(text.slice(end - RUN_LENGTH + 1, end + 1)) && end < text.length) end += 1
    out += `${text.slice(kept, i)}[redacted]`
    kept = end
    i = end
  }
  return out + text.slice(kept)
}
