namespace Wsmq.Server.Publishing;

/// <summary>The error texts of one call, each stored once, because thousands of results may have the same one. Not thread-safe.</summary>
internal sealed class RefusalTexts
{
    private const int MostTexts = 32;

    // A limit returns a retry time of its own for each message; the first one is used for all messages of a call, which are retried
    // together.
    private readonly Dictionary<WsmqError, WsmqException> _limits = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<string> _texts = new(StringComparer.Ordinal);

    public (string Text, TimeSpan? RetryAfter) Of(WsmqException error)
    {
        if (error.RetryAfter is not null)
        {
            var first = _limits.TryGetValue(error.Error, out var limited) ? limited : _limits[error.Error] = error;
            return (first.Message, first.RetryAfter);
        }

        if (_texts.TryGetValue(error.Message, out var text))
            return (text, null);

        // Most details are constants; those of a body may name a position in it, and may thus differ for every message.
        text = _texts.Count < MostTexts ? error.Message : error.Error.ToString();
        if (_texts.TryGetValue(text, out var general))
            return (general, null);
        _texts.Add(text);
        return (text, null);
    }
}
