/**
 * What the mark of an own message says.
 * @param status what has become of it, undefined where that is not known
 * @param others how many members the room had besides the sender when it was written
 */
export function markOf(status, others) {
  // The sender is a member as well, whose own tabs have shown the message.
  const read = Math.max(0, (status?.acknowledged ?? 0) - 1);
  if (read > 0) return `Read by ${read} of ${Math.max(read, others ?? 0)}`;
  return (status?.delivered ?? 0) > 1 ? "Delivered" : "Sent";
}
