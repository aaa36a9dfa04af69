import { describe, expect, it } from 'vitest'
import { mayBe, newPairingCode, readPairing } from './pairing.ts'

describe('a pairing code', () => {
  it('has six signs that are not mistaken for one another, and is another one each time', () => {
    const codes = Array.from({ length: 200 }, newPairingCode)
    for (const code of codes) expect(code).toMatch(/^[A-HJ-NP-Z2-9]{6}$/)
    expect(new Set(codes).size).toBe(200)
  })

  it('is read however it was typed, and from nothing else (U-66)', () => {
    for (const words of ['REEF PAIR K7Q2XM', ' reef pair k7q2xm. ', 'Reef pair #K7Q2XM!']) expect(readPairing(words)).toBe('K7Q2XM')
    for (const words of ['K7Q2XM', 'pair K7Q2XM', 'reef pair K7Q2X', 'please reef pair K7Q2XM', 'reef pair K7Q2XM now'])
      expect(readPairing(words)).toBeUndefined()
  })
})

describe('the sender of a pairing code', () => {
  it('must be the number that messages go to, where the network names numbers (U-67)', () => {
    for (const sender of ['+64211234567', '64211234567', '64211234567@s.whatsapp.net', '64211234567:12@s.whatsapp.net'])
      expect(mayBe(sender, '+64211234567')).toBe(true)
    for (const sender of ['+64211234568', '4211234567@s.whatsapp.net']) expect(mayBe(sender, '+64211234567')).toBe(false)
  })

  it('can be anybody where the network names nobody by number: only the code tells then', () => {
    expect(mayBe('203948209348209@lid', '+64211234567')).toBe(true)
  })
})
