import { type JournalFiles, nodeFiles } from '../src/journal/files.js'
import { openJournal } from '../src/journal/open.js'
import { systemClock } from '../src/run/clock.js'
import { runLoop } from '../src/run/loop.js'
import { TOY_HEADER, toyEngine, walkSource } from './toyEngine.js'

/**
 * A process to be killed: runs the loop over a recorded walk into the folder it is given, and prints each turn that it
 * has acknowledged. With a third argument it ends itself, as if killed, at that many bytes written.
 */
const [folder, turns, dieAtByte] = process.argv.slice(2)

const journal = await openJournal(folder!, {
  segmentBytes: 8192,
  ...(dieAtByte === undefined ? {} : { files: dying(nodeFiles(folder!), Number(dieAtByte)) }),
})
await runLoop({
  engine: toyEngine(),
  header: TOY_HEADER,
  sources: [walkSource('walk', Number(turns), 1000)],
  journal,
  clock: systemClock,
  speed: 'max',
  signal: new AbortController().signal,
  observers: [{ name: 'print', turn: (turn) => void process.stdout.write(`${turn.sequence}\n`) }],
}).done

/** Writes up to the given byte of all that is written in this process, then dies where it stands. */
function dying(files: JournalFiles, atByte: number): JournalFiles {
  let written = 0
  return {
    ...files,
    open(name) {
      const file = files.open(name)
      return {
        ...file,
        async write(chunks, position) {
          const bytes = Buffer.concat(chunks)
          if (written + bytes.length <= atByte) {
            written += bytes.length
            await file.write([bytes], position)
            return
          }
          await file.write([bytes.subarray(0, atByte - written)], position)
          process.kill(process.pid, 'SIGKILL')
          await new Promise(() => undefined)
        },
      }
    },
  }
}
