/** The other end of `simulators.mjs`. */
import { fork } from 'node:child_process';

export async function startSimulators(options, { prefix } = {}) {
  const child = fork(new URL('./simulators.mjs', import.meta.url), {
    stdio: 'inherit',
    ...(prefix && { execPath: prefix }),
  });
  let last = 0;
  const waiting = new Map();
  child.on('message', ({ id, result, failure }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (failure) reject(new Error(failure));
    else resolve(result);
  });
  const tell = (order, orderOptions) =>
    new Promise((resolve, reject) => {
      waiting.set(++last, { resolve, reject });
      child.send({ id: last, order, options: orderOptions });
    });
  const world = await tell('start', options);
  return {
    ...world,
    pid: child.pid,
    probes: () => tell('probes'),
    forget: () => tell('forget'),
    stop: () => tell('stop'),
  };
}
