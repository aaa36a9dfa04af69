import type { ZoneFormat } from '../../parts/zone.ts'
import type { Chart } from './spend.select.ts'

/** The hour or the day that a bar stands for. */
export const labelOf = (at: number, unit: Chart['unit'], zone: ZoneFormat): string => (unit === 'hour' ? zone.time(at) : zone.day(at))
