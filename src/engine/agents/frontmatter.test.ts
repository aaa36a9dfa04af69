import { describe, expect, it } from 'vitest'
import { editAgent, parseAgent } from './frontmatter.ts'

const good = `---
name: Rex # the builder
role: Code
active: true
# a comment of the owner
model: null
skills: [typescript, node]
---

You are Rex.
`

describe('an agent file', () => {
  it('is frontmatter with defaults and a prompt (R-104)', () => {
    expect(parseAgent(good)).toEqual({
      kind: 'good',
      frontmatter: {
        name: 'Rex',
        role: 'Code',
        active: true,
        team: 'factory',
        driver: 'pi',
        model: null,
        fallback: null,
        tier: 'mid',
        temperature: 0.2,
        skills: ['typescript', 'node'],
      },
      prompt: 'You are Rex.',
    })
  })

  it.each([
    ['no frontmatter', 'You are Rex.', 1, /begins with frontmatter/],
    ['broken YAML', '---\nname: Rex\nrole: [a\n---\nx', 4, /./],
    ['a bad value', '---\nname: Rex\nrole: Code\ntemperature: 9\n---\nx', 4, /temperature/],
    ['an unknown key', '---\nname: Rex\nrole: Code\nmodle: a/b\n---\nx', 4, /unknown key "modle"/],
    ['a missing key', '---\nname: Rex\n---\nx', 1, /role/],
    ['a key twice', '---\nname: Rex\nrole: Code\nname: Rex\n---\nx', 4, /unique/],
    ['no prompt', '---\nname: Rex\nrole: Code\n---\n\n', 5, /prompt/],
  ])('with %s is bad, and the line is named', (_, text, line, message) => {
    expect(parseAgent(text)).toMatchObject({ kind: 'bad', line, message: expect.stringMatching(message) })
  })

  it('is edited in its frontmatter only: body, order and comments stay', () => {
    const edited = editAgent(good, { model: 'anthropic/claude-sonnet-4-5', active: false, fallback: undefined })
    expect(edited).toBe(good.replace('model: null', 'model: anthropic/claude-sonnet-4-5').replace('active: true', 'active: false'))
  })
})
