/** The connection, and what it says about itself. */
export const words = {
  'connection.connecting': 'Verbinden…',
  'connection.catchingUp': 'Wird nachgeholt…',
  'connection.restarting': 'Der Server startet neu. Gleich geht es weiter.',
  'connection.offline': 'Du bist offline. Was du schreibst, wird gesendet, sobald du zurück bist.',
  'connection.lost': 'Die Verbindung ist unterbrochen.',
  'connection.retryIn': 'Neuer Versuch in {count} s.',
  'connection.tryNow': 'Jetzt versuchen',
  'connection.closed.1000': 'Der Server hat die Verbindung beendet.',
  'connection.closed.1009': 'Der Server hat eine zu große Nachricht abgelehnt.',
  'connection.closed.4200': 'Der Server versteht diese Seite nicht mehr. Lade sie neu, dann ist sie wieder aktuell.',
  'connection.closed.4201': 'Dieses Konto ist gesperrt.',
  'connection.closed.4202': 'Der Server lässt dieses Konto von hier aus keine Verbindung aufbauen.',
  'connection.closed.4203': 'Dieser Raum wurde gelöscht.',
  'connection.closed.other': 'Der Server hat die Verbindung beendet ({code}).',
  'connection.ended': 'Diese Sitzung wurde beendet, hier oder auf einem anderen Gerät. Melde dich an, um dort weiterzumachen, wo du warst.',
  'connection.sessionOver': 'Deine Sitzung ist beendet. Melde dich wieder an.',
};
