/**
 * Stopping conferences: asked, shown, looked at again at the moment of acting, written down and told. From the
 * moment a stop has been sent it is seen through to the end, whatever the person taps meanwhile.
 */
import type { Reply, Screen } from '../channels/port.ts';
import type { Conference, Participant } from '../domain/conference.ts';
import { type ForgottenReason, judge } from '../domain/forgotten.ts';
import { ServerTrouble, type TroubleCode } from '../domain/trouble.ts';
import { andMore } from '../i18n/lists.ts';
import { type Html, joinHtml } from '../i18n/markup.ts';
import { parallel } from '../lib/parallel.ts';
import type { Action, ActionKind, Origin } from './callback-data.ts';
import type { Context } from './context.ts';
import { compareCrowd } from './crowd.ts';
import { type ForgottenConference, readParticipants, searchForgotten } from './forgotten-search.ts';
import { findConference, listPage } from './lists.ts';
import type { BotServer } from './ports.ts';
import { askStopAllScreen, askStopScreen, listDigest } from './screens/stop.ts';
import { topicOf, toServer, troubleScreen, withNotice } from './screens/ui.ts';

type Of<Kind extends ActionKind> = Extract<Action, { kind: Kind }>;

/** Conferences of one server stopped at once. */
const AT_ONCE = 4;

/** Conferences not stopped that are named, each with its cause; beyond them only counted. The list follows below. */
const NOTICES_SHOWN = 3;

export async function askStop(context: Context, server: BotServer, action: Of<'ask-stop'>): Promise<Screen> {
  const conference = await findConference(server, action.conference, context.signal);
  if (!conference) return endedScreen(context, server, action.from);
  const read = await readParticipants(server, conference, context.signal);
  const participants = read.kind === 'read' ? read.participants : undefined;
  const verdict = judge(conference.duration, participants, server.forgottenRule);
  return askStopScreen(context.ui(), server, { conference, read, verdict }, action.from);
}

export async function stop(context: Context, server: BotServer, action: Of<'stop'>): Promise<Reply | Screen> {
  const { signal, ui } = context;
  const conference = await findConference(server, action.conference, signal);
  if (!conference) return endedScreen(context, server, action.from);

  const read = await readParticipants(server, conference, signal);
  const participants = read.kind === 'read' ? read.participants : undefined;
  const verdict = judge(conference.duration, participants, server.forgottenRule);
  // Not known before and not known now: the person has seen that and pressed all the same.
  const change = participants ? compareCrowd(action.crowd, participants) : undefined;
  const seenUnread = action.crowd === '-';
  const asksAnew = participants ? change?.kind !== 'same-or-fewer' : !seenUnread;
  if (asksAnew) {
    const question = { conference, read, verdict, change: change ?? { kind: 'not-comparable' as const } };
    return askStopScreen(ui(), server, question, action.from);
  }

  const reason = verdict.kind === 'forgotten' ? verdict.reason : undefined;
  const outcome = await stopOne(context, server, conference, participants, reason);
  return showAfterwards(context, server, action.from, [outcome]);
}

export async function askStopAll(
  context: Context,
  server: BotServer,
  action: Of<'ask-stop-all'>,
): Promise<Screen> {
  const forgotten = await stoppable(server, context.signal);
  if (forgotten.length === 0) return listPage(context, server, { list: 'forgotten', page: 0 });
  return askStopAllScreen(context.ui(), server, forgotten, action.page, false);
}

export async function stopAll(
  context: Context,
  server: BotServer,
  action: Of<'stop-all'>,
): Promise<Reply | Screen> {
  const forgotten = await stoppable(server, context.signal);
  if (forgotten.length === 0) return listPage(context, server, { list: 'forgotten', page: 0 });
  if (listDigest(forgotten) !== action.listed) {
    return askStopAllScreen(context.ui(), server, forgotten, 0, true);
  }
  const outcomes = await parallel(forgotten, AT_ONCE, ({ conference, participants, reason }) =>
    stopOne(context, server, conference, participants, reason),
  );
  return showAfterwards(context, server, { list: 'forgotten', page: 0 }, outcomes);
}

async function stoppable(server: BotServer, signal: AbortSignal): Promise<readonly ForgottenConference[]> {
  const { forgotten } = await searchForgotten(server, signal);
  return forgotten.filter(({ conference }) => conference.id !== undefined);
}

interface StopOutcome {
  readonly conference: Conference;
  readonly kind: 'stopped' | 'already-ended' | 'failed';
  readonly notice: Html;
  /** What to do about a failure. */
  readonly advice?: Html;
}

/** Runs under no signal: half a stop would leave nobody knowing what happened. Never throws on a server's trouble. */
async function stopOne(
  context: Context,
  server: BotServer,
  conference: Conference,
  participants: readonly Participant[] | undefined,
  reason: ForgottenReason | undefined,
): Promise<StopOutcome> {
  const { words } = context.ui();
  const topic = topicOf(context.ui(), conference);
  const { id, owner } = conference;
  if (id === undefined) {
    return { conference, kind: 'failed', notice: words.html('conference.cannot-stop') };
  }
  try {
    const how = await server.stopConference(id, new AbortController().signal);
    if (how === 'already-ended') {
      return { conference, kind: 'already-ended', notice: words.html('stop.already-ended', { topic }) };
    }
  } catch (error) {
    if (!(error instanceof ServerTrouble)) throw error;
    if (!(await wasCarriedOut(server, conference, error))) {
      const failed = words.html('stop.failed', { topic, cause: words.cause(error.trouble) });
      const advice = words.html('status.advice', { advice: words.advice(error.trouble) });
      return { conference, kind: 'failed', notice: failed, advice };
    }
  }
  const stopped = { id, topic: conference.topic, owner, people: participants?.length, reason };
  await server.recordStop(stopped, context.person);
  return { conference, kind: 'stopped', notice: words.html('stop.done', { topic }) };
}

/** Troubles after which a stop may have been carried out all the same: its answer was lost, or a proxy did not wait. */
const LEAVES_OPEN: readonly TroubleCode[] = ['answer-timeout', 'closed', 'http-status'];

/** Whether a conference that was running when it was asked to stop runs no more. */
async function wasCarriedOut(
  server: BotServer,
  { session }: Conference,
  { trouble }: ServerTrouble,
): Promise<boolean> {
  if (!LEAVES_OPEN.includes(trouble.code)) return false;
  try {
    const running = await server.runningConferences(new AbortController().signal);
    return !running.some((conference) => conference.session === session);
  } catch (error) {
    if (!(error instanceof ServerTrouble)) throw error;
    return false;
  }
}

/** What was done, above the list it was started from. Reaches the person even if they have gone elsewhere. */
async function showAfterwards(
  context: Context,
  server: BotServer,
  from: Origin,
  outcomes: readonly StopOutcome[],
): Promise<Reply> {
  const { ui } = context;
  const stopped = outcomes.filter(({ kind }) => kind === 'stopped');
  const others = outcomes.filter(({ kind }) => kind !== 'stopped');
  const notices = [
    ...(stopped.length > 1
      ? [ui().words.html('stop.done-all', { count: stopped.length })]
      : stopped.map(({ notice }) => notice)),
    ...others.slice(0, NOTICES_SHOWN).map(({ notice }) => notice),
    andMore(ui().words, others.length - NOTICES_SHOWN),
    // Forty that failed for one reason need one piece of advice.
    ...new Set(others.map(({ advice }) => advice)),
  ];
  const gone = new Set(outcomes.filter(({ kind }) => kind !== 'failed').map((one) => one.conference.session));
  const unaborted: Context = { ...context, signal: new AbortController().signal };
  try {
    const list = await listPage(unaborted, server, from, ({ session }) => gone.has(session));
    return { screen: withNotice(joinHtml(notices), list), important: true };
  } catch (error) {
    if (!(error instanceof ServerTrouble)) throw error;
    const back = toServer(server);
    return {
      screen: withNotice(joinHtml(notices), troubleScreen(ui(), server, error.trouble, back, back)),
      important: true,
    };
  }
}

/** It ended before anybody could stop it: that is what was wanted. */
export async function endedScreen(context: Context, server: BotServer, from: Origin): Promise<Screen> {
  const list = await listPage(context, server, from);
  return withNotice(context.ui().words.html('conference.ended'), list);
}
