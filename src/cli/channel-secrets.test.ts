import { PassThrough } from 'node:stream'
import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { readChannelSecrets, refuseSecretArguments, refuseSecretOptions } from './channel-secrets.ts'

const piped = (text: string) => readChannelSecrets(new PassThrough().end(text) as unknown as NodeJS.ReadStream)

describe('secrets of a channel', () => {
  it('come as NAME=VALUE lines, and an empty value forgets one (R-293)', async () => {
    expect(await piped('accessToken=EAA=b\r\n\n appSecret = x \nrelayToken=\n'.replace(' = ', '='))).toEqual({
      accessToken: 'EAA=b',
      appSecret: 'x',
      relayToken: '',
    })
  })

  it('are not shown when their line is wrong', async () => {
    const failure = await piped('EAAsecret-without-a-name\n').catch((error: Error) => error)
    expect(String(failure)).toMatch(/does not begin with one of/)
    expect(String(failure)).not.toMatch(/EAA/)
  })

  it('are refused as arguments in any spelling, and are not printed back (R-293)', () => {
    const command = refuseSecretOptions(new Command('set')).exitOverride()
    for (const slip of ['--token', '--accessToken', '--access-token']) {
      command.parse([slip, 'EAAsecret'], { from: 'user' })
      expect(() => refuseSecretArguments([], command.opts())).toThrow(expect.objectContaining({ message: expect.not.stringContaining('EAA') }))
    }
    expect(() => refuseSecretArguments(['appSecret=x'], {})).toThrow(/never given as arguments/)
    expect(() => refuseSecretArguments(['to=+64211234567'], {})).not.toThrow()
  })
})
