/** The connection, and what it says about itself. */
export const words = {
  'connection.connecting': 'Connecting…',
  'connection.catchingUp': 'Catching up…',
  'connection.restarting': 'The server restarts. Back in a moment.',
  'connection.offline': 'You are offline. What you write is sent when you are back.',
  'connection.lost': 'The connection is lost.',
  'connection.retryIn': 'Trying again in {count} s.',
  'connection.tryNow': 'Try now',
  'connection.closed.1000': 'The server closed the connection.',
  'connection.closed.1009': 'The server refused a message that was too large.',
  'connection.closed.4200': 'The server refused this page’s way of speaking. Reload it to get the current one.',
  'connection.closed.4201': 'This account is suspended.',
  'connection.closed.4202': 'The server does not let this account connect from here.',
  'connection.closed.4203': 'This room was deleted.',
  'connection.closed.other': 'The server ended the connection ({code}).',
  'connection.ended': 'This session was ended, here or on another device. Sign in to go on where you were.',
  'connection.sessionOver': 'Your session has ended. Sign in again.',
};
