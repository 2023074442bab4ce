import type { Source } from '../source.js'
import type { FileSourceConfiguration } from './configuration.js'
import { openDeribitChains } from './deribitChains.js'
import { resolvePath } from './folder.js'
import { openOhlcv } from './ohlcv.js'
import { openTardis } from './tardis.js'

/**
 * Opens a source of recorded files. A relative path is relative to `baseDir`, the folder of the configuration;
 * `*` in it stands for a name within one folder, and must lead to one file or folder.
 *
 * @throws {SourceError} where the path does not exist, holds no data, or holds another format than the kind says.
 */
export async function openFileSource(
  configuration: FileSourceConfiguration,
  options: { readonly baseDir: string },
): Promise<Source> {
  const path = await resolvePath(configuration.path, options.baseDir)
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
