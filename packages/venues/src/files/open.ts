import { isAbsolute, join } from 'node:path'
import type { Source } from '../source.js'
import type { FileSourceConfiguration } from './configuration.js'
import { openDeribitChains } from './deribitChains.js'
import { openOhlcv } from './ohlcv.js'
import { openTardis } from './tardis.js'

/**
 * Opens a source of recorded files. A relative path is relative to `baseDir`, the folder of the configuration.
 *
 * @throws {SourceError} where the path does not exist, holds no data, or holds another format than the kind says.
 */
export async function openFileSource(
  configuration: FileSourceConfiguration,
  options: { readonly baseDir: string },
): Promise<Source> {
  const path = isAbsolute(configuration.path) ? configuration.path : join(options.baseDir, configuration.path)
  switch (configuration.kind) {
    case 'deribit-chains':
      return openDeribitChains(configuration, path)
    case 'tardis-options-chain':
    case 'tardis-derivative-ticker':
      return openTardis(configuration, path)
    case 'ohlcv':
      return openOhlcv(configuration, path)
  }
}
