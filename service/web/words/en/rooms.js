/** The list of rooms, and the directory. */
export const words = {
  'rooms.title': 'Rooms',
  'rooms.none': 'You are in no room yet.',
  'rooms.unread': { one: ' unread', other: ' unread' },
  'rooms.account': 'Your account: ',
  'rooms.browse': 'Browse rooms',
  'rooms.new': 'New room',
  'rooms.invite': 'Invite people',
  'rooms.find': 'Find a room',
  'rooms.inAll': 'You are in every room that there is to see.',
  'rooms.notFound': 'No room is called so.',
  'rooms.members': { one: '{count} member', other: '{count} members' },
  'rooms.for': 'For {gate}',
  'rooms.joinOne': 'Join {room}',
};
