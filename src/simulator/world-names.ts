/** Answers "what is everything called?": names of servers, people and conferences in German, Russian and Spanish. */

/** A repeatable source of random numbers in [0, 1) (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** One of the list. */
export function pick<T>(random: () => number, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)] as T;
}

/** Names for servers, as an operator would write them in the settings. */
export const SERVERS = [
  'video.example.com',
  'Головной офис Екатеринбург',
  'Sede central Málaga',
  'konferenz.koeln.example',
  'Больница № 3, Новосибирск',
  'Ayuntamiento de Córdoba',
  'Universität Göttingen',
  'vc.school.example',
  'Суд Центрального района',
  'tc-backup.example.org',
] as const;

export const PEOPLE = [
  ['anna.schmidt', 'Anna Schmidt'],
  ['juergen.groesser', 'Jürgen Größer'],
  ['maria.garcia', 'María José García Núñez'],
  ['i.petrova', 'Ирина Петрова'],
  ['s.ivanov', 'Сергей Иванов'],
  ['pablo.ruiz', 'Pablo Ruiz'],
  ['o.melnyk', 'Олена Мельник'],
  ['k.weiss', 'Klaus-Dieter Weiß'],
  ['lucia.ibanez', 'Lucía Ibáñez'],
  ['a.smirnov', 'Алексей Смирнов'],
] as const;

export const TOPICS: readonly (string | null)[] = [
  'Wochenbesprechung',
  'Планёрка отдела продаж',
  'Reunión de dirección',
  'Bewerbungsgespräch <intern> & vertraulich',
  'Совещание у директора',
  'Formación: seguridad «básica»',
  'Jour fixe Vertrieb/Technik',
  'Консилиум: кардиология',
  null,
  'Daily stand-up',
];
