/** The people of a room. */
export const words = {
  'people.title': 'Leute',
  'people.label': 'Leute in diesem Raum',
  'people.here': 'Gerade hier',
  'people.away': 'Abwesend',
  'people.members': 'Mitglieder',
  'people.group': '{title} · {count}',
  'people.more': 'und {count} weitere',
  'people.muted': 'stumm',
};
