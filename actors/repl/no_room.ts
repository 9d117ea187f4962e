/** What is said to who wants to speak, or know, in no room. */
export const NO_ROOM = "You are in no room: chatjoin enters one";
