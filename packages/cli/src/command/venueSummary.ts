import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { VenueConfiguration } from '@holdfast/engine'

/** What `holdfast check` says of a venue that holds. */
export function venueSummary({ parameters, accounts, source }: VenueConfiguration, file: string): string {
  const markets = Object.keys(parameters.markets).length
  const rule = parameters.margin?.model ?? 'linear'
  const heard = source.kind === 'crowd' ? `a crowd of ${source.accounts}` : source.path
  const there =
    source.kind === 'events' && !existsSync(resolve(dirname(file), source.path)) ? ', which is not there yet' : ''
  return `${markets} markets, ${accounts.length} accounts of its own, margin ${rule}, hears ${heard}${there}`
}
