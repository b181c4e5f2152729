/** Answers "who is in the demo?": people with German, Russian and Spanish names, and what they talk about. */

/** First and family names as in a login name and as shown. */
const NAMES = [
  {
    first: ['anna:Anna', 'juergen:Jürgen', 'heike:Heike', 'klaus:Klaus-Dieter', 'lena:Lena', 'bjoern:Björn'],
    family: [
      'schmidt:Schmidt',
      'groesser:Größer',
      'weiss:Weiß',
      'mueller:Müller',
      'kraemer:Krämer',
      'boehm:Böhm',
      'jaeger:Jäger',
      'vogt:Vogt',
      'schroeder:Schröder',
      'koenig:König',
    ],
  },
  {
    first: ['irina:Ирина', 'sergey:Сергей', 'olga:Ольга', 'alexey:Алексей', 'maria:Мария', 'pavel:Павел'],
    family: [
      'kovalenko:Коваленко',
      'melnik:Мельник',
      'chernykh:Черных',
      'sedykh:Седых',
      'dolgikh:Долгих',
      'gerasimenko:Герасименко',
      'belykh:Белых',
      'shevchuk:Шевчук',
      'litvin:Литвин',
      'durnovo:Дурново',
    ],
  },
  {
    first: [
      'lucia:Lucía',
      'pablo:Pablo',
      'maria.jose:María José',
      'inigo:Íñigo',
      'nuria:Núria',
      'jesus:Jesús',
    ],
    family: [
      'garcia:García Núñez',
      'ibanez:Ibáñez',
      'ruiz:Ruiz',
      'munoz:Muñoz',
      'pena:Peña Solís',
      'nunez:Núñez',
      'ortuno:Ortuño',
      'vazquez:Vázquez',
      'llorente:Llorente',
      'etxeberria:Etxeberria',
    ],
  },
] as const;

export interface DemoName {
  /** Plain ASCII, without the server. */
  readonly login: string;
  readonly shown: string;
}

/** A hundred and eighty people; no two are called the same. */
export const PEOPLE: readonly DemoName[] = NAMES.flatMap(({ first, family }) =>
  family.flatMap((last) =>
    first.map((given) => {
      const [login = '', shown = ''] = given.split(':');
      const [lastLogin = '', lastShown = ''] = last.split(':');
      return { login: `${login}.${lastLogin}`, shown: `${shown} ${lastShown}` };
    }),
  ),
);

/** Those of the two forgotten conferences come first. */
export const TOPICS: readonly (string | null)[] = [
  'Совещание у директора',
  'Wochenbesprechung Vertrieb & Technik',
  'Планёрка отдела продаж',
  'Reunión de dirección',
  'Bewerbungsgespräch <intern>',
  'Консилиум: кардиология',
  'Formación: seguridad «básica»',
  'Daily stand-up',
  'Приёмка объекта № 17',
  'Jahresgespräch',
  null,
  'Comité de empresa',
  'Обучение новых сотрудников',
  'Störungsbesprechung Netz Süd',
  'Consulta de telemedicina',
  'Защита дипломных работ',
  'Lieferantengespräch',
  'Plan de contingencia 2027',
  'Собрание жильцов',
  'Betriebsversammlung',
];
