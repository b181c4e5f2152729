/** Answers "what does the server tell everybody?": version and ports on /api/v4, and vsstatus on the status port. */
import { type Answer, json, text } from './answer.ts';
import { routeNotFound } from './trueconf-routes.ts';
import type { ServerState } from './trueconf-state.ts';

/** GET /api/v4/{path}; these calls need no token and exist since 5.5. */
export function answerV4(state: ServerState, path: string): Answer {
  const [major = 0, minor = 0] = state.version.split('.').map(Number);
  if (major < 5 || (major === 5 && minor < 5)) return routeNotFound();
  if (path === 'endpoints/connects') return json(200, { connects: [`${state.host}:${state.statusPort()}`] });
  if (path !== 'server') return routeNotFound();
  return json(200, {
    product: {
      display_name: state.serverName,
      id: 1,
      name: 'TrueConf Server',
      version: state.version,
      platform: 'linux',
    },
    links: { documentation: 'https://docs.example/server', site_url: 'https://example.com' },
    web_config: { url: `https://${state.host}` },
  });
}

/** The status port: /vsstatus and nothing else. */
export function answerStatusPort(state: ServerState, method: string, path: string): Answer {
  if (path !== '/vsstatus' || method !== 'GET') return text(404, 'Not Found\r\n');
  return text(200, `TrueConf Server ${state.version}\r\n`);
}
