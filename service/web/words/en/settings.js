/** One’s own account and choices: loaded when they are opened. */
export const words = {
  'settings.account.title': 'Your account',
  'settings.account.you': 'You are {name}, {role} of this server.',
  'settings.account.displayName': 'Display name',
  'settings.account.saveName': 'Save name',
  'settings.account.saved': 'Saved.',
  'settings.password.change': 'Change password',
  'settings.password.current': 'Current password',
  'settings.password.new': 'New password',
  'settings.password.done': 'Changed. Your other devices are signed out.',
  'settings.sessions.title': 'Where you are signed in',
  'settings.sessions.this': 'This one',
  'settings.sessions.used': '{address}, last used {time}',
  'settings.sessions.end': 'End',
  'settings.signOut': 'Sign out',
  'settings.signOutEverywhere': 'Sign out everywhere',
};
