import { Command } from 'commander'
import type { Declare, Run } from './context.ts'

type Noun = { readonly name: string; readonly summary: string; readonly load: () => Promise<{ readonly declare: Declare }> }

/** The first word of every command, in the order of the help. */
export const nouns: readonly Noun[] = [
  { name: 'start', summary: 'Start the factory and, unless told otherwise, its window', load: () => import('./start.ts') },
  { name: 'submit', summary: 'Hand over a request, or an exact plan', load: () => import('./submit.ts') },
  { name: 'say', summary: 'Talk to Kev: a request, a question or a command in your own words', load: () => import('./say.ts') },
  { name: 'brief', summary: 'What happened, what it cost and what waits for you', load: () => import('./brief.ts') },
  { name: 'rehearse', summary: 'Run the built-in rehearsal: scripted models, no cost', load: () => import('./rehearse.ts') },
  { name: 'status', summary: 'How the factory stands', load: () => import('./status.ts') },
  { name: 'pause', summary: 'Start no new work; what runs goes on', load: () => import('./pause.ts') },
  { name: 'resume', summary: 'Go on after a pause', load: () => import('./resume.ts') },
  { name: 'doctor', summary: 'Check everything the factory needs', load: () => import('./doctor.ts') },
  { name: 'plan', summary: 'Plans: list, show, start, cancel', load: () => import('./plan.ts') },
  { name: 'task', summary: 'Tasks: list, show, retry, cancel', load: () => import('./task.ts') },
  { name: 'session', summary: 'Agent sessions: list, log, stop', load: () => import('./session.ts') },
  { name: 'approval', summary: 'What waits for you: list, show, approve, deny, undo', load: () => import('./approval.ts') },
  { name: 'channel', summary: 'Ways to your phone: list, set, off, test, pair, unpair, messages', load: () => import('./channel.ts') },
  { name: 'spend', summary: 'What was spent, and on what: summary, calls, export, corrections; kill and allow', load: () => import('./spend.ts') },
  { name: 'budget', summary: 'Limits: list, set, clear, explain', load: () => import('./budget.ts') },
  { name: 'policy', summary: 'What needs your say: show, check, dry-run, save, versions', load: () => import('./policy.ts') },
  { name: 'playbook', summary: 'What you allow beforehand: list, draft, activate, revoke, override', load: () => import('./playbook.ts') },
  { name: 'template', summary: 'Words sent when you do not answer in time: list, save, remove', load: () => import('./template.ts') },
  { name: 'oversight', summary: 'How well your say works: rates, times, suggestions', load: () => import('./oversight.ts') },
  { name: 'audit', summary: 'The record of everything: list, verify, export', load: () => import('./audit.ts') },
  { name: 'agent', summary: 'The roster: list, show, set, edit, pause, resume', load: () => import('./agent.ts') },
  { name: 'provider', summary: 'Model providers: add, list, presets, discover, remove, test', load: () => import('./provider.ts') },
  { name: 'key', summary: 'Keys of providers: set, list, rotate', load: () => import('./key.ts') },
  { name: 'model', summary: 'Models: list, set, test, explain, health', load: () => import('./model.ts') },
  { name: 'project', summary: 'Projects: list, add', load: () => import('./project.ts') },
  { name: 'release', summary: 'Running products: list, stop', load: () => import('./release.ts') },
  { name: 'artifact', summary: 'Files that came out of the work: list, read', load: () => import('./artifact.ts') },
  { name: 'settings', summary: 'Settings: list, set', load: () => import('./settings.ts') },
]

type Texts = { readonly writeOut: (text: string) => void; readonly writeErr: (text: string) => void }

/** The command tree. Only the wanted nouns get their verbs; the others stand in it by name, for help and suggestions. */
export async function createProgram({
  version,
  run,
  texts,
  wanted,
}: {
  version: string
  run: Run
  texts: Texts
  wanted: (noun: string) => boolean
}): Promise<Command> {
  const program = new Command('reef')
    .description('REEF: the control room of an agent factory.')
    .version(version, '-V, --version', 'print the version')
    .option('--data-dir <dir>', 'the data directory (default: $REEF_DATA_DIR, else $XDG_DATA_HOME/reef, else ~/.local/share/reef)')
    .option('--json', 'print one JSON document of a documented shape')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help')
    .showHelpAfterError('(see: reef --help)')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: texts.writeOut, writeErr: texts.writeErr })
    .exitOverride()
  for (const { name, summary, load } of nouns) {
    const command = program.command(name).description(summary)
    if (wanted(name)) (await load()).declare(command, run)
  }
  return program
}

/** The noun on the command line, before anything is parsed; `help task` counts as `task`. */
export function nounOf(argv: readonly string[]): string | undefined {
  const words: string[] = []
  for (let at = 0; at < argv.length && words.length < 2; at++) {
    const word = argv[at] ?? ''
    if (word === '--data-dir') at++
    else if (!word.startsWith('-')) words.push(word)
  }
  return words[0] === 'help' ? words[1] : words[0]
}
