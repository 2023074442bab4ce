import type { z } from 'zod'
import { compileConfiguration } from './compileConfiguration.js'
import type { Diagnostic } from './diagnostic.js'
import { type Path, pathText } from './page.js'
import { configurationFileSchema } from './schema.js'
import { childSchema, childValue, schemaPlace } from './schemaTree.js'
import { readYaml, type YamlSource } from './yamlSource.js'

/** A value that holds, in the words of the file, and where it came from. */
export type EffectiveValue = {
  readonly path: string
  readonly value: string
  readonly origin:
    | { readonly kind: 'file'; readonly file: string; readonly line: number }
    | { readonly kind: 'default' }
    /** The file says where it is to be read from; the value itself is never looked at here. */
    | { readonly kind: 'reference'; readonly to: string; readonly file: string; readonly line: number }
}

export type EffectiveConfiguration =
  | { readonly ok: true; readonly values: readonly EffectiveValue[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] }

/**
 * Every value that holds under a configuration file: what it says, and the defaults where it says nothing. A file that does
 * not compile has none; so an inline secret, which is an error, is never shown.
 */
export function effectiveConfiguration(text: string, file: string): EffectiveConfiguration {
  const compiled = compileConfiguration(text, file)
  if (!compiled.ok) return compiled
  const yaml = readYaml(text, file)
  if (!yaml.ok) return yaml
  const values: EffectiveValue[] = []
  collect(yaml.source, configurationFileSchema, yaml.source.value, [], true, values)
  return { ok: true, values }
}

/** As text: `guard.index.maxAge = 60 s  (default)`, aligned. */
export function renderEffective(values: readonly EffectiveValue[]): string {
  const width = Math.max(0, ...values.map(({ path, value }) => path.length + value.length + 3))
  return values
    .map(({ path, value, origin }) => `${`${path} = ${value}`.padEnd(width)}  (${originText(origin)})`)
    .join('\n')
}

function originText(origin: EffectiveValue['origin']): string {
  switch (origin.kind) {
    case 'default':
      return 'default'
    case 'file':
      return `${origin.file}:${origin.line}`
    case 'reference':
      return `read from ${origin.to}, ${origin.file}:${origin.line}`
  }
}

function collect(
  source: YamlSource,
  schema: z.core.$ZodType,
  given: unknown,
  path: Path,
  isGiven: boolean,
  values: EffectiveValue[],
): void {
  const place = schemaPlace(schema, given)
  const isWritten = isGiven && given !== undefined
  const value = isWritten ? given : place.defaultValue
  if (value === undefined) return
  const settled = isWritten ? place : schemaPlace(schema, value)
  const { shape } = settled.definition
  if (Array.isArray(value)) {
    const element = childSchema(settled, 0)
    const isPlain = value.every((one) => typeof one !== 'object' || one === null)
    if (element !== undefined && !isPlain) {
      for (const [index, one] of value.entries()) collect(source, element, one, [...path, index], isWritten, values)
      return
    }
    values.push(valueAt(source, path, `[${value.map(String).join(', ')}]`, isWritten))
    return
  }
  if (typeof value !== 'object' || value === null) {
    values.push(valueAt(source, path, String(value), isWritten))
    return
  }
  const keys = shape === undefined ? Object.keys(value) : Object.keys(shape)
  for (const key of keys) {
    const child = childSchema(settled, key)
    const step = [...path, key]
    if (child === undefined) values.push(valueAt(source, step, JSON.stringify(childValue(value, key)), isWritten))
    else collect(source, child, childValue(value, key), step, isWritten || Object.hasOwn(value, key), values)
  }
}

function valueAt(source: YamlSource, path: Path, value: string, isWritten: boolean): EffectiveValue {
  if (!isWritten || !source.has(path)) return { path: pathText(path), value, origin: { kind: 'default' } }
  const { line } = source.locate(path)
  const { file } = source
  if (/^(env|file):/.test(value))
    return { path: pathText(path), value, origin: { kind: 'reference', to: value, file, line } }
  return { path: pathText(path), value, origin: { kind: 'file', file, line } }
}
