import { MarginParameterError } from '../../margin/error.js'
import { marginModel } from '../../margin/registry.js'
import type { Configuration } from '../configuration.js'
import type { Diagnostic } from './diagnostic.js'
import type { YamlSource } from './yamlSource.js'

/** Overrides that a margin model does not take, each at its place. */
export function wrongParameters(source: YamlSource, margin: Configuration['margin']): readonly Diagnostic[] {
  return Object.keys(margin).flatMap((model) => {
    try {
      marginModel(model, margin[model])
      return []
    } catch (error) {
      if (!(error instanceof MarginParameterError)) throw error
      const steps = error.path.split('/').filter((step) => step !== '')
      const path = ['margin', model, ...steps]
      const allowed = `see \`holdfast schema margin-parameters --model ${model}\``
      return [source.diagnostic({ code: 'NOT_ALLOWED', path, message: error.message, allowed })]
    }
  })
}

/** Hashes of the parameters that the accounts' models work with, by model, sorted. */
export function parameterHashes({
  accounts,
  margin,
}: Pick<Configuration, 'accounts' | 'margin'>): Readonly<Record<string, string>> {
  const models = [...new Set(accounts.map((account) => account.marginModel))].sort()
  return Object.fromEntries(models.map((model) => [model, marginModel(model, margin[model]).parameters.hash]))
}
