import { useCallback, useEffect, useState } from 'react'

export type Theme = 'light' | 'dark'

const NAME = 'holdfast-theme'

/** The system's theme until a person chooses one; the choice is kept. */
export function useTheme(): readonly [Theme, () => void] {
  const [theme, setTheme] = useState<Theme>(() => {
    const chosen = localStorage.getItem(NAME)
    if (chosen === 'light' || chosen === 'dark') return chosen
    return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
  })
  useEffect(() => {
    document.documentElement.dataset.theme = theme
  }, [theme])
  const toggle = useCallback(() => {
    setTheme((before) => {
      const next = before === 'dark' ? 'light' : 'dark'
      localStorage.setItem(NAME, next)
      return next
    })
  }, [])
  return [theme, toggle]
}
