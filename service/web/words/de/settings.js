/** One’s own account and choices: loaded when they are opened. */
export const words = {
  'settings.account.title': 'Dein Konto',
  'settings.account.you': 'Du bist {name}, auf diesem Server: {role}.',
  'settings.account.displayName': 'Anzeigename',
  'settings.account.saveName': 'Namen speichern',
  'settings.account.saved': 'Gespeichert.',
  'settings.password.change': 'Passwort ändern',
  'settings.password.current': 'Aktuelles Passwort',
  'settings.password.new': 'Neues Passwort',
  'settings.password.done': 'Geändert. Deine anderen Geräte sind abgemeldet.',
  'settings.sessions.title': 'Wo du angemeldet bist',
  'settings.sessions.this': 'Diese hier',
  'settings.sessions.used': '{address}, zuletzt benutzt {time}',
  'settings.sessions.end': 'Beenden',
  'settings.signOut': 'Abmelden',
  'settings.signOutEverywhere': 'Überall abmelden',
};
