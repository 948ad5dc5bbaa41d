/** Administration: loaded for admins. */
export const words = {
  'admin.invite.title': 'Invite people',
  'admin.invite.role': 'They will be',
  'admin.invite.members': 'Members',
  'admin.invite.guests': 'Guests',
  'admin.invite.uses': 'Good for',
  'admin.invite.people': { one: 'One person', other: '{count} people' },
  'admin.invite.expires': 'Valid for',
  'admin.invite.days': { one: 'One day', other: '{count} days' },
  'admin.invite.submit': 'Make a link',
  'admin.invite.until': 'Good until {time}.',
  'admin.invite.link': 'Invite link',
};
