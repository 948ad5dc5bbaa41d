/** Threads and mentions. */
export const words = {
};
