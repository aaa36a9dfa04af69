import { useEffect, useRef, useState } from 'react'

/** Follows a value that may change many times a second, at most once every `ms`; the last change always arrives. */
export function usePaced<Value>(value: Value, ms: number): Value {
  const [shown, setShown] = useState(value)
  const latest = useRef(value)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => {
    latest.current = value
    if (timer.current !== undefined || Object.is(value, shown)) return
    timer.current = setTimeout(() => {
      timer.current = undefined
      setShown(latest.current)
    }, ms)
  }, [value, shown, ms])
  useEffect(
    () => () => {
      clearTimeout(timer.current)
      timer.current = undefined
    },
    [],
  )
  return shown
}
