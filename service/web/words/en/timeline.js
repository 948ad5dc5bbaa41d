/** What was said in a room. */
export const words = {
  'timeline.label': 'Messages',
  'timeline.loading': 'Loading messages',
  'timeline.older': 'Loading older messages…',
  'timeline.olderFailed': 'Older messages could not be loaded.',
  'timeline.newer': 'Loading newer messages…',
  'timeline.newerFailed': 'Newer messages could not be loaded.',
  'timeline.missed': 'The message that you are looking for is not here.',
  'timeline.beginning': 'The beginning of {room}',
  'timeline.began': 'It began on {day}.',
  'timeline.empty': 'Nothing has been said here yet.',
  'timeline.emptyBegin': 'Nothing has been said here yet. You could begin.',
  'timeline.typing.one': '{name} is typing…',
  'timeline.typing.two': '{first} and {second} are typing…',
  'timeline.typing.many': 'Several people are typing…',
  'timeline.new': { one: '{count} new', other: '{count} new' },
  'timeline.latest': 'Latest',
};
