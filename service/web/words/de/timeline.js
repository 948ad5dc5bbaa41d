/** What was said in a room. */
export const words = {
  'timeline.label': 'Nachrichten',
  'timeline.loading': 'Nachrichten werden geladen',
  'timeline.older': 'Ältere Nachrichten werden geladen…',
  'timeline.olderFailed': 'Ältere Nachrichten konnten nicht geladen werden.',
  'timeline.newer': 'Neuere Nachrichten werden geladen…',
  'timeline.newerFailed': 'Neuere Nachrichten konnten nicht geladen werden.',
  'timeline.missed': 'Die Nachricht, die du suchst, gibt es hier nicht.',
  'timeline.beginning': 'Der Anfang von {room}',
  'timeline.began': 'Er begann am {day}.',
  'timeline.empty': 'Hier wurde noch nichts gesagt.',
  'timeline.emptyBegin': 'Hier wurde noch nichts gesagt. Du könntest anfangen.',
  'timeline.typing.one': '{name} schreibt…',
  'timeline.typing.two': '{first} und {second} schreiben…',
  'timeline.typing.many': 'Mehrere schreiben gerade…',
  'timeline.new': { one: '{count} neue', other: '{count} neue' },
  'timeline.latest': 'Neueste',
};
