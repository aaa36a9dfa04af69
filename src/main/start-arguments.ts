const linkShape = /^reef:\/\/[a-z][a-z-]*(?:\/[A-Za-z0-9_.-]+)*\/?$/

/**
 * The page's path for `reef://task/task_01H…`, or undefined for anything else. The link comes from outside
 * (a browser, a mail), so only plain segments pass; it can show a screen and never cause an act.
 */
export function toPagePath(link: string): string | undefined {
  if (!linkShape.test(link) || link.includes('/..') || link.includes('/./')) return undefined
  return `/${link.slice('reef://'.length).replace(/\/$/, '')}`
}

/** The first deep link among the arguments of a start. */
export function findPagePath(argv: readonly string[]): string | undefined {
  for (const argument of argv) {
    const path = toPagePath(argument)
    if (path !== undefined) return path
  }
  return undefined
}

/** `--name value` or `--name=value` among the arguments of a start; the last one wins. */
export function findOption(argv: readonly string[], name: string): string | undefined {
  let found: string | undefined
  argv.forEach((argument, at) => {
    if (argument.startsWith(`--${name}=`)) found = argument.slice(name.length + 3)
    else if (argument === `--${name}`) found = argv[at + 1]
  })
  return found
}
