using Wsmq.Faults.Jobs;

namespace Wsmq.Faults.Checking;

/// <summary>
/// The messages of one sender to one address are stored in the order of its calls: with the wsmq client across its connections, with a
/// plain client on each connection. A message that was sent again after a retryable refusal, and a job with a unique id, may be stored after
/// later ones, and one with a delay is.
/// </summary>
internal static class SenderOrder
{
    public static void Check(IReadOnlyList<SendRecord> sends, Verdict verdict)
    {
        var last = new Dictionary<(string, string, int), SendRecord>();
        foreach (var send in sends)
        {
            if (send.Position is null || send.IsElsewhere || send.WasRepeated || send.IsUnique || (send.Delay is not null && send.To != JobMessages.Queue))
                continue;
            var key = (send.Sender, send.To, send.Connection);
            if (last.TryGetValue(key, out var before) && string.CompareOrdinal(send.Position, before.Position) <= 0)
                verdict.AddReordered($"{send.Sender} sent {before.Id} before {send.Id} to {send.To}, but they are at {before.Position} and {send.Position}");
            else
                last[key] = send;
        }
    }
}
