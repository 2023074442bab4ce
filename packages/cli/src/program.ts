import { Command } from 'commander'
import { addCalc } from './command/calc.js'
import { addCheck } from './command/check.js'
import { addCompareMargin } from './command/compareMargin.js'
import { addExplain } from './command/explain.js'
import { addInit } from './command/init.js'
import { addKey } from './command/key.js'
import { addRun } from './command/run.js'
import { addSchema } from './command/schema.js'
import { addStart } from './command/start.js'
import { addStatus } from './command/status.js'
import { addVerify } from './command/verify.js'
import { VERSION } from './version.js'

const VERBS = [
  addStart,
  addInit,
  addRun,
  addCheck,
  addStatus,
  addExplain,
  addVerify,
  addCalc,
  addSchema,
  addKey,
  addCompareMargin,
]

/** The command with its verbs; the reference page prints its help. */
export function program(): Command {
  const root = new Command('holdfast')
    .description('Write down the risk you are willing to hold; Holdfast holds it.')
    .version(VERSION)
    .showHelpAfterError('(holdfast --help lists the verbs)')
    .exitOverride()
  for (const add of VERBS) add(root)
  return root
}
