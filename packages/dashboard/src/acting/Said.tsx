import type { Doing } from './useDoing.js'

/** What came of the latest thing done. */
export function Said({ doing }: { readonly doing: Doing }) {
  if (doing.failed !== undefined) {
    return (
      <p className="said refused" role="alert">
        {doing.failed}
      </p>
    )
  }
  if (doing.said === undefined) return null
  return (
    <p className="said" role="status">
      {doing.said}
    </p>
  )
}
