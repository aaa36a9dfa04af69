import { useKeys } from '../../parts/keys.ts'

/**
 * The keys of the inbox as a whole (U-17). Draws nothing: it stands before the card in the tree, so that a key which the card binds too,
 * such as Esc in a form, means the card.
 */
export function InboxKeys({
  onMove,
  onExtend,
  onSelect,
  onOpen,
  onBack,
  onExplain,
  onSearch,
  onFresh,
}: {
  onMove: (step: 1 | -1) => void
  /** Moves, and takes both ends along. */
  onExtend: (step: 1 | -1) => void
  onSelect: () => void
  onOpen: () => void
  onBack: () => void
  onExplain: () => void
  onSearch: () => void
  /** Left out while nothing is new: then the key keeps its usual meaning. */
  onFresh?: () => void
}) {
  useKeys({
    j: () => onMove(1),
    ']': () => onMove(1),
    k: () => onMove(-1),
    '[': () => onMove(-1),
    'shift+j': () => onExtend(1),
    'shift+k': () => onExtend(-1),
    x: onSelect,
    enter: onOpen,
    escape: onBack,
    w: onExplain,
    '/': onSearch,
    ...(onFresh && { n: onFresh }),
  })
  return null
}
