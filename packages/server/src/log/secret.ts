import { readFileSync } from 'node:fs'
import type { SecretReference } from '@holdfast/engine'
import type { Redactor } from './redaction.js'

export class SecretError extends Error {
  override readonly name = 'SecretError'
}

/** Reads secrets where they are referred to: the environment or a file. Each is made known to the redactor. */
export type SecretReader = (reference: SecretReference) => string

/**
 * @throws {SecretError} where the variable is not set or the file cannot be read; it names the reference, never a value.
 */
export function createSecretReader(
  redactor: Redactor,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): SecretReader {
  return (reference) => {
    const value = reference.from === 'env' ? environment[reference.name] : readSecretFile(reference.name)
    const secret = value?.trim()
    if (secret === undefined || secret === '') {
      const where = reference.from === 'env' ? `environment variable ${reference.name}` : `file ${reference.name}`
      throw new SecretError(`${where} is empty or not there; set it before starting`)
    }
    if (!secret.includes('://')) redactor.add(secret)
    return secret
  }
}

function readSecretFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new SecretError(`cannot read the secret file ${path}`, { cause })
  }
}
