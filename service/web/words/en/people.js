/** The people of a room. */
export const words = {
  'people.title': 'People',
  'people.label': 'People in this room',
  'people.here': 'Here now',
  'people.away': 'Away',
  'people.members': 'Members',
  'people.group': '{title} · {count}',
  'people.more': 'and {count} more',
  'people.muted': 'muted',
};
