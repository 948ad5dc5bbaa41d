/** The list of rooms, and the directory. */
export const words = {
  'rooms.title': 'Räume',
  'rooms.none': 'Du bist noch in keinem Raum.',
  'rooms.unread': { one: ' ungelesen', other: ' ungelesen' },
  'rooms.account': 'Dein Konto: ',
  'rooms.browse': 'Räume durchsuchen',
  'rooms.new': 'Neuer Raum',
  'rooms.invite': 'Leute einladen',
  'rooms.find': 'Raum suchen',
  'rooms.inAll': 'Du bist in jedem Raum, den es zu sehen gibt.',
  'rooms.notFound': 'So heißt kein Raum.',
  'rooms.members': { one: '{count} Mitglied', other: '{count} Mitglieder' },
  'rooms.for': 'Für {gate}',
  'rooms.joinOne': '{room} beitreten',
};
