import { describe, expect, it } from 'vitest'
import { type Intent, toIntent } from './intent.ts'

const projects = ['shop', 'price-api']
const question = (about: string, more: object = {}) => ({ kind: 'question', question: { about, ...more } })
const command = (act: string, code?: string | null) => ({ kind: 'command', command: code === undefined ? { act } : { act, code } })

describe('what the owner means', () => {
  it.each<[string, object]>([
    ['Build me a price comparison API', { kind: 'request', text: 'Build me a price comparison API', project: null }],
    ['kev, research vector databases and build a prototype', { kind: 'request', text: 'research vector databases and build a prototype' }],
    ['Hey Kev: please fix the login of the shop', { kind: 'request' }],
    ['can you build a landing page?', { kind: 'request' }],
    ['I want a newsletter', { kind: 'request' }],
    ['for shop: add a cart', { kind: 'request', text: 'add a cart', project: 'shop' }],
    ['in the project price-api, rename the endpoint', { kind: 'request', text: 'rename the endpoint', project: 'price-api' }],
    ['for shp: add a cart', { kind: 'unclear', because: 'There is no project called shp.' }],
    ['in Python, write a parser', { kind: 'request', text: 'in Python, write a parser', project: null }],
    ["what's running?", question('running')],
    ['What’s running right now', question('running')],
    ['what are you working on', question('running')],
    ["what's waiting", question('waiting')],
    ["what's waiting for me?", question('waiting')],
    ['inbox', question('waiting')],
    ['why is T4 waiting?', question('why', { task: 'T4', name: null })],
    ['why is t4 of shop stuck', question('why', { task: 'T4', name: 'shop' })],
    ['why is shop waiting?', question('why', { task: null, name: 'shop' })],
    ['how much today?', question('spend')],
    ['how much did we spend today', question('spend')],
    ['spend', question('spend')],
    ['status', question('status')],
    ["how's it going?", question('status')],
    ['how is shop going?', question('plan', { name: 'shop' })],
    ['is price-api live?', question('plan', { name: 'price-api' })],
    ['brief', question('brief')],
    ['what happened overnight?', question('brief')],
    ['help', question('help')],
    ['pause', command('pause')],
    ['Pause everything.', command('pause')],
    ['STOP', command('stop')],
    ['stop!!', command('stop')],
    ['stop spending', command('stop-spending')],
    ['resume', command('resume', null)],
    ['resume K7Q2AB', command('resume', 'K7Q2AB')],
    ['k7q2ab resume', command('resume', 'K7Q2AB')],
    ['allow', command('allow', null)],
    ['allow spending M3N4PQ', command('allow', 'M3N4PQ')],
  ])('%j', (text, expected) => {
    expect(toIntent(text, projects)).toMatchObject(expected)
  })

  it.each(['stop K7Q2AB', 'build', 'hm', 'I love it', 'the weather', 'stop the shop from selling', 'pause Rex', 'why is the sky blue'])(
    'does not guess at %j, and offers the three nearest things',
    (text) => {
      const intent = toIntent(text, projects) as Extract<Intent, { kind: 'unclear' }>
      expect(intent.kind).toBe('unclear')
      expect(new Set(intent.near).size).toBe(3)
    },
  )

  it('keeps the lines and the signs of a request, and drops what nobody typed', () => {
    expect(toIntent('kev, build me a shop:\n- with ½ price days 👩‍💻\n- \u202ein blue', projects)).toMatchObject({
      kind: 'request',
      text: 'build me a shop:\n- with ½ price days 👩‍💻\n- in blue',
    })
  })

  it('offers what looks most like what was said', () => {
    expect(toIntent('stop the spendings please now', projects)).toMatchObject({ near: expect.arrayContaining(['stop spending']) })
    expect(toIntent('whats running on the thing', projects)).toMatchObject({ near: expect.arrayContaining(['what’s running?']) })
  })
})
