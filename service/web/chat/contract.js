/**
 * The shapes of the public contract, version 1, as types. No code lives here: the file exists so that editors and
 * `tsc --checkJs` can tell a message from a room. Names are the names on the wire.
 *
 * @typedef {'guest' | 'member' | 'moderator' | 'admin'} ServerRole
 * @typedef {'member' | 'moderator' | 'owner'} RoomRole
 *
 * @typedef {object} User
 * @property {string} id
 * @property {string} username
 * @property {string} name
 * @property {ServerRole} role
 * @property {boolean} bot
 * @property {boolean} [suspended]
 *
 * @typedef {object} You
 * @property {RoomRole | null} [role]
 * @property {string[]} can
 * @property {string} [muted_until]
 * @property {number} [read] A member's: the seq up to which they have read.
 * @property {number} [unread] How many messages came after it, without replies in threads.
 * @property {number} [mentions] In how many of them, and of the replies, one is called.
 *
 * @typedef {object} RoomInfo
 * @property {string} slug
 * @property {string} name
 * @property {string} topic
 * @property {'public' | 'private' | 'direct'} visibility
 * @property {ServerRole} join_role
 * @property {ServerRole} post_role
 * @property {boolean} locked
 * @property {number} slow_mode
 * @property {boolean} receipts Whether its members see who has read.
 * @property {number} retention_days 0: as long as the server keeps it.
 * @property {number} seq
 * @property {number} members
 * @property {string} created_at
 * @property {You} [you]
 *
 * @typedef {object} Member
 * @property {string} user The username.
 * @property {string} [name]
 * @property {RoomRole} role
 * @property {string} joined_at
 * @property {string} [muted_until] In the year 9999 where there is no end.
 *
 * @typedef {object} Author
 * @property {string} username
 * @property {string} name
 * @property {ServerRole} role
 * @property {boolean} bot
 *
 * @typedef {object} Reaction
 * @property {string} emoji
 * @property {number} count
 * @property {string[]} users The first hundred.
 *
 * @typedef {object} FileInfo
 * @property {string} id
 * @property {string} name
 * @property {string} type
 * @property {number} size Bytes.
 * @property {number} [width] A picture's, in pixels.
 * @property {number} [height]
 * @property {{width: number, height: number}} [thumbnail]
 *
 * @typedef {object} ThreadInfo What a message shows of the thread under it.
 * @property {number} replies
 * @property {number} last_seq
 * @property {string} last_at
 *
 * @typedef {object} Message
 * @property {string} id
 * @property {string} room
 * @property {number} seq
 * @property {Author} author
 * @property {string} [text]
 * @property {string} [html] Where the text has formatting.
 * @property {string} at
 * @property {string} [edited_at]
 * @property {string} [nonce]
 * @property {Reaction[]} reactions In the order in which they came.
 * @property {FileInfo[]} [files]
 * @property {string} [reply_to] The message that this one answers.
 * @property {string} [root] On a reply: the message under which its thread hangs.
 * @property {ThreadInfo} [thread]
 * @property {{by: string, at: string}} [pinned]
 * @property {{by: string, at: string}} [deleted]
 *
 * @typedef {object} FollowedThread
 * @property {Message} message The root.
 * @property {number} read
 * @property {number} unread
 *
 * @typedef {object} Mention
 * @property {Message} message
 * @property {boolean} everybody One is called with everybody in the room.
 *
 * @typedef {{seq: number, unread: number, mentions: number}} ReadAnswer
 * @typedef {{user: string, name: string}} Reader
 * @typedef {{items: Message[], next: number | null}} MessagePage
 *
 * @typedef {object} Found What a search has found.
 * @property {Message} message
 * @property {{text: string, hit?: boolean}[]} excerpt Plain text in pieces.
 *
 * @typedef {object} Why
 * @property {string} rule
 * @property {string} [by]
 * @property {string} [since]
 * @property {string} [until]
 * @property {string} [reason]
 *
 * @typedef {object} Refusal What an `error` reply and a problem have in common.
 * @property {string} code
 * @property {string} message
 * @property {number} [retry_after] Seconds.
 * @property {Why} [why]
 *
 * @typedef {{type: string, room?: string | RoomInfo, seq?: number, at?: string, [field: string]: any}} Frame
 *
 * @typedef {object} RoomEvent
 * @property {string} type
 * @property {string | RoomInfo} room The slug; in `room.changed` the room.
 * @property {number} seq
 * @property {string} at
 * @property {Message} [message]
 * @property {Member} [member]
 * @property {string} [message_id]
 * @property {string} [user]
 * @property {string} [emoji]
 * @property {number} [count] How many of that emoji there are after it.
 * @property {string} [by]
 * @property {Message['author']} [author] How an author who was erased is shown from now on.
 * @property {string} [reason]
 *
 * @typedef {object} Permissions What one may do in a room, rule by rule.
 * @property {{action: string, allowed: boolean, rules: {rule: string, holds: boolean, message?: string, why?: Why}[]}[]} actions
 *
 * @typedef {{type: 'ok', id: string, [field: string]: any}} OkReply
 * @typedef {{type: 'error', id: string} & Refusal} ErrorReply
 * @typedef {{type: 'lost'}} LostReply The connection went before the answer came: it may or may not have happened.
 * @typedef {OkReply | ErrorReply | LostReply} Reply
 *
 * @typedef {object} Hello
 * @property {User} user
 * @property {string} session
 * @property {string} scope
 * @property {string} expires_at
 * @property {number} heartbeat Seconds.
 * @property {{text: number, frame: number, nonce: number, file?: number, files?: number, rooms: number, commands_per_second: number}} limits
 * @property {{version: string, node: string}} server
 *
 * @typedef {object} JoinAnswer
 * @property {RoomInfo} room
 * @property {number} seq
 * @property {string} epoch
 * @property {string[]} online
 * @property {RoomEvent[]} [events]
 * @property {boolean} [reset]
 * @property {Message[]} [messages]
 */

export {};
