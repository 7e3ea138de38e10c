using Wsmq.Server.Stores;

namespace Wsmq.Server.Publishing;

/// <summary>What the store has to know of a message that is tracked.</summary>
internal static class TrackRules
{
    /// <exception cref="WsmqException"><c>invalid-message</c>.</exception>
    public static void Check(WsmqOutgoingMessage message, WsmqAddress to)
    {
        if (message.Track && to.Kind == WsmqAddressKind.Work)
            throw new WsmqException(WsmqErrors.InvalidMessage, $"{Wire.Track} is for users and groups: a job has an outcome");
    }

    /// <summary>The terms of a message, with what tracks it.</summary>
    public static LogTerms Add(LogTerms? terms, string sender, string id, WsmqTrackingOptions options) =>
        (terms ?? new LogTerms()) with
        {
            Track = new TrackTerms
            {
                Sender = sender,
                Id = id,
                Retention = options.Retention.Micros(),
                MaxReaders = options.MaxMembers,
            },
        };
}
