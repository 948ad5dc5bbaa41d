/** Administration: loaded for admins. */
export const words = {
  'admin.invite.title': 'Leute einladen',
  'admin.invite.role': 'Sie werden',
  'admin.invite.members': 'Mitglieder',
  'admin.invite.guests': 'Gäste',
  'admin.invite.uses': 'Gilt für',
  'admin.invite.people': { one: 'Eine Person', other: '{count} Personen' },
  'admin.invite.expires': 'Gültig für',
  'admin.invite.days': { one: 'Einen Tag', other: '{count} Tage' },
  'admin.invite.submit': 'Link erstellen',
  'admin.invite.until': 'Gilt bis {time}.',
  'admin.invite.link': 'Einladungslink',
};
